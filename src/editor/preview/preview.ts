/** The preview: a tab beside the source that shows what the site makes of the file in front of the user. */
import { Disposable, env, window, workspace } from 'vscode';
import type { Tab } from 'vscode';
import type { LogEvent } from '../../accessLog';
import { activeFile } from '../common/activeFile';
import type { Controller } from '../server/controller';
import { siteIn, type ServedSite } from '../server/state';
import { externalUrlOf, isExcluded, localUrlOf, servedPath, withToken } from '../server/urls';
import { browsersFor, framed, hasOwnBrowser, openInTab, tabsOf } from './browsers';
import type { Browser } from './browsers';

/** What a browser shows as a page. Beside a style or a script the page stays that it is a part of. */
const pages = /\.(?:x?html?|svg|md|markdown|txt|pdf|png|jpe?g|gif|webp|avif)$/i;

/** What the tab shows. */
interface Shown {
  readonly browser: Browser;
  /** Percent-encoded, from `/`. */
  readonly pathname: string;
  readonly url: string;
  /** Matches every address of the site that it is one of. */
  readonly reuse: string;
}

export class Preview implements Disposable {
  readonly #controller: Controller;
  readonly #browsers: typeof browsersFor;
  readonly #subscription: Disposable;
  #shown: Shown | undefined;
  /** The tab as it was last seen; undefined until it is known. */
  #tab: Tab | undefined;
  /** Ends when what has happened so far was followed. */
  #following: Promise<unknown> = Promise.resolve();

  /** @param browsers those that may show a site with that token, the best first */
  constructor(controller: Controller, browsers = browsersFor) {
    this.#controller = controller;
    this.#browsers = browsers;
    // An editor that cannot say where the site is reached now may say so at the next change.
    const look = (): void => void (this.#following = this.#following.then(() => this.#follow()).catch(() => undefined));
    this.#subscription = Disposable.from(
      window.tabGroups.onDidChangeTabs(look),
      window.tabGroups.onDidChangeTabGroups(look),
      controller.onDidChangeState(look),
    );
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  /**
   * Shows a page, anew if it is shown already.
   *
   * @param pathname percent-encoded, from `/`
   * @param secret lets a browser in that has not been here before
   * @returns whether the editor has a browser for it
   */
  async show(site: ServedSite, pathname: string, secret = site.token): Promise<boolean> {
    const url = await tabUrlOf(site, pathname);
    const reuse = siteGlob(url, pathname);
    const browser = await openInTab({
      url: withToken(url, secret),
      reuse: this.#shown?.reuse ?? reuse,
      candidates: this.#browsers(site.token),
      coming: (call) =>
        this.#controller.onDidTraffic(({ events }) => {
          if (asksFor(events, pathname)) call();
        }),
      onTaken: (tab) => (this.#tab = tab),
    });
    this.#shown = browser && { browser, pathname, url, reuse };
    return browser !== undefined;
  }

  /** Shows what the user has gone to, if the tab is seen while another has the focus. */
  async #follow(): Promise<void> {
    const site = siteIn(this.#controller.state);
    const tab = this.#find();
    if (site === undefined || this.#shown === undefined || tab?.isActive !== true) return;
    if (tab.group.viewColumn === window.tabGroups.activeTabGroup.viewColumn) return;
    const pathname = pageInFront(site) ?? this.#shown.pathname;
    // The server may be at another port now.
    if ((await tabUrlOf(site, pathname)) !== this.#shown.url) await this.show(site, pathname, '');
  }

  /** The tab; undefined if it was closed. Where groups of tabs come or go, the editor makes other objects of the same tabs. */
  #find(): Tab | undefined {
    if (this.#shown === undefined) return undefined;
    const tabs = tabsOf(this.#shown.browser);
    if (this.#tab === undefined) return this.#shown.browser === framed ? tabs[0] : undefined;
    this.#tab = tabs.find((tab) => tab === this.#tab) ?? tabs.find(({ label }) => label === this.#tab?.label);
    if (this.#tab === undefined) this.#shown = undefined;
    return this.#tab;
  }
}

/** Whether a browser asked for it, with what it adds to an address. */
const asksFor = (events: readonly LogEvent[], pathname: string): boolean =>
  events.some(({ target }) => target.startsWith(pathname));

/** The page in front of the user, as far as it is one of the site. */
function pageInFront(site: ServedSite): string | undefined {
  const file = activeFile();
  const pathname = file && servedPath(site, file);
  return pathname !== undefined && pages.test(pathname) && !isExcluded(site, pathname) ? pathname : undefined;
}

/** A glob of all addresses of the site. @param url that of `pathname` */
export const siteGlob = (url: string, pathname: string): string =>
  `${url.slice(0, url.length - pathname.length + 1)}**`;

/** Where a tab of the editor's reaches it: a browser that asks by way of the remote machine is there already. */
export async function tabUrlOf(site: ServedSite, pathname: string): Promise<string> {
  const isThere =
    env.remoteName !== undefined &&
    workspace.getConfiguration('workbench.browser').get('enableRemoteProxy') === true &&
    (await hasOwnBrowser());
  return isThere ? localUrlOf(site, pathname) : externalUrlOf(site, pathname);
}
