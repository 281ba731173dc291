/** A page: with the script of live reload for a browser that loads it, as it is for everyone else. */
import type { Fields } from '../../http/message/fields';
import type { FieldLine, Request, Response } from '../../http/message/message';
import { inject, type Script } from './inject';
import { encodeSegment, upToRoot } from '../common/path';
import { Resource, type Answering, type View } from './resource';
import type { Source } from './source';

/** What a page is loaded into (Fetch §2.2.5, “destination”). A download and a `fetch` are neither. */
const destinations: ReadonlySet<string> = new Set(['document', 'iframe', 'frame', 'embed', 'object']);

/** Whether a browser asks in order to show the page. Parts, and what programs ask for, are of the file itself. */
export function isPageLoad({ method, fields }: Request): boolean {
  // RFC 9110 §14.2: Range is defined for GET alone.
  if (method === 'GET' && fields.has('range')) return false;
  const destination = fields.get('sec-fetch-dest');
  if (destination === undefined) return takesHtml(fields);
  if (destinations.has(destination)) return true;
  // A service worker hands on a load without its destination. A download looks the same, but does not ask for HTML.
  return destination === 'empty' && isHandedOn(fields) && takesHtml(fields);
}

/** Whether a service worker hands a load on. Firefox then tells another mode, but the wish of a load (W3C Upgrade Insecure Requests §3.2.1). */
const isHandedOn = (fields: Fields): boolean =>
  fields.get('sec-fetch-mode') === 'navigate' || fields.get('upgrade-insecure-requests') === '1';

const takesHtml = (fields: Fields): boolean => /\btext\/html\b/i.test(fields.get('accept') ?? '');

/** Whether the browser says what it loads for, so that Accept need not tell. */
const isSaid = ({ fields }: Request): boolean => fields.has('sec-fetch-dest');

/**
 * What an answer by {@link isPageLoad} depends on. A service worker that keeps a page by its address does not find it for
 * a load if the field says Accept, which differs; those that only the browser adds it does not compare.
 */
const varySaid: FieldLine = ['Vary', 'Sec-Fetch-Dest, Sec-Fetch-Mode'];
export const varyUnsaid: FieldLine = ['Vary', 'Accept, Sec-Fetch-Dest, Sec-Fetch-Mode'];

/**
 * The element that loads the script. Its link is relative, so that it survives a proxy that puts a prefix before the path.
 * The page waits for it: it has read its own address, and is gone, before a `<base>` or another script is there.
 *
 * @param path that the browser asked for
 * @param shown segments of the file, or the folder, that it gets
 */
export function scriptTag(path: string, shown: readonly string[], isFolder = false): string {
  const file = `/${shown.map((name) => `${encodeSegment(name)}${isFolder ? '/' : ''}`).join(isFolder ? '' : '/')}`;
  return `<script src="${upToRoot(path)}.http-server/live.js" data-shows="${file}"></script>`;
}

/** The page as it is, or with the script, for those who are told apart by the same fields. */
interface Variants {
  plain?: Resource;
  live?: Resource;
}

export class Page implements Answering {
  readonly copies = 3;
  private readonly said: Variants = {};
  private readonly unsaid: Variants = {};
  /** The page with the script; undefined if it cannot go in, null as long as nobody knows. */
  private injected: Source | undefined | null = null;

  constructor(
    private readonly source: Source,
    private readonly view: View,
    private readonly script: Script,
  ) {}

  answer(request: Request): Response | Promise<Response> {
    const variants = isSaid(request) ? this.said : this.unsaid;
    const resource = isPageLoad(request)
      ? (variants.live ??= this.live(request))
      : (variants.plain ??= new Resource(this.source, this.viewFor(request)));
    return resource.answer(request);
  }

  /** Copies that lie beside the file are copies of the file. */
  private live(request: Request): Resource {
    const view = this.viewFor(request);
    if (this.injected === null) this.injected = inject(this.source, this.script);
    return this.injected === undefined
      ? new Resource(this.source, view)
      : new Resource(this.injected, { ...view, siblings: undefined });
  }

  private viewFor(request: Request): View {
    const vary = isSaid(request) ? varySaid : varyUnsaid;
    return { ...this.view, fields: [vary, ...this.view.fields] };
  }
}
