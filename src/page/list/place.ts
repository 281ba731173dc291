/** Where a folder is: for the site that shows it, for the API that changes it, and for the reader. Pure. */
import { encodeName } from '../common/fileNames';

/** Where a page is within its site. */
export interface PageSite {
  /** The URL where the site begins, with its slash: behind a proxy it is not the root of the host. */
  readonly base: string;
  /** Whether folders are shown below `/files/`, where each one is a list, or as the site shows them. */
  readonly isFiles: boolean;
}

const encoded = (segments: readonly string[]): string => segments.map((name) => `${encodeName(name)}/`).join('');

export class Place {
  /** @param segments of the folder, decoded */
  constructor(
    readonly site: PageSite,
    readonly segments: readonly string[],
  ) {}

  /** The URL of the API. @param name of an entry; without it, the folder itself */
  api(name = '', isFolder = false): string {
    return `${this.site.base}files/${encoded(this.segments)}${this.end(name, isFolder)}`;
  }

  /** The path by which the server knows the same, whatever a proxy puts before it. */
  destination(name: string, isFolder = false): string {
    return `/files/${encoded(this.segments)}${this.end(name, isFolder)}`;
  }

  /** The URL of the site, where a file has its real media type. */
  shown(name = '', isFolder = false): string {
    return `${this.site.base}${encoded(this.segments)}${this.end(name, isFolder)}`;
  }

  /** The URL of the page that lists it, as the reader came to it. */
  page(): string {
    return this.site.isFiles ? this.api() : this.shown();
  }

  /** The URL of a zip of the whole, or of some entries. */
  zip(names: readonly string[]): string {
    const query = names.map((name) => `zip=${encodeName(name)}`).join('&');
    return `${this.api()}?${query === '' ? 'zip' : query}`;
  }

  within(...names: readonly string[]): Place {
    return new Place(this.site, [...this.segments, ...names]);
  }

  /** @param depth how many segments are left */
  above(depth: number): Place {
    return new Place(this.site, this.segments.slice(0, depth));
  }

  /** `/photos/2024/`, decoded. */
  get path(): string {
    return `/${this.segments.map((name) => `${name}/`).join('')}`;
  }

  get name(): string | undefined {
    return this.segments.at(-1);
  }

  private end(name: string, isFolder: boolean): string {
    return name === '' ? '' : `${encodeName(name)}${isFolder ? '/' : ''}`;
  }
}

/** The place that a page of this site shows; undefined for a URL elsewhere. */
export function placeOf(site: PageSite, url: string): Place | undefined {
  const { origin, pathname } = new URL(url);
  const start = site.isFiles ? `${site.base}files/` : site.base;
  const path = `${origin}${pathname}`;
  if (!path.startsWith(start) || !path.endsWith('/')) return undefined;
  try {
    const segments = path.slice(start.length).split('/').map(decodeURIComponent);
    return new Place(
      site,
      segments.filter((name) => name !== '' && name !== '.'),
    );
  } catch {
    return undefined;
  }
}
