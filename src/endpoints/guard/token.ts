/** The secret that every request must carry, where there is one. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { NoEntry } from './noEntry';
import type { FieldLine, Peer, Request, Response } from '../../http/message/message';
import type { Options } from '../../options';
import { isCrossOrigin, isNavigation } from '../common/fetchMetadata';
import { Guesses } from './guesses';

/** Makes digests that cannot be foreseen, so that the time a comparison takes tells nothing of the secret. */
const key = randomBytes(32);
const digest = (secret: string | Buffer): Buffer => createHmac('sha256', key).update(secret).digest();

export class Token {
  private readonly expected: Buffer;
  /** What a browser is given to keep: the cookies of a host go to all its ports, so it is not the token itself. */
  private readonly ticket: string;
  private readonly expectedTicket: Buffer;
  private readonly cookieAttributes: string;
  private readonly guesses = new Guesses();

  constructor({ token, tls }: Pick<Options, 'token' | 'tls'>) {
    this.cookieAttributes = `Path=/; HttpOnly; SameSite=Strict${tls === undefined ? '' : '; Secure'}`;
    this.expected = digest(token);
    this.ticket = createHmac('sha256', token).update('cookie').digest('base64url');
    this.expectedTicket = digest(this.ticket);
  }

  /**
   * Lets a request in that carries the token.
   *
   * @returns the answer to a GET or HEAD that carries it in its URL: a cookie, and the URL without it; else nothing. Any other
   * method, as a webhook has, is let in by it this once
   * @throws {@link HttpError} 401, or 429 after many wrong ones
   */
  admit(request: Request): Response | undefined {
    const isIn = this.isInAuthorization(request) || this.isInCookie(request);
    const { query, method } = request;
    const isReading = method === 'GET' || method === 'HEAD';
    if (query?.includes('token=') === true && (isReading || !isIn)) {
      const rest = this.withoutToken(query, isIn ? undefined : request.peer);
      if (rest !== query) return isReading ? this.signIn(request, rest) : undefined;
    }
    if (isIn) return undefined;
    throw unauthorized(request);
  }

  /** @param guesser who has to wait if the secret is one wrong one of many; undefined for who is in already */
  private isRight(secret: string | Buffer, expected: Buffer, guesser: Peer | undefined): boolean {
    if (guesser !== undefined) this.guesses.check(guesser.address);
    const found = digest(secret);
    if (timingSafeEqual(found, expected)) return true;
    if (guesser !== undefined) this.guesses.count(guesser.address, found.toString('latin1'));
    return false;
  }

  private isInAuthorization({ fields, peer }: Request): boolean {
    const [, scheme = '', credentials = ''] = /^(bearer|basic) +(.*)/is.exec(fields.get('authorization') ?? '') ?? [];
    if (scheme === '') return false;
    const secret = scheme.toLowerCase() === 'basic' ? passwordOf(credentials) : Buffer.from(credentials, 'latin1');
    return secret !== undefined && this.isRight(secret, this.expected, peer);
  }

  private isInCookie({ fields, peer }: Request): boolean {
    const start = `${cookieName(peer)}=`;
    return fields
      .all('cookie')
      .flatMap((value) => value.split(/; */))
      .filter((cookie) => cookie.startsWith(start))
      .some((cookie) => this.isRight(cookie.slice(start.length), this.expectedTicket, peer));
  }

  private withoutToken(query: string, guesser: Peer | undefined): string {
    const isToken = (parameter: string): boolean => {
      const value = parameter.startsWith('token=') ? new URLSearchParams(parameter).get('token') : null;
      return value !== null && this.isRight(value, this.expected, guesser);
    };
    return query
      .split('&')
      .filter((parameter) => !isToken(parameter))
      .join('&');
  }

  /** The URL is relative, so that it survives a proxy that puts a prefix before the path. */
  private signIn({ path, peer }: Request, rest: string): Response {
    const location = `./${path.slice(path.lastIndexOf('/') + 1)}${rest === '' ? '' : `?${rest}`}`;
    const cookie = `${cookieName(peer)}=${this.ticket}; ${this.cookieAttributes}`;
    const fields: FieldLine[] = [
      ['Location', location],
      ['Set-Cookie', cookie],
      ['Cache-Control', 'no-store'],
      ['Referrer-Policy', 'no-referrer'],
    ];
    return { status: 303, fields };
  }
}

/** Another server of the same host, on another port, has a cookie of its own. */
const cookieName = ({ localPort }: Peer): string => `http-server-${localPort}`;

/** RFC 7617 §2: any user; the password is what follows the first colon. Undefined for what is no base64. */
function passwordOf(credentials: string): Buffer | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(credentials)) return undefined;
  const pair = Buffer.from(credentials, 'base64');
  return pair.subarray(pair.indexOf(':') + 1);
}

const bearer: FieldLine = ['WWW-Authenticate', 'Bearer realm="HTTP Server"'];
const basic: FieldLine = ['WWW-Authenticate', 'Basic realm="HTTP Server", charset="UTF-8"'];

function unauthorized(request: Request): NoEntry {
  const message = 'The server asks for its token: as a bearer token, as a password, or once in the URL as ?token=.';
  // A strict cookie is not sent by one who follows a link from another site. The page of the refusal may try once more;
  // it is ours, so then the cookie is sent. RFC 9110 §11.6.1 wants a challenge, but Basic would bring up a dialog.
  const followsLink = isNavigation(request) && isCrossOrigin(request.fields);
  return new NoEntry(401, message, followsLink ? [bearer, ['Refresh', '0']] : [bearer, basic], { option: 'token' });
}
