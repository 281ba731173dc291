/** The extension's server as the workbench shows it, and as a plain TCP client finds it. */
import type { Locator } from 'playwright-core';
import { RawClient } from '../support/rawClient';
import { untilPage } from '../support/untilPage';
import { statusTexts, watchStatus } from './witness';
import type { Workbench } from './workbench';

/** The status item's text while the server is running: the port, then perhaps the number of requests. */
const running = /^\s*(\d{4,5})(?:\s+\d+)?\s*$/;

/** Waits until the server is running. */
export async function portOf(workbench: Workbench): Promise<number> {
  for (;;) {
    await workbench.serverItem().filter({ hasText: running }).waitFor();
    // It may have gone on meanwhile.
    const port = running.exec(await workbench.serverItem().innerText())?.[1];
    if (port !== undefined) return Number(port);
  }
}

/** Waits until the server is neither running nor on its way there or back. */
export async function notRunning(workbench: Workbench): Promise<void> {
  await workbench
    .serverItem()
    .filter({ hasText: /^\s*HTTP Server\s*$/, hasNot: workbench.page.locator('.codicon-loading') })
    .waitFor();
}

/** A request on a connection of its own; resolves to the status. */
export async function ask(port: number, request: string, body = ''): Promise<number> {
  const client = await RawClient.connect(port);
  try {
    const length = body === '' ? '' : `Content-Length: ${body.length}\r\n`;
    await client.write(`${request} HTTP/1.1\r\nHost: localhost:${port}\r\n${length}Connection: close\r\n\r\n${body}`);
    return (await client.read()).status;
  } finally {
    client.close();
  }
}

/**
 * Shows the notification with that text, and returns it. An editor under test shows no toasts, only the list of
 * notifications, and that only while there is one.
 */
export async function showNotifications(workbench: Workbench, text: string | RegExp): Promise<Locator> {
  const items = workbench.page.locator('.notifications-center .notification-list-item');
  const wanted = items.filter({ hasText: text }).first();
  await until(wanted, () => workbench.runCommand('Notifications: Show Notifications'));
  return wanted;
}

const PATIENCE_MS = 180_000;

/**
 * Does `action`, again and again if need be, until `wanted` is there: a page that is being redrawn misses clicks. It waits
 * longer each time: on a slow machine the next click would take away what the last one is about to show.
 *
 * @param action is told how long it may take, in milliseconds
 */
export async function until(wanted: Locator, action: (timeout: number) => Promise<void>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (let timeout = 3_000; ; timeout *= 2) {
    await action(timeout);
    try {
      await wanted.waitFor({ timeout });
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

/** Does what the status bar tells of for three seconds, however late that is looked at. */
export async function tells({ page }: Workbench, text: RegExp, action: () => Promise<void>): Promise<void> {
  await page.evaluate(watchStatus);
  await action();
  await untilPage(page, `${statusTexts}.some((shown) => ${text}.test(shown))`);
}

/** Clicks the status item for its menu, which then has that entry: an item that is drawn anew misses clicks. */
export async function openMenu(workbench: Workbench, entry: string): Promise<void> {
  await until(workbench.quickPick(entry), () => workbench.serverItem().click());
}

/** Points at the status item until `wanted` is seen of its tooltip, which goes when the item is drawn anew. */
export async function showTooltip(workbench: Workbench, wanted: Locator): Promise<void> {
  await until(wanted, async () => {
    await workbench.page.mouse.move(640, 300);
    await workbench.serverItem().hover();
  });
}

/** The tooltip with that text. */
export const tooltip = ({ page }: Workbench, text: string): Locator =>
  page.locator('.monaco-hover, .workbench-hover').filter({ hasText: text }).last();

/** Says no to the question in front, which may be seen before it has the keyboard. */
export async function refuse({ page }: Workbench): Promise<void> {
  await until(page.locator('.monaco-workbench:not(:has(.monaco-dialog-box))'), () => page.keyboard.press('Escape'));
}

/** Clicks the text in the editor with it until that has the keyboard. */
export async function clickText({ page }: Workbench, text: string): Promise<void> {
  const editor = page.locator('.editor-instance .monaco-editor').filter({ hasText: text }).first();
  await until(editor.and(page.locator('.focused')), () =>
    editor.locator('.view-lines').getByText(text).first().click(),
  );
}
