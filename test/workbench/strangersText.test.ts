import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import { notRunning, portOf, showNotifications, showTooltip, tooltip } from './running';
import { EditorSession } from './session';
import { Workbench } from './workbench';

/** What a repository may write, with a command that would be seen to run. */
const bait = '[Click to repair](command:workbench.action.toggleZenMode) https://bait.example $(trash)';

describe('settings of a repository', () => {
  let session: EditorSession | undefined;

  before(async function () {
    session = await EditorSession.start({ settings: { 'workbench.reduceMotion': 'on' } });
  });

  after(async () => {
    await session?.dispose();
  });

  /** A window on a folder whose own settings say that. */
  async function openWith(settings: Readonly<Record<string, unknown>>): Promise<Workbench> {
    assert.ok(session !== undefined);
    const folder = await session.copyFolder();
    await fs.mkdir(path.join(folder, '.vscode'));
    await fs.writeFile(path.join(folder, '.vscode/settings.json'), JSON.stringify(settings));
    return Workbench.openIn(session, folder);
  }

  it('that take the defaults of exclude out are warned of', async () => {
    const workbench = await openWith({ 'httpServer.port': 0, 'httpServer.exclude': ['**/.*'] });
    await portOf(workbench);
    const notification = await showNotifications(workbench, 'kept back otherwise');
    assert.match(await notification.innerText(), /\*\*\/\*\.\{pem,key,p12,pfx\}/);
    await workbench.screenshot('exclude-taken-out');
    await workbench.page.close();
  });

  for (const setting of ['port', 'root', 'access']) {
    it(`E1: ${setting} is text in the notification, the tooltip and the menu`, async () => {
      const workbench = await openWith({ [`httpServer.${setting}`]: bait });
      await notRunning(workbench);

      const notification = await showNotifications(workbench, 'Click to repair');
      const links = notification.locator('.notification-list-item-message a');
      assert.deepEqual(await links.allInnerTexts(), ['Open Settings']);

      const shown = tooltip(workbench, 'repair');
      await showTooltip(workbench, shown);
      assert.match(await shown.innerText(), /\[Click to repair\]\(command:.*https:\/\/bait\.example \$\(trash\)/);
      assert.equal(
        await shown
          .locator('a')
          .filter({ hasText: /repair|bait/ })
          .count(),
        0,
      );
      assert.equal(await shown.locator('.codicon-trash').count(), 0);
      await workbench.screenshot(`strangers-text-${setting}`);
      await workbench.page.close();
    });
  }
});
