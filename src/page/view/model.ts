/** The page as a value, and what happens to it: one folder, how it is shown, and what is asked of the reader. */
import type { Asked } from '../common/choice';
import { shownName } from '../common/fileNames';
import { formatsFor } from '../common/formats';
import { PageStore } from '../common/pageStore';
import { wordsFor, type Words } from '../common/pageWords';
import { freeName, makeFolder } from '../change/folderChanges';
import { isSame, matching, ordered, sumsOf, type Entry, type Order } from '../list/entries';
import { placeOf, type Place, type PageSite } from '../list/place';
import { among, noSelection, type Selection } from '../list/selection';
import { allowed, list, RefusedRequest } from '../list/server';
import { Queue } from '../upload/queue';

export const words: Words = wordsFor(navigator.languages);
/** In the reader's language, whatever that of the words. */
export const formats = formatsFor(navigator.languages);

/** Matches where a finger points. */
export const touch = matchMedia('(pointer: coarse)');

export type Dialog =
  | { readonly kind: 'exists'; readonly name: string; readonly answer: (asked: Asked) => void }
  | { readonly kind: 'name'; readonly title: string; readonly value: string; readonly answer: (name?: string) => void }
  | { readonly kind: 'sure'; readonly title: string; readonly text: string; readonly answer: (isSure: boolean) => void }
  | { readonly kind: 'folder'; readonly title: string; readonly answer: (place?: Place) => void }
  | { readonly kind: 'link'; readonly entry: Entry }
  | { readonly kind: 'preview'; readonly name: string };

export interface Note {
  readonly text: string;
  readonly isBad: boolean;
  readonly act?: { readonly label: string; readonly run: () => void } | undefined;
}

interface Page {
  readonly place: Place;
  /** As the server lists them; undefined until it has. */
  readonly all: readonly Entry[] | undefined;
  /** Those that are shown, in their order. */
  readonly entries: readonly Entry[];
  /** Why there is no list. */
  readonly failure: string | undefined;
  readonly allowed: ReadonlySet<string>;
  readonly order: Order;
  readonly filter: string;
  readonly look: 'list' | 'grid';
  readonly selection: Selection;
  readonly dialog: Dialog | undefined;
  readonly note: Note | undefined;
}

/** What the server says of the page that it made. */
export interface Given {
  readonly site: PageSite;
  readonly place: Place;
  /** Whether there is nothing here but sending. */
  readonly isDropBox: boolean;
  /** Whether a page of another site shows this one, and may have its visitor click on what is not seen. */
  readonly isFramed: boolean;
  /** Whether the server tells of changes. */
  readonly isLive: boolean;
  /** What it lists, unless that may have changed since. */
  readonly entries: readonly Entry[] | undefined;
}

export class Model {
  readonly store: PageStore<Page>;
  readonly queue: Queue;
  /** What is dragged now. */
  dragged: readonly Entry[] = [];
  private reading: AbortController | undefined;
  /** Whether the folder is to be listed anew: `again` if something changed while that was under way. */
  private soon: 'no' | 'waiting' | 'reading' | 'again' = 'no';
  private noteTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly given: Given) {
    this.store = new PageStore<Page>({
      ...{ place: given.place, all: undefined, entries: [], failure: undefined, allowed: new Set(), filter: '' },
      ...{ order: { by: 'name', isDescending: false }, look: keptLook(), selection: noSelection },
      ...{ dialog: undefined, note: undefined },
    });
    this.queue = new Queue(given.site.base, {
      onExists: (name) => this.askExists(name),
      freeName,
      onArrival: (place) => this.arrived(place),
      onFolder: (place, path) => this.makeDropped(place, path),
      wish: given.isDropBox ? 'number' : 'create',
    });
  }

  get page(): Page {
    return this.store.get();
  }

  get place(): Place {
    return this.page.place;
  }

  may(method: string): boolean {
    return this.page.allowed.has(method);
  }

  get mayUpload(): boolean {
    return this.may('PUT') || (this.given.isDropBox && !this.given.isFramed);
  }

  // ── The folder ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Shows a folder. @param active the entry that the keyboard is at then */
  async show(place: Place, active?: string): Promise<void> {
    const isOther = place.path !== this.place.path;
    const selection = { ...noSelection, active };
    if (isOther) this.store.set({ place, all: undefined, entries: [], filter: '', selection });
    document.title = shownName(place.path);
    const mayLook = this.given.isDropBox || this.given.isFramed;
    const methods = mayLook ? Promise.resolve() : this.learn(place);
    await Promise.all([this.refresh(), methods]);
  }

  /** Shows the folder that the page came with: its list, if it has one, is not asked for again. */
  async begin(): Promise<void> {
    const { entries, place } = this.given;
    if (entries === undefined) return this.show(place);
    document.title = shownName(place.path);
    this.arrange({ all: entries });
    if (!this.given.isFramed) await this.learn(place);
  }

  private async learn(place: Place): Promise<void> {
    const methods = await allowed(place).catch(() => undefined);
    if (methods !== undefined && place === this.place) this.store.set({ allowed: methods });
  }

  /** Lists the folder anew. What is selected stays selected, and nothing moves that did not change. */
  async refresh(): Promise<void> {
    if (this.given.isDropBox) return;
    this.reading?.abort();
    const reading = (this.reading = new AbortController());
    const { place } = this;
    try {
      const all = await list(place, reading.signal);
      if (reading.signal.aborted) return;
      const { all: before } = this.page;
      // The site shows that, and not the list any more.
      const isIndexed = before !== undefined && !this.given.site.isFiles && hasIndex(all) && !hasIndex(before);
      if (isIndexed && !this.queue.isBusy) location.reload();
      if (before === undefined || !isSame(all, before)) this.arrange({ all, failure: undefined });
      else if (this.page.failure !== undefined) this.store.set({ failure: undefined });
    } catch (error) {
      if (!reading.signal.aborted) this.store.set({ failure: this.sentence(error), all: undefined, entries: [] });
    }
  }

  /** Soon, and once for all that happens meanwhile; a long list is read to its end before it is asked for again. */
  refreshSoon(): void {
    if (this.soon === 'reading') this.soon = 'again';
    if (this.soon !== 'no') return;
    this.soon = 'waiting';
    setTimeout(() => void this.refreshNow(), 150);
  }

  private async refreshNow(): Promise<void> {
    this.soon = 'reading';
    await this.refresh();
    const { isAgain } = this;
    this.soon = 'no';
    if (isAgain) this.refreshSoon();
  }

  private get isAgain(): boolean {
    return this.soon === 'again';
  }

  /** Puts those parts into the page, and the entries into their order. */
  arrange(change: Partial<Pick<Page, 'all' | 'failure' | 'order' | 'filter'>>): void {
    const { all, order, filter, selection } = { ...this.page, ...change };
    const entries = ordered(matching(all ?? [], filter), order);
    const names = new Set(entries.map(({ name }) => name));
    this.store.set({ ...change, entries, selection: among(selection, (name) => names.has(name)) });
  }

  setLook(look: Page['look']): void {
    try {
      localStorage.setItem('http-server look', look);
    } catch {
      // Without a storage it is for this page alone.
    }
    this.store.set({ look });
  }

  select(selection: Selection): void {
    this.store.set({ selection });
  }

  /** Those that are selected, or the one that the keyboard is at. */
  get chosen(): readonly Entry[] {
    const { entries, selection } = this.page;
    const names = selection.names.size > 0 ? selection.names : new Set([selection.active]);
    return entries.filter(({ name }) => names.has(name));
  }

  /** Of what is selected, or of all. */
  get sums(): ReturnType<typeof sumsOf> {
    const { entries, selection } = this.page;
    return sumsOf(selection.names.size > 0 ? entries.filter(({ name }) => selection.names.has(name)) : entries);
  }

  // ── Ways ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Goes into a folder. Where the site shows an index instead of a list, the browser goes there. */
  async enter(place: Place, active?: string): Promise<void> {
    const isIndexed = !this.given.site.isFiles && hasIndex(await list(place).catch(() => []));
    if (isIndexed) {
      location.assign(place.page());
      return;
    }
    history.pushState(null, '', place.page());
    await this.show(place, active);
  }

  up(): void {
    const { place } = this;
    if (place.segments.length > 0) void this.enter(place.above(place.segments.length - 1), place.name);
  }

  /** The address changed, by Back or Forward. */
  follow(): void {
    const place = placeOf(this.given.site, location.href);
    if (place === undefined) location.reload();
    else void this.show(place);
  }

  // ── Questions and news ────────────────────────────────────────────────────────────────────────────────────────────

  /** Shows a dialog, and takes it away when it is answered. */
  ask<T>(make: (answer: (value: T) => void) => Dialog): Promise<T> {
    return new Promise((resolve) => {
      const dialog = make((value) => {
        this.store.set({ dialog: undefined });
        resolve(value);
      });
      this.store.set({ dialog });
    });
  }

  askExists(name: string): Promise<Asked> {
    return this.ask((answer) => ({ kind: 'exists', name, answer }));
  }

  note(text: string, act?: Note['act']): void {
    this.tell({ text, isBad: false, act });
  }

  /** Tells why something was not done. */
  complain(error: unknown, act?: Note['act']): void {
    this.tell({ text: this.sentence(error), isBad: true, act });
  }

  tell(note: Note | undefined): void {
    clearTimeout(this.noteTimer);
    this.store.set({ note });
    if (note !== undefined) this.noteTimer = setTimeout(() => this.store.set({ note: undefined }), 12_000);
  }

  sentence(error: unknown): string {
    if (error instanceof RefusedRequest) return error.status === 0 ? words.noAnswer : error.message;
    return String(error);
  }

  private arrived(place: Place): void {
    if (place.path.startsWith(this.place.path)) this.refreshSoon();
  }

  private async makeDropped(place: Place, path: readonly string[]): Promise<void> {
    if (!this.may('MKCOL')) return;
    for (let depth = 1; depth <= path.length; depth++) {
      const parent = place.within(...path.slice(0, depth - 1));
      // 405: it is there.
      await makeFolder(parent, path[depth - 1] ?? '').catch((error: unknown) => {
        if (!(error instanceof RefusedRequest) || error.status !== 405) this.complain(error);
      });
    }
    this.refreshSoon();
  }
}

const hasIndex = (entries: readonly Entry[]): boolean =>
  entries.some(({ name, isFolder }) => !isFolder && /^index\.html?$/.test(name));

function keptLook(): Page['look'] {
  try {
    return localStorage.getItem('http-server look') === 'grid' ? 'grid' : 'list';
  } catch {
    return 'list';
  }
}
