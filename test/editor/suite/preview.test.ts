/** Pages in a tab of the editor's own: beside the source, one, with the focus where it was; and the preview, which follows. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { makePlan } from '../../../src/editor/server/plan';
import { siteIn, type ServedSite } from '../../../src/editor/server/state';
import { browsersFor, framed, hasOwnBrowser, openInTab, type Browser } from '../../../src/editor/preview/browsers';
import { Preview } from '../../../src/editor/preview/preview';
import type { Options } from '../../../src/options';
import { folder, TestController, when } from '../support';

const { tabGroups } = vscode.window;
const { One, Two } = vscode.ViewColumn;
const run = (command: string, ...args: unknown[]): Thenable<unknown> =>
  vscode.commands.executeCommand(command, ...args);

const tabsOf = (column: vscode.ViewColumn): readonly vscode.Tab[] =>
  tabGroups.all.find(({ viewColumn }) => viewColumn === column)?.tabs ?? [];

/** Resolves when it holds of the tabs, of which the editor tells after a command has ended. */
async function until(holds: () => boolean): Promise<void> {
  const looked = [tabGroups.onDidChangeTabs, tabGroups.onDidChangeTabGroups] as readonly vscode.Event<unknown>[];
  while (!holds()) await Promise.race(looked.map((event) => when(event)));
}

const tabsIn = (column: vscode.ViewColumn, count: number): Promise<void> =>
  until(() => tabsOf(column).length === count);
const focused = (column: vscode.ViewColumn): Promise<void> =>
  until(() => tabGroups.activeTabGroup.viewColumn === column);

async function closeAll(): Promise<void> {
  await run('workbench.action.closeAllGroups');
  await until(() => tabGroups.all.length === 1 && tabsOf(One).length === 0);
}

/** Opens a text at the left, and gives it the focus. */
async function goTo(name: string): Promise<void> {
  await vscode.window.showTextDocument(vscode.Uri.joinPath(folder().uri, name), { viewColumn: One, preview: false });
  await until(() => tabGroups.activeTabGroup.activeTab?.label === name.split('/').pop());
}

describe('a page in a tab', function () {
  const site = 'http://localhost:4221/';
  const inFrame = { reuse: `${site}**`, candidates: [framed] };

  beforeEach(async () => {
    await closeAll();
    await goTo('hello.txt');
  });
  after(closeAll);

  it('is beside the source, which keeps the focus, and there is one such tab', async () => {
    assert.equal(await openInTab({ url: `${site}hello.txt`, ...inFrame }), framed);
    await tabsIn(Two, 1);
    await focused(One);
    assert.equal(await openInTab({ url: site, ...inFrame }), framed);
    await run('httpServer.preview');
    assert.deepEqual(
      tabGroups.all.map(({ tabs }) => tabs.length),
      [1, 1],
    );
    await focused(One);
  });

  it('is what Preview shows, whatever the setting says of pages that are opened', async () => {
    await run('httpServer.preview');
    await tabsIn(Two, 1);
  });

  it('is nothing where the editor has no browser', async () => {
    const none = { ...framed, open: () => Promise.reject(new Error('There is no such command.')) };
    assert.equal(await openInTab({ url: site, reuse: '', candidates: [none] }), undefined);
  });

  it('is waited for only where somebody tells that it comes, and until it has come', async () => {
    const { setTimeout: set, clearTimeout: clear } = globalThis;
    /** What runs out later, of those that are set for a tab. */
    const waiting = new Map<unknown, () => void>();
    globalThis.setTimeout = ((...args: Parameters<typeof set>) => {
      const timer = set(...args);
      if (new Error('where').stack?.includes('browsers') === true) waiting.set(timer, args[0]);
      return timer;
    }) as typeof set;
    globalThis.clearTimeout = (timer) => {
      clear(timer);
      waiting.delete(timer);
    };
    let come = (): void => assert.fail('nobody waits for it');
    let disposed = 0;
    const coming = (call: () => void): vscode.Disposable => {
      come = call;
      return new vscode.Disposable(() => disposed++);
    };
    try {
      const tab = { url: site, reuse: '', candidates: [{ owns: () => false, open: () => Promise.resolve() }] };
      await openInTab(tab);
      assert.equal(waiting.size, 1, 'how long the focus is minded');
      await openInTab({ ...tab, coming });
      assert.deepEqual([waiting.size, disposed], [3, 0]);
      come();
      assert.deepEqual([waiting.size, disposed], [2, 1]);
      await openInTab({ ...tab, coming });
      const [late = assert.fail('nothing ends')] = [...waiting.values()].slice(-1);
      late();
      assert.equal(disposed, 2, 'it does not come');
    } finally {
      Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
      for (const [timer, end] of waiting) {
        clear(timer as NodeJS.Timeout);
        end();
      }
    }
  });

  it('is none in a frame if there is a token, of which a frame keeps no cookie', () => {
    assert.equal(browsersFor('').includes(framed), true);
    assert.equal(browsersFor('secret').includes(framed), false);
  });
});

/** What the editor's browser was asked for. */
interface Opened {
  readonly url: string;
  readonly reuse: string;
}

// The editors here have no such browser. A panel stands for it, which takes the focus, and a note of what it was asked for.
describe('a browser of the editor’s own', () => {
  it('is asked for a tab beside the source, and for that of before', async () => {
    const asked: unknown[] = [];
    const command = vscode.commands.registerCommand('workbench.action.browser.open', (...args) => asked.push(args));
    await browsersFor('secret')[0]?.open('http://localhost:4221/a.html', 'http://localhost:4221/**');
    assert.equal(await hasOwnBrowser(), true);
    command.dispose();
    assert.equal(await hasOwnBrowser(), false);
    const reuseUrlFilter = 'http://localhost:4221/**';
    assert.deepEqual(asked, [[{ url: 'http://localhost:4221/a.html', openToSide: true, reuseUrlFilter }]]);
  });
});

describe('the preview, in a browser of the editor’s own', function () {
  let options: Partial<Options>;
  let made: TestController;
  let preview: Preview;
  let opened: Opened[];
  const arrivals = new vscode.EventEmitter<void>();

  let panel: vscode.WebviewPanel | undefined;
  const browser: Browser = {
    open: (url, reuse) => {
      opened.push({ url, reuse });
      if (panel === undefined) {
        panel = vscode.window.createWebviewPanel('test.browser', 'A browser', Two);
        panel.onDidDispose(() => (panel = undefined));
      } else panel.reveal(Two);
      arrivals.fire();
      return Promise.resolve();
    },
    owns: ({ input }) => input instanceof vscode.TabInputWebview && input.viewType.includes('test.browser'),
  };

  /** Resolves when so many pages have been asked for, and the source has the focus again. */
  async function arrived(count: number): Promise<void> {
    while (opened.length < count) await when(arrivals.event);
    await focused(One);
  }

  const served = (): ServedSite => siteIn(made.controller.state) ?? assert.fail('it does not run');
  const base = (): string => served().external.toString().replace(/\/?$/, '/');

  after(() => arrivals.dispose());
  beforeEach(async () => {
    opened = [];
    options = { token: 'a secret' };
    made = new TestController({
      plan: async () => {
        const plan = await makePlan(undefined);
        return { ...plan, options: { ...plan.options, port: 0, ...options } };
      },
    });
    await made.controller.start();
    preview = new Preview(made.controller, () => [browser]);
    await closeAll();
    await goTo('index.html');
  });
  afterEach(async () => {
    preview.dispose();
    await made.controller.stop();
    made.dispose();
    await closeAll();
  });

  /** The preview of the page in front of the user. */
  async function start(): Promise<void> {
    assert.equal(await preview.show(served(), '/index.html'), true);
    await arrived(1);
  }

  it('is opened beside the source, in the tab of before, and gets the token', async () => {
    await start();
    assert.deepEqual(opened, [{ url: `${base()}index.html?token=a%20secret`, reuse: `${base()}**` }]);
    await tabsIn(Two, 1);
  });

  it('follows to a page, without the token, for a cookie is there; and not to a style, what is kept back, or elsewhere', async () => {
    const secret = vscode.Uri.joinPath(folder().uri, '.secret.html');
    await vscode.workspace.fs.writeFile(secret, Buffer.from('x'));
    await start();
    await goTo('style.css');
    await goTo('.secret.html');
    await run('workbench.action.files.newUntitledFile');
    await goTo('notes/readme.txt');
    await arrived(2);
    await goTo('index.html');
    await arrived(3);
    assert.deepEqual(
      opened.map(({ url }) => url.slice(base().length)),
      ['index.html?token=a%20secret', 'notes/readme.txt', 'index.html'],
    );
    await tabsIn(Two, 1);
    await vscode.workspace.fs.delete(secret);
  });

  it('shows the same page anew if it is asked for again', async () => {
    await start();
    await preview.show(served(), '/index.html');
    await arrived(2);
    assert.equal(opened[0]?.url, opened[1]?.url);
  });

  it('follows nothing any more when its tab is closed', async () => {
    await start();
    await vscode.window.tabGroups.close(tabsOf(Two));
    await tabsIn(Two, 0);
    await goTo('hello.txt');
    await preview.show(served(), '/hello.txt');
    await arrived(2);
    assert.equal(opened.length, 2);
  });

  it('stays as it is while another tab is before it, and follows when it is seen again', async () => {
    await start();
    const other = vscode.Uri.joinPath(folder().uri, 'style.css');
    await vscode.window.showTextDocument(other, { viewColumn: Two, preview: false, preserveFocus: true });
    await tabsIn(Two, 2);
    await goTo('hello.txt');
    await goTo('notes/readme.txt');
    const style = tabsOf(Two).find(({ label }) => label === 'style.css');
    await vscode.window.tabGroups.close(style ?? assert.fail());
    await arrived(2);
    assert.equal(opened[1]?.url, `${base()}notes/readme.txt`);
    assert.equal(opened.length, 2);
  });

  it('goes with the server to another port, in the same tab', async () => {
    await start();
    const old = `${base()}**`;
    const { port } = served();
    await made.controller.stop();
    // It would come back at its last port.
    options = { ...options, port: port + 1 };
    await made.controller.start();
    await arrived(2);
    assert.notEqual(served().port, port);
    assert.deepEqual(opened[1], { url: `${base()}index.html`, reuse: old });
  });
});
