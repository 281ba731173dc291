/** The menu of the status item. */
import * as path from 'node:path';
import { commands, l10n, env, QuickPickItemKind, ThemeIcon, Uri, window } from 'vscode';
import type { QuickPickItem } from 'vscode';
import type { ActionId } from '../manifest/ids';
import { forLabel } from '../common/words';
import { activeFile } from '../common/activeFile';
import { isExcluded, servedPath } from '../server/urls';
import { diskFolders, noFolder } from '../server/plan';
import { goingOn } from '../server/problem';
import type { Action, Problem } from '../server/problem';
import type { ServedSite, State } from '../server/state';

interface Item extends QuickPickItem {
  readonly action?: Action;
}

const item = (icon: string, title: string, command: ActionId, ...args: unknown[]): Item => ({
  label: forLabel(title),
  iconPath: new ThemeIcon(icon),
  action: { title, command, args },
});

const separator: Item = { label: '', kind: QuickPickItemKind.Separator };

/** What the menu has to know besides the state. */
interface MenuContext {
  /** Whether there is something to cancel. */
  readonly isUploading: boolean;
  readonly isShared: boolean;
  /** Its identifier. */
  readonly extension: string;
  /** Whether the server's token is one that was generated here. */
  readonly isTokenKept: boolean;
}

export async function showMenu(state: State, context: MenuContext): Promise<void> {
  const options = { title: 'HTTP Server', placeHolder: summary(state) };
  const items = [...cancel(context), ...first(state, context), separator, ...always(`@ext:${context.extension}`)];
  const action = (await window.showQuickPick(items, options))?.action;
  if (action !== undefined) await commands.executeCommand(action.command, ...action.args);
}

const cancel = ({ isUploading }: MenuContext): Item[] =>
  isUploading ? [item('close', l10n.t('Cancel Upload…'), 'httpServer.cancelUpload')] : [];

function summary(state: State): string {
  switch (state.kind) {
    case 'running':
      // A whole path would leave no room for the address.
      if (state.concern !== undefined) return goingOn(state.concern).message;
      return l10n.t('Serving {0} at {1}', path.basename(state.site.directory), state.site.external.toString(true));
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
function first(state: State, context: MenuContext): Item[] {
  switch (state.kind) {
    case 'running':
      return [
        ...(state.concern === undefined ? [] : repair(state.concern)),
        ...pages(state.site),
        item('open-preview', l10n.t('Open Preview to the Side'), 'httpServer.preview'),
        item('list-unordered', l10n.t('Open Endpoint…'), 'httpServer.open'),
        item('copy', l10n.t('Copy URL'), 'httpServer.copyUrl'),
        ...secret(state.site, context),
        ...sharing(context),
        item('list-ordered', l10n.t('Rules…'), 'httpServer.rules'),
        item('debug-restart', l10n.t('Restart'), 'httpServer.restart'),
        item('debug-stop', l10n.t('Stop'), 'httpServer.stop'),
      ];
    case 'failed':
      return repair(state.problem);
    case 'stopped':
      return diskFolders().length === 0 ? repair(noFolder()) : [item('play', l10n.t('Start'), 'httpServer.start')];
    case 'starting':
    case 'stopping':
      return [];
  }
}

/** The site, and the file in front of the user if it is in it. */
function pages(site: ServedSite): Item[] {
  const open = (title: string, resource: Uri): Item => item('globe', title, 'httpServer.openFile', resource);
  const file = activeFile();
  const pathname = file && servedPath(site, file);
  const isShown = pathname !== undefined && !isExcluded(site, pathname);
  return [
    open(l10n.t('Open in Browser'), Uri.file(site.directory)),
    ...(file !== undefined && isShown ? [open(l10n.t('Open {0} in Browser', path.basename(file.fsPath)), file)] : []),
  ];
}

const repair = ({ actions }: Problem): Item[] =>
  actions.map(({ title, command, args }) => item(icons[command] ?? 'gear', title, command, ...args));

const secret = ({ token }: ServedSite, { isTokenKept }: MenuContext): Item[] => [
  ...(token === '' ? [] : [item('key', l10n.t('Copy URL with Token'), 'httpServer.copyUrlWithToken')]),
  ...(isTokenKept ? [item('trash', l10n.t('Forget the Generated Token'), 'httpServer.forgetToken')] : []),
];

const sharing = ({ isShared }: MenuContext): Item[] =>
  isShared
    ? [
        item('screen-full', l10n.t('Show QR Code'), 'httpServer.share'),
        item('circle-slash', l10n.t('Stop Sharing'), 'httpServer.stopSharing'),
      ]
    : [item('device-mobile', l10n.t('Share on Local Network…'), 'httpServer.share')];

const icons: Readonly<Partial<Record<ActionId, string>>> = {
  'httpServer.restart': 'debug-restart',
  'httpServer.showLog': 'output',
  'vscode.openFolder': 'folder-opened',
};

/** @param ofExtension a query of the settings editor for all of ours */
const always = (ofExtension: string): Item[] => [
  item('root-folder', l10n.t('Serve Another Folder…'), 'httpServer.serveFolder'),
  item('list-unordered', l10n.t('Show Requests'), 'httpServer.showRequests'),
  item('output', l10n.t('Show Log'), 'httpServer.showLog'),
  item('terminal', l10n.t('Show Console'), 'httpServer.showConsole'),
  item('gear', l10n.t('Settings'), 'workbench.action.openSettings', ofExtension),
  // There the editor keeps those that are the machine's in a tab of their own.
  ...(env.remoteName === undefined
    ? []
    : [
        item('remote', l10n.t('Settings of the Remote Machine'), 'workbench.action.openRemoteSettings', {
          query: ofExtension,
        }),
      ]),
];
