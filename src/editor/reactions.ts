/** What follows from a change: of the server's state for the user, of the workspace for the server. */
import { Disposable, l10n, workspace } from 'vscode';
import { setContext } from './common/context';
import type { Controller } from './server/controller';
import type { WorkspaceMemory } from './server/workspaceMemory';
import { openSettings, showConcern, showFailure } from './server/problem';
import { defaultsTakenOut } from './server/settings';

/** Keeps the context key `httpServer.state`, and tells why the server failed. */
export function publishState(controller: Controller): Disposable {
  return controller.onDidChangeState((state) => {
    setContext('httpServer.state', state.kind);
    if (state.kind === 'failed') void showFailure(state.problem);
  });
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

/** Makes the server do what the settings and the folders of the workspace say now. */
export function followWorkspace(controller: Controller, memory: WorkspaceMemory): Disposable {
  const settings = workspace.onDidChangeConfiguration(async (event) => {
    if (!event.affectsConfiguration('httpServer')) return;
    // Who sets `root` wants it served, not the folder below it that was picked before.
    if (event.affectsConfiguration('httpServer.root')) await memory.forgetPath();
    await controller.apply();
  });
  const folders = workspace.onDidChangeWorkspaceFolders(() => void controller.apply());
  return Disposable.from(settings, folders);
}
