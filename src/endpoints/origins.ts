/** Whose pages may have a browser ask, and what for. */
import { HttpError } from '../http/errors';
import type { Request } from '../http/message';
import { originOf, type Options } from '../options';
import { isCrossOrigin, isNavigation, isSafe } from './fetchMetadata';

export class Origins {
  /** Those of the settings, which may read and write. */
  private readonly guests: ReadonlySet<string>;
  /** Our own, as they are where somebody in between ends TLS and puts another Host into the request. */
  private readonly forwarded: ReadonlySet<string>;
  /** Whoever is in front of us may speak TLS; where we do, nobody comes without. */
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

  /** @throws {@link HttpError} 403 */
  check(request: Request): void {
    const { fields } = request;
    const origin = fields.get('origin');
    const crossOrigin = isCrossOrigin(fields);
    if ((origin === undefined && !crossOrigin) || this.guest(request) !== undefined) return;
    const isReader = !crossOrigin || isNavigation(request) || this.isEmbedding(request);
    const isWriter = origin === undefined || !mayChange(request) || this.isOwn(origin, request);
    if (!isReader || !isWriter) throw new HttpError(403, foreign);
  }

  private isOwn(origin: string, { authority }: Request): boolean {
    return this.forwarded.has(origin) || this.schemes.some((scheme) => origin === originOf(`${scheme}://${authority}`));
  }

  /** A page of the settings' shows a picture of ours, or the like: the browser tells its address, but no Origin. */
  private isEmbedding({ method, fields }: Request): boolean {
    const referer = this.guests.size === 0 || !isSafe(method) ? undefined : fields.get('referer');
    return referer !== undefined && URL.canParse(referer) && this.guests.has(new URL(referer).origin);
  }
}

/** Browsers do not keep the answer to a WebSocket's handshake, a GET, from other origins: it is for the server to refuse. */
const mayChange = ({ method, fields }: Request): boolean => !isSafe(method) || fields.has('upgrade');

const setOf = (origins: readonly string[]): Set<string> => new Set(origins.flatMap((origin) => originOf(origin) ?? []));

const foreign =
  'A page of another site may not ask for this: allow its origin with --cors, or with the setting httpServer.cors.';
