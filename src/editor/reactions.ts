/** What follows from a change: of the server's state for the user, of the workspace for the server. */
import { commands, Disposable, workspace } from 'vscode';
import type { Controller } from './controller';
import type { Memory } from './memory';
import { showFailure } from './problem';

/** Keeps the context key `httpServer.state`, and tells why the server failed. */
export function publishState(controller: Controller): Disposable {
  return controller.onDidChangeState((state) => {
    void commands.executeCommand('setContext', 'httpServer.state', state.kind);
    if (state.kind === 'failed') void showFailure(state.problem);
  });
}

/** Makes the server do what the settings and the folders of the workspace say now. */
export function followWorkspace(controller: Controller, memory: Memory): Disposable {
  const settings = workspace.onDidChangeConfiguration(async (event) => {
    if (!event.affectsConfiguration('httpServer')) return;
    // Who sets `root` wants it served, not the folder below it that was picked before.
    if (event.affectsConfiguration('httpServer.root')) await memory.forgetPath();
    await controller.apply();
  });
  const folders = workspace.onDidChangeWorkspaceFolders(() => void controller.apply());
  return Disposable.from(settings, folders);
}
