/** Showing a URL of the server to the user: in a browser, or on the clipboard. */
import { env, l10n } from 'vscode';
import type { Uri } from 'vscode';
import { showDone, showInformation, showWarning } from '../common/notify';
import { settingError } from '../server/problem';
import { openIn } from '../server/settings';
import type { OpenIn } from '../server/settings';
import type { ServedSite } from '../server/state';
import { externalUrlOf, localUrlOf, withToken } from '../server/urls';
import { browsersFor, hasOwnBrowser, openInTab } from '../preview/browsers';
import { siteGlob, tabUrlOf, type Preview } from '../preview/preview';

/** @param pathname percent-encoded, from `/` */
export async function openInBrowser(site: ServedSite, pathname: string): Promise<void> {
  const path = withToken(pathname, site.token);
  if ((await browserKindOf(site)) === 'integrated') {
    const url = await tabUrlOf(site, path);
    const reuse = siteGlob(url, path);
    if ((await openInTab({ url, reuse, candidates: browsersFor(site.token) })) !== undefined) return;
    void showWarning(
      l10n.t(
        'This editor has no browser of its own, which the setting httpServer.openIn asks for, so the page opens in the system’s.',
      ),
    );
  }
  await openExternal(isTunnelled(site) ? localUrlOf(site, path) : await externalUrlOf(site, path));
}

type BrowserKind = Exclude<OpenIn, 'auto'>;

let isTold = false;

/**
 * Where the user wants pages. A browser of the editor's own lets the server keep its cookie, as any browser does; a frame
 * does not, so with a token it is the system's browser.
 */
export async function browserKindOf({ folder, token }: Pick<ServedSite, 'folder' | 'token'>): Promise<BrowserKind> {
  const wanted = openIn(folder);
  if (wanted === 'external') return wanted;
  if (await hasOwnBrowser()) return 'integrated';
  if (wanted === 'auto') return 'external';
  if (token === '') return 'integrated';
  tellOfFrames();
  return 'external';
}

/** Shows a page beside the source, whatever the settings say of pages that are opened. */
export async function openPreview(preview: Preview, site: ServedSite, pathname: string): Promise<void> {
  if (await preview.show(site, pathname)) return;
  if (site.token !== '') tellOfFrames();
  await openInBrowser(site, pathname);
}

function tellOfFrames(): void {
  if (!isTold) {
    void showInformation(
      l10n.t('The server has a token, which a page in a frame cannot keep, so pages open in the system’s browser.'),
    );
  }
  isTold = true;
}

/**
 * Whether the editor has to be asked once more where the user's browser reaches the server, as it does for each address
 * of this machine that is opened. What it then makes of the `%23` of a name with a `#` is `%2523`, so it is asked only
 * where it must be.
 */
const isTunnelled = ({ external }: ServedSite): boolean =>
  /^(?:localhost|127\.0\.0\.1|0\.0\.0\.0):/.test(external.authority);

/** A Uri would be encoded anew on its way, which turns the `%23` of a name with a `#` into `%2523`; a string is not. */
const openExternal = (url: string): Thenable<boolean> => env.openExternal(url as unknown as Uri);

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
