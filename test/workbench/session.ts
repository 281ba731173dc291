import fs from 'node:fs/promises';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from '../support/host/chromium';
import { Cleanup } from '../support/host/cleanup';
import { installEditor } from '../support/host/install';
import { projectRoot } from '../support/host/paths';
import { type EditorServer, installExtension, startServer } from '../support/host/server';
import { makeTempFolder } from '../support/host/tempFolder';
import { type EditorVersion, versionNamed } from '../support/host/versions';
import { workbenchUrl } from '../support/host/workbenchUrl';

/** How an editor is started; nothing need be said. */
export interface SessionOptions {
  /** `newest` unless TEST_WORKBENCH_VERSION or this says otherwise. */
  readonly version?: EditorVersion['name'];
  /** A packaged extension to install; without one the extension is loaded from the source tree. */
  readonly vsix?: string;
  /** User settings to start with. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Whether folders have to be trusted first, as on a desktop; by default all are. */
  readonly workspaceTrust?: boolean;
  /** The size of its windows in pixels. */
  readonly viewport?: { readonly width: number; readonly height: number };
}

/** A running editor with the extension in it: a server and a browser that share what they keep between windows. */
export class EditorSession {
  readonly version: EditorVersion;
  readonly #cleanup: Cleanup;
  readonly #server: EditorServer;
  readonly #context: BrowserContext;
  readonly #fromSource: boolean;

  private constructor(
    cleanup: Cleanup,
    server: EditorServer,
    context: BrowserContext,
    version: EditorVersion,
    fromSource: boolean,
  ) {
    this.#cleanup = cleanup;
    this.#server = server;
    this.#context = context;
    this.version = version;
    this.#fromSource = fromSource;
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
    const server = await startServer(editor, cleanup, {
      extensionsDir,
      disableWorkspaceTrust: options.workspaceTrust !== true,
      settings: options.settings ?? {},
    });
    const browser: Browser = await launchChromium();
    cleanup.add(() => browser.close());
    const context = await browser.newContext({ viewport: options.viewport ?? { width: 1280, height: 800 } });
    return new EditorSession(cleanup, server, context, version, options.vsix === undefined);
  }

  /** A new temporary folder with a copy of `source`, by default the small site that all tests share. */
  async copyFolder(source = path.join(projectRoot, 'test/fixtures/workspace')): Promise<string> {
    const folder = path.join(await makeTempFolder(this.#cleanup, 'workspace'), 'small-site');
    await fs.cp(source, folder, { recursive: true });
    return folder;
  }

  /** Opens a window on a folder or a `.code-workspace` file, or an empty one. */
  async openPage(workspace: string | undefined): Promise<Page> {
    const page = await this.#context.newPage();
    const extensionDevelopmentPaths = this.#fromSource ? [projectRoot] : [];
    await page.goto(workbenchUrl(this.#server.url, { workspace, extensionDevelopmentPaths }));
    return page;
  }

  /** Ends everything the session has started and removes its folders. */
  async dispose(): Promise<void> {
    await this.#cleanup.run();
  }
}
