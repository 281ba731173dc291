/** An HTML page: with the script of live reload for a browser that loads it, as it is for everyone else. */
import type { FieldLine, Request, Response } from '../http/message';
import { inject } from './inject';
import { encodeSegment } from './path';
import { Resource, type Answering, type View } from './resource';
import type { Source } from './source';

/** What a page is loaded into (Fetch §2.2.5, “destination”). A download and a `fetch` are neither. */
const destinations: ReadonlySet<string> = new Set(['document', 'iframe', 'frame', 'embed', 'object']);

/** Whether a browser asks in order to show the page. Parts, and what programs ask for, are of the file itself. */
export function isPageLoad({ method, fields }: Request): boolean {
  const accept = fields.get('accept');
  if (accept === undefined || !/\btext\/html\b/i.test(accept)) return false;
  // RFC 9110 §14.2: Range is defined for GET alone.
  if (method === 'GET' && fields.has('range')) return false;
  const destination = fields.get('sec-fetch-dest');
  return destination === undefined || destinations.has(destination);
}

/** What {@link isPageLoad} looks at. */
export const vary: FieldLine = ['Vary', 'Accept, Sec-Fetch-Dest'];

/**
 * The element that loads the script. Its link is relative, so that it survives a proxy that puts a prefix before the path.
 *
 * @param path that the browser asked for
 * @param shown segments of the file, or the folder, that it gets
 */
export function scriptTag(path: string, shown: readonly string[], isFolder = false): string {
  const up = '../'.repeat(path.split('/').length - 2);
  const file = `/${shown.map((name) => `${encodeSegment(name)}${isFolder ? '/' : ''}`).join(isFolder ? '' : '/')}`;
  return `<script async src="${up}.http-server/live.js" data-shows="${file}"></script>`;
}

export class Page implements Answering {
  readonly copies = 2;
  private plain: Resource | undefined;
  private live: Resource | undefined;

  /** @param tag goes into the page */
  constructor(
    private readonly source: Source,
    private readonly view: View,
    private readonly tag: string,
  ) {}

  answer(request: Request): Response | Promise<Response> {
    const resource = isPageLoad(request)
      ? (this.live ??= this.injected())
      : (this.plain ??= new Resource(this.source, this.view));
    return resource.answer(request);
  }

  /** Copies that lie beside the file are copies of the file. */
  private injected(): Resource {
    const source = inject(this.source, this.tag);
    return source === undefined
      ? new Resource(this.source, this.view)
      : new Resource(source, { ...this.view, siblings: undefined });
  }
}
