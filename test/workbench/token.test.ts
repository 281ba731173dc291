import { notRunning, openMenu, portOf, showNotifications, tells } from './running';
import { Workbench } from './workbench';

describe('a host that lets the network in, without a token', () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await Workbench.open({
      settings: { 'workbench.reduceMotion': 'on' },
      machineSettings: { 'httpServer.host': '0.0.0.0' },
    });
  });

  after(async () => {
    await workbench.dispose();
  });

  /** Generates a token, unless a test before has done so. */
  async function generated(): Promise<void> {
    if ((await workbench.serverItem().filter({ hasText: /\d/ }).count()) === 0) {
      const message = await showNotifications(workbench, 'so a token is needed');
      await workbench.screenshot('token-needed');
      await message.getByText('Generate a Token').click();
    }
    await portOf(workbench);
  }

  it('is refused, with a button that generates one, and then the server runs', async () => {
    await notRunning(workbench);
    await generated();
  });

  it('has a menu then that copies the URL with it', async () => {
    await generated();
    await openMenu(workbench, 'Forget the Generated Token');
    await workbench.screenshot('token-menu');
    await tells(workbench, /Copied the link/, () => workbench.quickPick('Copy URL with Token').click());
  });

  it('is refused again when it is forgotten', async () => {
    await generated();
    await openMenu(workbench, 'Forget the Generated Token');
    await workbench.quickPick('Forget the Generated Token').click();
    await notRunning(workbench);
  });
});
