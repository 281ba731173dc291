/** What changes in a page without a reload: style sheets, pictures, icons, frames without a script. */
import { concerns, type SiteUses } from './siteUses';

let version = Date.now();

/** The same URL, which is absolute, but not for a cache. */
function renewed(url: string): string {
  const fresh = new URL(url);
  fresh.searchParams.set('live', String(++version));
  return fresh.href;
}

/** Of the page, and of what elements show as their own. */
export const all = <T extends Element>(selector: string, root: Document | ShadowRoot = document): T[] => [
  ...root.querySelectorAll<T>(selector),
  ...[...root.querySelectorAll('*')].flatMap(({ shadowRoot }) => (shadowRoot ? all<T>(selector, shadowRoot) : [])),
];

const only = (kinds: ReadonlySet<string>, kind: string): boolean => kinds.size === 1 && kinds.has(kind);

export class Replacements {
  /** The sheets that are being loaded, by those they are to replace. */
  private readonly successors = new Map<HTMLLinkElement, HTMLLinkElement>();

  /** @param isLive whether a window has a script of its own that follows changes */
  constructor(
    private readonly base: string,
    private readonly uses: SiteUses,
    private readonly isLive: (frame: Window) => boolean,
  ) {}

  /** Whether `changed`, a path, took effect, or need not, without a reload. */
  absorb(changed: string): boolean {
    const isIcon = this.swapIcons(changed);
    this.reloadFrames(changed);
    const kinds = this.uses.kindsOf(changed);
    if (kinds === undefined || (isIcon && only(kinds, 'other'))) return true;
    if (only(kinds, 'link')) return this.swapSheets(changed);
    return only(kinds, 'img') && this.swapImages(changed);
  }

  /** The old sheet stays until the new one is there, so that nothing flashes. What has changed again is not waited for. */
  private swapSheet(link: HTMLLinkElement): void {
    // What is off is not loaded. Whether an alternate sheet is on, its element knows, and does not tell.
    if (link.disabled || link.relList.contains('alternate')) return reloadSheet(link);
    this.successors.get(link)?.remove();
    const next = link.cloneNode() as HTMLLinkElement;
    this.successors.set(link, next);
    next.href = renewed(link.href);
    next.onload = next.onerror = () => {
      if (this.successors.get(link) !== next) return;
      this.successors.delete(link);
      // A script may have turned it off.
      if (link.sheet && next.sheet) next.sheet.disabled = link.sheet.disabled;
      link.remove();
    };
    link.after(next);
  }

  private swapSheets(path: string): boolean {
    const coming = new Set(this.successors.values());
    const links = all<HTMLLinkElement>('link[rel~="stylesheet" i][href]').filter(
      (link) => this.uses.pathOf(link.href) === path && !coming.has(link),
    );
    for (const link of links) this.swapSheet(link);
    return links.length > 0;
  }

  private swapImages(path: string): boolean {
    const images = all<HTMLImageElement>('img').filter(
      (image) => this.uses.pathOf(image.currentSrc || image.src) === path,
    );
    if (images.some((image) => image.srcset !== '' || image.closest('picture') !== null)) return false;
    for (const image of images) image.src = renewed(image.src);
    return images.length > 0;
  }

  /** Of icons some browsers have records of no kind, and others none. Returns whether it is one. */
  private swapIcons(path: string): boolean {
    const icons = all<HTMLLinkElement>('link[rel~="icon" i][href]');
    const changed = icons.filter((icon) => this.uses.pathOf(icon.href) === path);
    for (const icon of changed) icon.href = renewed(icon.href);
    const isDefault = icons.length === 0 && path === '/favicon.ico' && new URL(this.base).pathname === '/';
    if (!isDefault) return changed.length > 0;
    const href = renewed(`${this.base}favicon.ico`);
    // A document made by a script need not have a head.
    (document.head as HTMLHeadElement | null)?.append(
      Object.assign(document.createElement('link'), { rel: 'icon', href }),
    );
    return true;
  }

  /** Only those that have no script of their own, such as text. */
  private reloadFrames(path: string): void {
    for (const frame of document.querySelectorAll<HTMLIFrameElement>('iframe, frame')) {
      try {
        const { contentWindow } = frame;
        if (contentWindow === null || this.isLive(contentWindow)) continue;
        if (concerns(path, this.uses.pathOf(contentWindow.location.href) ?? '')) contentWindow.location.reload();
      } catch {
        // It is another site's.
      }
    }
  }
}

function reloadSheet(link: HTMLLinkElement): void {
  const turnOn = (): void => {
    if (link.sheet) link.sheet.disabled = false;
  };
  // Where the sheet knows it instead, a new one is off.
  if (link.sheet?.disabled === false) link.addEventListener('load', turnOn, { once: true });
  link.href = renewed(link.href);
}
