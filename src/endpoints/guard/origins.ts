/** Whose pages may have a browser ask, and what for. */
import { NoEntry } from './noEntry';
import type { Fields } from '../../http/message/fields';
import type { Request } from '../../http/message/message';
import { originOf, type Options } from '../../options';
import { isCrossOrigin, isFrame, isNavigation, isSafe } from '../common/fetchMetadata';
import { decodeAscii, splitFirst } from '../common/path';

export class Origins {
  /** The origins of the settings, which may read and write. */
  private readonly guests: ReadonlySet<string>;
  /** Our own origins, as they are where somebody in between ends TLS and puts another Host into the request. */
  private readonly forwarded: ReadonlySet<string>;
  /** The schemes of our own origins: whoever is in front of us may speak TLS; where we do, nobody comes without. */
  private readonly schemes: readonly string[];

  constructor({ cors, allowedHosts, tls }: Options) {
    this.schemes = tls === undefined ? ['http', 'https'] : ['https'];
    this.guests = setOf(cors);
    this.forwarded = setOf(allowedHosts.map((host) => `https://${host}`));
  }

  /** The origin of the request, if it is one of the settings'. */
  guest({ fields }: Request): string | undefined {
    const origin = this.guests.size === 0 ? undefined : fields.get('origin');
    return origin !== undefined && this.guests.has(origin) ? origin : undefined;
  }

  /** @throws {@link NoEntry} 403 */
  check(request: Request): void {
    const { fields } = request;
    const origin = fields.get('origin');
    const crossOrigin = isCrossOrigin(fields);
    if ((origin === undefined && !crossOrigin) || this.guest(request) !== undefined) return;
    const isReader = !crossOrigin || isShown(request) || this.isEmbedding(request);
    const isWriter = origin === undefined || !mayChange(request) || this.isOwn(origin, request);
    if (!isReader || !isWriter) throw new NoEntry(403, foreign, [], { reason: whyForeign(fields), advise: 'cors' });
  }

  private isOwn(origin: string, { authority }: Request): boolean {
    return this.forwarded.has(origin) || this.schemes.some((scheme) => origin === originOf(`${scheme}://${authority}`));
  }

  /** Whether a page of an allowed origin shows a picture of ours, or the like: the browser tells its address, but no Origin. */
  private isEmbedding({ method, fields }: Request): boolean {
    const referer = this.guests.size === 0 || !isSafe(method) ? undefined : fields.get('referer');
    return referer !== undefined && URL.canParse(referer) && this.guests.has(new URL(referer).origin);
  }
}

/** Whether more than reading may follow. Browsers do not keep the answer to a WebSocket's handshake, a GET, from other origins. */
const mayChange = ({ method, fields }: Request): boolean => !isSafe(method) || fields.has('upgrade');

const setOf = (origins: readonly string[]): Set<string> => new Set(origins.flatMap((origin) => originOf(origin) ?? []));

/**
 * Whether the answer is shown, and tells the page that asked nothing. A frame that gets a download stays empty, and so tells
 * that there is one. A folder's page may be shown: the browser within the editor is a frame of another site.
 */
const isShown = (request: Request): boolean =>
  isNavigation(request) && !(isFrame(request.fields) && isFileOfApi(request.path));

function isFileOfApi(path: string): boolean {
  const { first, rest } = splitFirst(path);
  return decodeAscii(first) === 'files' && rest !== '' && !rest.endsWith('/');
}

/** Says why, for the log: a sandboxed page of our own looks like one of another site that hides its address. */
function whyForeign(fields: Fields): string {
  const origin = fields.get('origin') ?? 'null';
  return origin !== 'null' || fields.has('referer') ? foreign : `${foreign} ${sandboxed}`;
}

const sandboxed =
  'So does a page of this site in a sandboxed frame look: if you trust it, add allow-same-origin to its sandbox attribute.';

const foreign = 'A page of another site may not ask for this, unless its origin is allowed.';
