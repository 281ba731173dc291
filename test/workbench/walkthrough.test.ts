import { Workbench } from './workbench';

describe('the walkthrough', () => {
  let workbench: Workbench;

  before(async () => {
    const viewport = { width: 1600, height: 900 };
    workbench = await Workbench.open({ settings: { 'workbench.reduceMotion': 'on' }, viewport });
  });

  after(async () => {
    await workbench.dispose();
  });

  /** The title of each step, and some words of its picture. */
  const steps: readonly (readonly [title: string, words: string])[] = [
    ['Open your folder in the browser', 'http://localhost:4221/user-agent'],
    ['Have the page follow you', 'http://localhost:4221/index.html'],
    ['Send a file to your workspace', 'photo.jpg'],
    ['Show it to a phone', 'Shared on the local network'],
    ['Watch it, and make it yours', '~/projects/small-site'],
  ];

  it('has five steps, each with a picture', async () => {
    await workbench.serverItem().waitFor();
    await workbench.insist('There is no such walkthrough.', async (timeout) => {
      await workbench.runCommand('Welcome: Open Walkthrough...');
      return workbench.quick.choose('Get Started with HTTP Server', timeout, 'HTTP Server');
    });
    const page = workbench.page.locator('.gettingStartedContainer');
    for (const [i, [title, words]] of steps.entries()) {
      await page.locator('.getting-started-step').filter({ hasText: title }).first().click();
      // That of the step before may still be there.
      const picture = workbench.page.locator('iframe.webview').last().contentFrame().frameLocator('#active-frame');
      await picture.getByText(words).first().waitFor();
      for (const theme of ['light', 'dark'] as const) {
        await workbench.setTheme(theme);
        await workbench.screenshot(`walkthrough-${i + 1}-${theme}`);
      }
    }
  });
});
