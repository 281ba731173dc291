/** The browsers that an editor may have, and pages beside the source in one of them. */
import { commands, TabInputText, TabInputWebview, ViewColumn, window } from 'vscode';
import type { Disposable, Tab } from 'vscode';

/** A browser of the editor's own. */
export interface Browser {
  /**
   * Shows `url` beside the source, in the tab of before if there is one. Rejects if there is no such browser.
   *
   * @param reuse a glob of the addresses by which that tab is known
   */
  open(url: string, reuse: string): Thenable<unknown>;
  /** Whether a tab may be one of its own; what it shows no tab tells. */
  owns(tab: Tab): boolean;
}

/** Opens a tab that is a browser, which only some editors have; a page in a frame is what all have. */
const ownBrowser = 'workbench.action.browser.open';

export const hasOwnBrowser = async (): Promise<boolean> => (await commands.getCommands(true)).includes(ownBrowser);

/** A browser like others: it keeps cookies, and its address bar shows where it was led, not what it was given. */
const whole: Browser = {
  open: (url, reuseUrlFilter) => commands.executeCommand(ownBrowser, { url, openToSide: true, reuseUrlFilter }),
  // The editor tells nothing of such a tab but its title.
  owns: ({ input }) => input === undefined || input === null,
};

/** A page in a frame, which gets no cookies of the server's; there is one tab of it at most. */
export const framed: Browser = {
  open: (url) => {
    const viewColumn = tabsOf(framed)[0]?.group.viewColumn ?? ViewColumn.Beside;
    // A Uri would lose the `%23` of a name with a `#` on its way.
    return commands.executeCommand('simpleBrowser.api.open', url, { viewColumn, preserveFocus: true });
  },
  owns: ({ input }) => input instanceof TabInputWebview && input.viewType.includes('simpleBrowser.view'),
};

/** Those in which a page can be shown, the best first. */
export const browsersFor = (token: string): readonly Browser[] => (token === '' ? [whole, framed] : [whole]);

export const tabsOf = (browser: Browser): readonly Tab[] =>
  window.tabGroups.all.flatMap(({ tabs }) => tabs.filter((tab) => browser.owns(tab)));

/** The command for each column of editors, from the left, that gives it the focus. */
const ordinals = ['First', 'Second', 'Third', 'Fourth', 'Fifth', 'Sixth', 'Seventh', 'Eighth'];

/** How long a browser may take to get the focus after it was opened, in milliseconds. */
const settling = 10_000;

/** How soon a browser takes the focus again, if it does, in milliseconds; where all is slow, some times as long as the first time. */
const shortly = 2000;

/** Calls whenever the page that is to be shown is asked for, until it is disposed of. */
type Coming = (call: () => void) => Disposable;

/** Who has the focus, since when a browser was being opened, and what tells that its page comes. */
interface Focus {
  readonly column: ViewColumn;
  readonly since: number;
  readonly coming: Coming | undefined;
}

/**
 * Gives the focus back: a browser takes it, whatever it is told, some time after its command has ended, and some do so twice.
 *
 * @param onTaken is told which tab had it
 */
function keepFocus({ column, since, coming }: Focus, onTaken: (tab: Tab) => void): void {
  const ordinal = ordinals[column - 1];
  if (ordinal === undefined) return;
  const focus = (): void => void commands.executeCommand(`workbench.action.focus${ordinal}EditorGroup`);
  const elapsed = (): number => performance.now() - since;
  const giveBack = (): void => {
    const { activeTab, viewColumn } = window.tabGroups.activeTabGroup;
    // Who has gone to another text meanwhile stays there.
    if (viewColumn === column || activeTab === undefined || activeTab.input instanceof TabInputText) return;
    if (!isTaken) endIn(Math.max(shortly, 4 * elapsed()));
    isTaken = true;
    onTaken(activeTab);
    focus();
  };
  const { onDidChangeTabGroups, onDidChangeTabs } = window.tabGroups;
  const subscriptions = [onDidChangeTabGroups(giveBack), onDidChangeTabs(giveBack)];
  const endIn = (pause: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => subscriptions.forEach((subscription) => void subscription.dispose()), pause);
  };
  let isTaken = false;
  let timer: NodeJS.Timeout | undefined;
  endIn(settling);
  giveBack();
  // A frame that got the focus before it was there takes it anew when it is. The group of the source stays the active one then, and
  // the editor may tell nothing; but the frame asks for its page next.
  if (coming === undefined) return;
  once(coming, Math.max(settling, 20 * elapsed()), () => {
    if (isTaken && window.tabGroups.activeTabGroup.viewColumn === column) focus();
  });
}

/** Calls when the page comes, unless that takes longer than so many milliseconds. */
function once(coming: Coming, longest: number, call: () => void): void {
  const timer = setTimeout(() => void arrival.dispose(), longest);
  const arrival = coming(() => {
    clearTimeout(timer);
    void arrival.dispose();
    call();
  });
}

/** What is to be shown, and how. */
interface TabRequest {
  readonly url: string;
  /** See {@link Browser.open}. */
  readonly reuse: string;
  readonly candidates: readonly Browser[];
  /** Fires when the page is asked for. */
  readonly coming?: Coming;
  /** Is told the tab, if it had the focus. */
  readonly onTaken?: (tab: Tab) => void;
}

/** Resolves to the browser that shows it; undefined where there is none: its user may have disabled it. */
export async function openInTab({ url, reuse, candidates, coming, onTaken }: TabRequest): Promise<Browser | undefined> {
  const focus = { column: window.tabGroups.activeTabGroup.viewColumn, since: performance.now(), coming };
  for (const browser of candidates) {
    // A frame that is there already leaves the focus where it is.
    const takesFocus = browser !== framed || tabsOf(framed).length === 0;
    try {
      await browser.open(url, reuse);
    } catch {
      // There is no such command; if none is there, the caller says so.
      continue;
    }
    if (takesFocus) keepFocus(focus, (tab) => browser.owns(tab) && onTaken?.(tab));
    return browser;
  }
  return undefined;
}
