/** What the editor calls: everything is wired here, and nothing done. */
import { Uri } from 'vscode';
import type { ExtensionContext } from 'vscode';
import { makeApi } from './editor/api';
import type { HttpServerApi } from './editor/api';
import { registerCommands } from './editor/commands/commands';
import { FolderWatch } from './editor/server/folderWatch';
import { Controller } from './editor/server/controller';
import { KeptToken } from './editor/server/keptToken';
import { Preview } from './editor/preview/preview';
import { LiveReload } from './editor/live/liveReload';
import { Log } from './editor/log/log';
import { linkLog } from './editor/log/logLinks';
import { PageConsole } from './editor/log/pageConsole';
import { WorkspaceMemory } from './editor/server/workspaceMemory';
import { makePlan, servedFolder } from './editor/server/plan';
import { followWorkspace, publishState, warnOfExclude } from './editor/reactions';
import { RuleProblems } from './editor/server/ruleProblems';
import { autoStart } from './editor/server/settings';
import { showRequests } from './editor/requests/requests';
import { registerTools } from './editor/tools/registerTools';
import { Sharing } from './editor/sharing/share';
import { publishSharing } from './editor/log/shareNews';
import { SharePanel } from './editor/sharing/sharePanel';
import { ServedFolder } from './editor/status/servedFolder';
import { StatusBar } from './editor/status/statusBar';
import { ServerThread } from './editor/server/thread';
import { Unsaved } from './editor/live/unsaved';
import { UploadsView } from './editor/status/uploadMonitor';

/** How long exchanges in flight may go on when the window closes, in milliseconds: the editor itself waits about 5 s. */
const farewell = 2000;

let active: Controller | undefined;

export function activate(context: ExtensionContext): HttpServerApi {
  const memory = new WorkspaceMemory(context.workspaceState);
  const keptToken = new KeptToken(context.secrets);
  const controller = controllerOf(context, memory, keptToken);
  const log = new Log(controller);
  const parts = {
    ...{ controller, pageConsole: new PageConsole(controller), uploads: new UploadsView(controller) },
    ...{ sharing: new Sharing(controller), preview: new Preview(controller) },
  };
  const { pageConsole, preview, sharing, uploads } = parts;
  const panel = new SharePanel(sharing, Uri.joinPath(context.extensionUri, 'media/icon.png'));
  // The editor disposes these while `deactivate` is still under way, so the server is not among them.
  context.subscriptions.push(
    log,
    pageConsole,
    linkLog(controller, context.extension.id),
    new RuleProblems(controller, () => servedFolder(memory.choice)),
    new StatusBar(controller, sharing),
    new ServedFolder(controller),
    uploads,
    publishState(controller),
    warnOfExclude(controller, memory),
    followWorkspace(controller, memory),
    new FolderWatch(controller),
    new LiveReload(controller),
    new Unsaved(controller),
    sharing,
    panel,
    preview,
    publishSharing(sharing, log),
    keptToken,
    keptToken.onDidChange(() => void controller.apply()),
    showRequests(controller),
    registerTools(controller),
    registerCommands({ ...parts, extension: context.extension.id, memory, log, panel, keptToken }),
  );
  active = controller;
  const folder = servedFolder(memory.choice);
  if (folder !== undefined && autoStart(folder)) void controller.start();
  return makeApi(controller, log);
}

function controllerOf(context: ExtensionContext, memory: WorkspaceMemory, keptToken: KeptToken): Controller {
  return new Controller({
    plan: () => makePlan(memory.choice, () => keptToken.get()),
    spawn: (lastRequest) => new ServerThread(context.asAbsolutePath('dist/worker.js'), undefined, lastRequest),
    usedPort: (asked) => memory.port(asked),
    rememberPort: (asked, used) => void memory.rememberPort(asked, used),
    now: () => performance.now(),
  });
}

export async function deactivate(): Promise<void> {
  await active?.stop(farewell);
  active?.dispose();
}
