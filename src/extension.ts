/** What the editor calls: everything is wired here, and nothing done. */
import { Uri } from 'vscode';
import type { ExtensionContext } from 'vscode';
import { makeApi } from './editor/api';
import type { HttpServerApi } from './editor/api';
import { registerCommands } from './editor/commands';
import { Controller } from './editor/controller';
import { KeptToken } from './editor/keptToken';
import { LiveReload } from './editor/liveReload';
import { Log } from './editor/log';
import { linkLog } from './editor/logLinks';
import { Memory } from './editor/memory';
import { makePlan, servedFolder } from './editor/plan';
import { followWorkspace, publishState } from './editor/reactions';
import { autoStart } from './editor/settings';
import { Sharing } from './editor/share';
import { publishSharing } from './editor/shareNews';
import { SharePanel } from './editor/sharePanel';
import { StatusBar } from './editor/statusBar';
import { ServerThread } from './editor/thread';
import { Unsaved } from './editor/unsaved';
import { UploadsView } from './editor/uploads';

/** How long exchanges in flight may go on when the window closes, in milliseconds: the editor itself waits about 5 s. */
const farewell = 2000;

let active: Controller | undefined;

export function activate(context: ExtensionContext): HttpServerApi {
  const memory = new Memory(context.workspaceState);
  const keptToken = new KeptToken(context.secrets);
  const controller = new Controller({
    plan: () => makePlan(memory.choice, () => keptToken.get()),
    spawn: () => new ServerThread(context.asAbsolutePath('dist/worker.js')),
    usedPort: (asked) => memory.port(asked),
    rememberPort: (asked, used) => void memory.rememberPort(asked, used),
    now: () => performance.now(),
  });
  const log = new Log(controller);
  const uploads = new UploadsView(controller);
  const sharing = new Sharing(controller);
  const panel = new SharePanel(sharing, Uri.joinPath(context.extensionUri, 'media/icon.png'));
  // The editor disposes these while `deactivate` is still under way, so the server is not among them.
  context.subscriptions.push(
    log,
    linkLog(controller, context.extension.id),
    new StatusBar(controller, sharing),
    uploads,
    publishState(controller),
    followWorkspace(controller, memory),
    new LiveReload(controller),
    new Unsaved(controller),
    sharing,
    panel,
    publishSharing(sharing, log),
    keptToken,
    keptToken.onDidChange(() => void controller.apply()),
    registerCommands({ controller, memory, log, sharing, panel, keptToken, uploads }),
  );
  active = controller;
  const folder = servedFolder(memory.choice);
  if (folder !== undefined && autoStart(folder)) void controller.start();
  return makeApi(controller, log);
}

export async function deactivate(): Promise<void> {
  await active?.stop(farewell);
  active?.dispose();
}
