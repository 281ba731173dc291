/** Showing a URL of the server to the user: in a browser, or on the clipboard. */
import { commands, env, l10n, TabInputText, TabInputWebview, ViewColumn, window } from 'vscode';
import type { Uri } from 'vscode';
import { showDone, showInformation, showWarning } from '../common/notify';
import { settingError } from '../server/problem';
import { openIn } from '../server/settings';
import type { OpenIn } from '../server/settings';
import type { ServedSite } from '../server/state';
import { externalUrlOf, localUrlOf } from '../server/urls';

/** @param pathname percent-encoded, from `/` */
export async function openInBrowser(site: ServedSite, pathname: string): Promise<void> {
  const path = withToken(pathname, site.token);
  if ((await browserKindOf(site)) === 'integrated') {
    if (await openInTab(await externalUrlOf(site, path))) return;
    void showWarning(
      l10n.t(
        'This editor has no browser of its own, which the setting httpServer.openIn asks for, so the page opens in the system’s.',
      ),
    );
  }
  await openExternal(isTunnelled(site) ? localUrlOf(site, path) : await externalUrlOf(site, path));
}

/** Opens a tab that is a browser, which only some editors have; a page in a frame is what all have. */
const ownBrowser = 'workbench.action.browser.open';

type BrowserKind = Exclude<OpenIn, 'auto'>;

let isTold = false;

/**
 * Where the user wants pages, except that with a token it is the system's browser: the editor's own shows a page in a
 * frame, which gets none of the server's cookies, and would keep the secret in its address bar.
 */
export async function browserKindOf({ folder, token }: Pick<ServedSite, 'folder' | 'token'>): Promise<BrowserKind> {
  const wanted = openIn(folder);
  const hasBrowser = wanted !== 'auto' || (await commands.getCommands(true)).includes(ownBrowser);
  if (wanted === 'external' || !hasBrowser) return 'external';
  return keepsToken(token) ? 'integrated' : 'external';
}

/** Shows a page beside the source, whatever the settings say of pages that are opened. */
export async function preview(site: ServedSite, pathname: string): Promise<void> {
  if (keepsToken(site.token) && (await openInTab(await externalUrlOf(site, pathname)))) return;
  await openInBrowser(site, pathname);
}

function keepsToken(token: string): boolean {
  if (token === '') return true;
  if (!isTold) {
    void showInformation(
      l10n.t('The server has a token, which the editor’s own browser cannot keep, so pages open in the system’s.'),
    );
  }
  isTold = true;
  return false;
}

/**
 * Whether the editor has to be asked once more where the user's browser reaches the server, as it does for each address
 * of this machine that is opened. What it then makes of the `%23` of a name with a `#` is `%2523`, so it is asked only
 * where it must be.
 */
const isTunnelled = ({ external }: ServedSite): boolean =>
  /^(?:localhost|127\.0\.0\.1|0\.0\.0\.0):/.test(external.authority);

/** A browser of the editor's own. Rejects if there is no such one. */
type Browser = (url: string) => Thenable<unknown>;

/** Shows beside the source what is served, in the tab of before if there is one. */
const browsers: readonly Browser[] = [
  (url) => {
    const reuseUrlFilter = `${new URL(url).origin}/**`;
    return commands.executeCommand(ownBrowser, { url, openToSide: true, reuseUrlFilter });
  },
  (url) => {
    const viewColumn = columnOf('simpleBrowser.view') ?? ViewColumn.Beside;
    // A Uri would lose the `%23` of a name with a `#` on its way.
    return commands.executeCommand('simpleBrowser.api.open', url, { viewColumn, preserveFocus: true });
  },
];

/** The command for each column of editors, from the left, that gives it the focus. */
const ordinals = ['First', 'Second', 'Third', 'Fourth', 'Fifth', 'Sixth', 'Seventh', 'Eighth'];

/** How long a browser may take to get the focus after it was opened, in milliseconds. */
const settling = 10_000;

/** Gives the focus back to `column`, once: a browser takes it, whatever it is told, some time after its command has ended. */
function keepFocus(column: ViewColumn): void {
  const ordinal = ordinals[column - 1];
  if (ordinal === undefined) return;
  const giveBack = (): void => {
    const { activeTab, viewColumn } = window.tabGroups.activeTabGroup;
    // Who has gone to another text meanwhile stays there.
    if (viewColumn === column || activeTab?.input instanceof TabInputText) return;
    end();
    void commands.executeCommand(`workbench.action.focus${ordinal}EditorGroup`);
  };
  const groups = window.tabGroups.onDidChangeTabGroups(giveBack);
  const tabs = window.tabGroups.onDidChangeTabs(giveBack);
  const timer = setTimeout(() => end(), settling);
  const end = (): void => {
    clearTimeout(timer);
    for (const subscription of [groups, tabs]) subscription.dispose();
  };
  giveBack();
}

/** Where a view of that kind is; undefined if there is none. */
const columnOf = (kind: string): ViewColumn | undefined =>
  window.tabGroups.all.find(({ tabs }) =>
    tabs.some(({ input }) => input instanceof TabInputWebview && input.viewType.includes(kind)),
  )?.viewColumn;

/** Resolves to whether the editor has a browser; its user may have disabled it. */
export async function openInTab(url: string, candidates: readonly Browser[] = browsers): Promise<boolean> {
  const { viewColumn } = window.tabGroups.activeTabGroup;
  for (const open of candidates) {
    try {
      await open(url);
      keepFocus(viewColumn);
      return true;
    } catch {
      // There is no such command; if none is there, the caller says so.
    }
  }
  return false;
}

/** A Uri would be encoded anew on its way, which turns the `%23` of a name with a `#` into `%2523`; a string is not. */
const openExternal = (url: string): Thenable<boolean> => env.openExternal(url as unknown as Uri);

/** The server takes the secret out of the URL at once, and lets the browser in from then on. */
export const withToken = (pathname: string, secret: string): string =>
  secret === '' ? pathname : `${pathname}?token=${encodeURIComponent(secret)}`;

/** What is shown leaves the token out: it is a secret, and a screen has many who look at it. */
export async function copyWithToken(link: string): Promise<void> {
  await env.clipboard.writeText(link);
  showDone(l10n.t('Copied the link, with its token'));
}

export async function copyUrlWithToken(site: ServedSite): Promise<void> {
  if (site.token === '') throw settingError('token', l10n.t('The server has no token, so there is no URL with one.'));
  await copyWithToken(await externalUrlOf(site, withToken('/', site.token)));
}

export async function copyUrl(site: ServedSite, pathnames: readonly string[]): Promise<void> {
  const urls = await Promise.all(pathnames.map((pathname) => externalUrlOf(site, pathname)));
  await env.clipboard.writeText(urls.join('\n'));
  showDone(l10n.t('Copied {0}', urls.join(' ')));
}
