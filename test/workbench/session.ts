import fs from 'node:fs/promises';
import path from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { launchChromium } from '../support/host/chromium';
import { Cleanup } from '../support/host/cleanup';
import { installExtension, linkExtension } from '../support/host/extensions';
import { installEditor } from '../support/host/install';
import { tellUnused, testsBegun } from '../support/host/lastLook';
import { projectRoot } from '../support/host/paths';
import { type EditorServer, startServer } from '../support/host/server';
import { sparePort } from '../support/host/sparePort';
import { makeTempFolder } from '../support/host/tempFolder';
import { type EditorVersion, versionNamed } from '../support/host/versions';
import { workbenchUrl } from '../support/host/workbenchUrl';
import { witness } from './witness';

/** For a window to open, in milliseconds: all of the editor is loaded. */
export const OPENING_MS = 180_000;

/** How an editor is started; nothing need be said. */
export interface SessionOptions {
  /** `newest` unless TEST_WORKBENCH_VERSION or this says otherwise. */
  readonly version?: EditorVersion['name'];
  /** A packaged extension to install; without one the extension is loaded from the source tree. */
  readonly vsix?: string;
  /** Whether the addresses that the editor gives to the outside, `/proxy/PORT/`, lead to that port; see `ServerOptions`. */
  readonly proxy?: boolean;
  /** Whether the source tree is an installed extension instead of one that is being developed. */
  readonly installed?: boolean;
  /** Folder of another extension to have beside it. */
  readonly beside?: string;
  /** User settings to start with, besides a port of the session's own. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Settings of the machine to start with. */
  readonly machineSettings?: Readonly<Record<string, unknown>>;
  /** Whether folders have to be trusted first, as on a desktop; by default all are. */
  readonly workspaceTrust?: boolean;
  /** What the user of its windows speaks, such as `de`; English unless named. The editor's own texts stay English. */
  readonly language?: string;
  /** The size of its windows in pixels. */
  readonly viewport?: { readonly width: number; readonly height: number };
}

interface Parts {
  readonly version: EditorVersion;
  readonly server: EditorServer;
  readonly browser: BrowserContext;
  readonly extensionsDir: string;
  /** Whether each window has to be told to load the extension from the source tree. */
  readonly fromSource: boolean;
  readonly language: string | undefined;
}

/** A running editor with the extension in it: a server and a browser that share what they keep between windows. */
export class EditorSession {
  readonly #cleanup: Cleanup;
  readonly #parts: Parts;
  /** How many tests had begun when it did. */
  readonly #begun = testsBegun();

  private constructor(cleanup: Cleanup, parts: Parts) {
    this.#cleanup = cleanup;
    this.#parts = parts;
  }

  get version(): EditorVersion {
    return this.#parts.version;
  }

  /** Where the editor keeps its installed extensions, a folder each. */
  get extensionsDir(): string {
    return this.#parts.extensionsDir;
  }

  /** Of the program that serves the editor; its hosts of extensions are below it. */
  get pid(): number {
    return this.#parts.server.pid;
  }

  /** The home that its processes have. */
  get home(): string {
    return this.#parts.server.home;
  }

  static async start(options: SessionOptions = {}): Promise<EditorSession> {
    const cleanup = new Cleanup();
    cleanup.coverSignals();
    try {
      return await EditorSession.#start(options, cleanup);
    } catch (error) {
      await cleanup.run();
      throw error;
    }
  }

  static async #start(options: SessionOptions, cleanup: Cleanup): Promise<EditorSession> {
    const version = versionNamed(options.version ?? process.env.TEST_WORKBENCH_VERSION);
    const editor = await installEditor(version, cleanup);
    const extensionsDir = await makeTempFolder(cleanup, 'extensions');
    if (options.vsix !== undefined) await installExtension(editor, cleanup, options.vsix, extensionsDir);
    else if (options.proxy || options.installed) await linkExtension(extensionsDir);
    if (options.beside !== undefined)
      await fs.cp(options.beside, path.join(extensionsDir, 'test.beside-0.0.0'), { recursive: true });
    const server = await startServer(editor, cleanup, {
      extensionsDir,
      disableWorkspaceTrust: options.workspaceTrust !== true,
      proxy: options.proxy ?? false,
      settings: { 'httpServer.port': await sparePort(), ...options.settings },
      machineSettings: options.machineSettings ?? {},
    });
    const chromium = await launchChromium();
    cleanup.add(() => chromium.close());
    const browser = await chromium.newContext({ viewport: options.viewport ?? { width: 1280, height: 800 } });
    const fromSource = options.vsix === undefined && !options.proxy && !options.installed;
    const { language } = options;
    return new EditorSession(cleanup, { version, server, browser, extensionsDir, fromSource, language });
  }

  /** A page of the same browser that shows no editor, for looking at what is served. */
  async openPlainPage(): Promise<Page> {
    return this.#parts.browser.newPage();
  }

  /** A new temporary folder with a copy of `source`, by default the small site that all tests share. */
  async copyFolder(source = path.join(projectRoot, 'test/fixtures/workspace')): Promise<string> {
    const folder = path.join(await makeTempFolder(this.#cleanup, 'workspace'), 'small-site');
    await fs.cp(source, folder, { recursive: true });
    return folder;
  }

  /**
   * Opens a window on a folder or a `.code-workspace` file, or an empty one.
   * @param host what the browser calls this machine
   */
  async openPage(workspace: string | undefined, host = '127.0.0.1'): Promise<Page> {
    const { browser, fromSource, language, server } = this.#parts;
    const page = await browser.newPage();
    await page.addInitScript(witness);
    // A pack of texts for the editor says so, too; ours has its own.
    if (language !== undefined) await page.addInitScript(`globalThis._VSCODE_NLS_LANGUAGE = '${language}'`);
    const extensionDevelopmentPaths = fromSource ? [projectRoot] : [];
    const address = server.url.replace('127.0.0.1', host);
    await page.goto(workbenchUrl(address, { workspace, extensionDevelopmentPaths }), {
      waitUntil: 'commit',
      timeout: OPENING_MS,
    });
    if (server.password !== undefined) await EditorSession.#logIn(page, server.password);
    return page;
  }

  /** Gives the password, unless this browser has given it before. */
  static async #logIn(page: Page, password: string): Promise<void> {
    if (!new URL(page.url()).pathname.startsWith('/login')) return;
    await page.locator('input[name=password]').fill(password);
    await page.locator('input[type=submit]').click();
  }

  /** Ends everything the session has started and removes its folders. */
  async dispose(): Promise<void> {
    await tellUnused(this.#begun);
    await this.#cleanup.run();
  }
}
