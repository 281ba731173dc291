/** What a page uses of its site: by path, the kinds of things that asked for it. */

/** A path as it is compared: file systems differ in case and in how accents are written. */
export const fold = (path: string): string => path.normalize('NFC').toLowerCase();

/** Of a folder that is used, there is a list, or its index. */
export const concerns = (changed: string, path: string): boolean =>
  path === changed ||
  path.startsWith(`${changed}/`) ||
  (path.endsWith('/') && changed.slice(0, changed.lastIndexOf('/') + 1) === path);

interface Use {
  /** The URL, if it may be asked for. */
  readonly url: string | undefined;
  readonly kinds: Set<string>;
}

export class SiteUses {
  /** The path of what the page shows. */
  readonly shown: string;
  private readonly uses = new Map<string, Use>();

  /**
   * @param base where the site begins: behind a proxy it is not the root of the host
   * @param shows as the server says it, percent-encoded
   */
  constructor(
    private readonly base: string,
    shows: string,
  ) {
    this.shown = fold(decodeURIComponent(shows));
    this.use(this.shown, 'page', location.href);
    // What a path means may change; but that of a folder whose index is shown does not mean all that is in it.
    if (!location.pathname.endsWith('/')) this.use(this.pathOf(location.href), 'page', location.href);
    /** Frames are looked at when something changes: where they went since then, the record does not tell. */
    const watch = ({ name, initiatorType }: PerformanceResourceTiming): void => {
      if (!initiatorType.includes('frame')) this.use(this.pathOf(name), initiatorType, name);
    };
    new PerformanceObserver((list) => (list.getEntries() as PerformanceResourceTiming[]).forEach(watch)).observe({
      type: 'resource',
      buffered: true,
    });
  }

  get urls(): string[] {
    return [...this.uses.values()].flatMap(({ url }) => url ?? []);
  }

  /** The path of the site that `url`, which is absolute, means, decoded; undefined for another site. */
  pathOf(url: string): string | undefined {
    const absolute = url.replace(/[?#].*/s, '');
    if (!absolute.startsWith(this.base)) return undefined;
    try {
      return fold(decodeURIComponent(absolute.slice(this.base.length - 1)));
    } catch {
      return undefined;
    }
  }

  /** The kinds of uses that `changed`, a file or a folder, has; undefined if it has none. */
  kindsOf(changed: string): Set<string> | undefined {
    const kinds = [...this.uses].flatMap(([path, used]) => (concerns(changed, path) ? [...used.kinds] : []));
    return kinds.length === 0 ? undefined : new Set(kinds);
  }

  private use(path: string | undefined, kind: string, url: string): void {
    // What stores files by the API must not be interrupted by its own success.
    if (path === undefined || /^\/(?:\.http-server|files)\//.test(path)) return;
    const known = this.uses.get(path) ?? { url, kinds: new Set<string>() };
    this.uses.set(path, known);
    known.kinds.add(kind);
  }
}
