/** What follows from a change: of the server's state for the user, of the workspace for the server. */
import { Disposable, l10n, workspace } from 'vscode';
import { setContext } from './common/context';
import type { Controller } from './server/controller';
import type { WorkspaceMemory } from './server/workspaceMemory';
import { Notice } from './server/notice';
import { goingOn, openSettings, showConcern } from './server/problem';
import { defaultsTakenOut } from './server/settings';

/** Keeps the context key `httpServer.state`, and tells what is the matter for as long as it is. */
export function publishState(controller: Controller): Disposable {
  const notice = new Notice();
  const subscription = controller.onDidChangeState((state) => {
    setContext('httpServer.state', state.kind);
    // While it starts anew nobody knows whether it is over.
    if (state.kind === 'failed') notice.tell(state.problem);
    else if (state.kind === 'running' && state.concern !== undefined) notice.tell(goingOn(state.concern));
    else if (state.kind === 'running' || state.kind === 'stopped') notice.end();
  });
  return Disposable.from(subscription, notice);
}

/** Warns, once in a workspace, when what its settings have served is kept back by default: secrets, most likely. */
export function warnOfExclude(controller: Controller, memory: WorkspaceMemory): Disposable {
  return controller.onDidChangeState((state) => {
    if (state.kind !== 'running' || memory.knowsExclude) return;
    const globs = defaultsTakenOut(state.site.folder);
    if (globs.length === 0) return;
    void memory.rememberExclude();
    const message = l10n.t(
      'The settings of this workspace have files served that are kept back otherwise: {0}',
      globs.join(', '),
    );
    void showConcern({ message, actions: [openSettings('exclude')] });
  });
}

/** Settings by which the server moves, and whose users type. */
const addresses = ['httpServer.port', 'httpServer.host'];

/** Makes the server do what the settings and the folders of the workspace say now. */
export function followWorkspace(controller: Controller, memory: WorkspaceMemory): Disposable {
  const settings = workspace.onDidChangeConfiguration(async (event) => {
    if (!event.affectsConfiguration('httpServer')) return;
    // Who sets `root` wants it served, not the folder below it that was picked before.
    if (event.affectsConfiguration('httpServer.root')) await memory.forgetPath();
    if (addresses.some((name) => event.affectsConfiguration(name)) || controller.isSettling) {
      controller.applySettled();
    } else {
      await controller.apply();
    }
  });
  const folders = workspace.onDidChangeWorkspaceFolders(() => void controller.apply());
  return Disposable.from(settings, folders);
}
