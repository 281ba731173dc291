/** The menu of the status item. */
import { commands, l10n, QuickPickItemKind, window } from 'vscode';
import type { QuickPickItem } from 'vscode';
import type { Action } from './problem';
import type { State } from './state';

interface Item extends QuickPickItem {
  readonly action?: Action;
}

const item = (icon: string, title: string, command: string, ...args: unknown[]): Item => ({
  label: `$(${icon}) ${title}`,
  action: { title, command, args },
});

const separator: Item = { label: '', kind: QuickPickItemKind.Separator };

export async function showMenu(state: State): Promise<void> {
  const options = { title: 'HTTP Server', placeHolder: summary(state) };
  const action = (await window.showQuickPick([...first(state), separator, ...always()], options))?.action;
  if (action !== undefined) await commands.executeCommand(action.command, ...action.args);
}

function summary(state: State): string {
  switch (state.kind) {
    case 'running':
      return l10n.t('Serving {0} at {1}', state.site.directory, state.site.external.toString(true));
    case 'failed':
      return state.problem.message;
    case 'stopped':
      return l10n.t('The server is stopped.');
    case 'starting':
      return l10n.t('The server is starting…');
    case 'stopping':
      return l10n.t('The server is stopping…');
  }
}

/** What can be done in this state. */
function first(state: State): Item[] {
  switch (state.kind) {
    case 'running':
      return [
        item('link-external', l10n.t('Open Endpoint…'), 'httpServer.open'),
        item('copy', l10n.t('Copy URL'), 'httpServer.copyUrl'),
        item('debug-restart', l10n.t('Restart'), 'httpServer.restart'),
        item('debug-stop', l10n.t('Stop'), 'httpServer.stop'),
      ];
    case 'failed':
      return state.problem.actions.map(({ title, command, args }) =>
        item(icons[command] ?? 'gear', title, command, ...args),
      );
    case 'stopped':
      return [item('play', l10n.t('Start'), 'httpServer.start')];
    case 'starting':
    case 'stopping':
      return [];
  }
}

const icons: Readonly<Record<string, string>> = {
  'httpServer.restart': 'debug-restart',
  'httpServer.showLog': 'output',
  'vscode.openFolder': 'folder-opened',
};

const always = (): Item[] => [
  item('root-folder', l10n.t('Serve Another Folder…'), 'httpServer.serveFolder'),
  item('output', l10n.t('Show Log'), 'httpServer.showLog'),
  item('gear', l10n.t('Settings'), 'workbench.action.openSettings', 'httpServer.'),
];
