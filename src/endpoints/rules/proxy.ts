/** Requests that are handed on to another server, and what comes back from there. */
import { randomBytes } from 'node:crypto';
import type { Options } from '../../options';
import type { Proxy } from '../../ruleAction';
import { parseHttpDate } from '../../http/message/date';
import { HttpError } from '../../http/message/httpError';
import type { Body, FieldLine, Request, Response } from '../../http/message/message';
import { behindPath } from '../common/path';
import { written } from '../common/written';
import { linkTo, withoutToken } from './address';
import {
  forwardedPath,
  hopsOf,
  isLoop,
  linesOf,
  passing,
  requestFields,
  responseFields,
  type Return,
} from './forwarded';
import { fieldsForScript, fieldsWithScript, isPage, wantsScript, withScript } from './livePage';
import { isOwnPort } from './ownPorts';
import { switched, tunnelFields, Tunnels, wantsTunnel, type Switched } from './tunnel';
import { begin, troubleOf, type ClientRequest, type IncomingMessage } from './upstream';
import { takeWhole, UpstreamSource, upstreamStream, type UpstreamAnswer } from './upstreamContent';

/** Of the options, what handing on minds. */
export type ProxyOptions = Pick<Options, 'token' | 'tls' | 'liveReload' | 'limits'>;

/** How long a client that waits to be told to go on waits for the other server to say so (RFC 9110 §10.1.1). In milliseconds. */
const patience = 1000;

/** Interim responses that are passed on for one request; the others are dropped. */
const mostInterim = 32;

/** With so many of them there is no answer to come. */
const tooManyInterim = 1000;

/** In octets: what is shorter and here already is answered at once. */
const atOnce = 64 * 1024;

/** Most octets of a body that can be told in advance. */
const lengthPattern = /^\d{1,15}$/;

export class Forwarder {
  /** What we call ourselves to other servers, and know ourselves by if a request comes back. */
  private readonly pseudonym = `http-server-${randomBytes(6).toString('hex')}`;

  private readonly tunnels: Tunnels;

  constructor(private readonly options: ProxyOptions) {
    this.tunnels = new Tunnels(options.limits);
  }

  /** @param rule its number @throws HttpError 501, 502 or 504 */
  async answer(request: Request, action: Proxy, rule: number): Promise<Response> {
    this.check(request, action, rule);
    if (hopsOf(request) === 0) return lastWord(request, rule);
    if (wantsTunnel(request)) this.tunnels.check();
    const isScripted = action.live && this.options.liveReload && wantsScript(request);
    for (;;) {
      const asked = this.ask(request, action, isScripted);
      try {
        const back = this.returnOf(request, action);
        const heard = await hear(asked, request, back, this.options);
        if ('first' in heard)
          return { ...this.tunnels.join(heard, responseFields(linesOf(heard.head.rawHeaders), back)), rule };
        return this.responseOf(request, { asked, response: heard, back, rule }, isScripted);
      } catch (error) {
        asked.destroy();
        if (!mayAskAgain(asked, request, error)) throw failureOf(error, action, rule);
      }
    }
  }

  private check({ method, fields, peer }: Request, { target }: Proxy, rule: number): void {
    // The client of Node.js would make capitals of them, and another method of it than the rules have seen.
    if (/[a-z]/.test(method)) throw new HttpError(501, 'A method with small letters is not handed on.');
    const isOwn = target.isLoopback && (isOwnPort(target.port) || target.port === peer.localPort);
    if (isOwn || isLoop(fields, this.pseudonym)) {
      throw new HttpError(502, `Rule ${rule} hands on to ${target.origin}, which leads back to this server.`);
    }
  }

  private ask(request: Request, { target, keepHost }: Proxy, isScripted: boolean): ClientRequest {
    const { token, tls, limits } = this.options;
    const query = withoutToken(request.query, token);
    const host = keepHost && request.authority !== '' ? request.authority : target.authority;
    const way = { token, pseudonym: this.pseudonym, isSecure: tls !== undefined };
    const fields = requestFields(request, way, host);
    return begin({
      target,
      method: request.method,
      path: forwardedPath(request.path) + behindPath(query),
      fields: (isScripted ? fieldsForScript(fields) : fields).concat(framingOf(request)),
      timeout: limits.upstreamTimeout,
    });
  }

  private returnOf(request: Request, { target }: Proxy): Return {
    return { target, link: (path) => linkTo(path, request), pseudonym: this.pseudonym };
  }

  private responseOf(request: Request, heard: Heard, isScripted: boolean): Response {
    const { asked, response, back, rule } = heard;
    const answer = { request: asked, response };
    const status = response.statusCode ?? 0;
    if (status < 200 || status > 599) throw Object.assign(new Error('no status'), { code: 'HPE_INVALID_STATUS' });
    checkCoding(response);
    const fields = responseFields(linesOf(response.rawHeaders), back);
    fields.push(['Via', `${response.httpVersion} ${back.pseudonym}`]);
    const made = dateOf(response);
    if (isScripted && isPage(status, fields)) {
      const page = withScript(upstreamStream(answer) as AsyncIterable<Uint8Array>, request);
      return { status, fields: fieldsWithScript(fields), body: page, rule, ...made };
    }
    const content = contentOf(request, answer);
    if (!takesTrailers(request)) return { status, fields, rule, ...made, ...content };
    return {
      status,
      fields,
      rule,
      ...made,
      ...content,
      trailers: () => responseFields(linesOf(response.rawTrailers), back),
    };
  }
}

/** RFC 9110 §7.6.2: of who was asked last, who knows OPTIONS and no TRACE. */
function lastWord({ method }: Request, rule: number): Response {
  if (method !== 'OPTIONS') throw new HttpError(501, 'The server does not know that method.');
  return { status: 204, fields: [], rule };
}

/** An answer's head, and what it answers. */
interface Heard {
  readonly asked: ClientRequest;
  readonly response: IncomingMessage;
  readonly back: Return;
  readonly rule: number;
}

/** RFC 9112 §7.4: no coding but chunked was asked for, and the client could not know of another. */
function checkCoding({ headers }: IncomingMessage): void {
  const coding = headers['transfer-encoding'];
  if (coding === undefined || /^chunked$/i.test(coding)) return;
  throw Object.assign(new Error('coding'), { code: 'ECODING' });
}

/** A connection that was kept may be closed by the other end just when it is used again (RFC 9112 §9.3.1). */
function mayAskAgain(asked: ClientRequest, { method, body, signal }: Request, error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  const isSafe = /^(?:GET|HEAD|OPTIONS)$/.test(method) && body.length === 0;
  return asked.reusedSocket && isSafe && !signal.aborted && (code === 'ECONNRESET' || code === 'EPIPE');
}

/** RFC 9110 §6.6.1: when it was made, if that was told. */
const dateOf = ({ headers: { date } }: IncomingMessage): Pick<Response, 'date'> =>
  date !== undefined && parseHttpDate(date) !== undefined ? { date } : {};

/** What Node.js throws for what it was handed, and the engine for what is no function, is a defect: no other server does that. */
const isDefect = (error: unknown): boolean => error instanceof TypeError || error instanceof RangeError;

function failureOf(error: unknown, { target }: Proxy, rule: number): unknown {
  if (error instanceof HttpError || isDefect(error)) return error;
  const { why, isLate } = troubleOf(error);
  return new HttpError(isLate ? 504 : 502, `Rule ${rule} hands on to ${target.origin}, which ${why}.`);
}

/** RFC 9110 §10.1.4. */
const takesTrailers = ({ fields }: Pick<Request, 'fields'>): boolean =>
  fields.has('te') && fields.list('te').some((each) => /^trailers$/i.test(each));

/** How the content of a request is told from what follows it, on a connection of ours. */
function framingOf(request: Request): readonly FieldLine[] {
  const { method, body, fields, minorVersion } = request;
  if (wantsTunnel(request)) return tunnelFields;
  const lines: FieldLine[] = [];
  if (takesTrailers({ fields })) lines.push(['TE', 'trailers'], ['Connection', 'TE']);
  if (body.length === undefined) lines.push(['Transfer-Encoding', 'chunked']);
  else if (body.length > 0 || !/^(?:GET|HEAD|OPTIONS|DELETE|TRACE)$/.test(method)) {
    lines.push(['Content-Length', String(body.length)]);
  }
  if (fields.has('expect') && body.length !== 0 && minorVersion === 1) lines.push(['Expect', '100-continue']);
  return lines;
}

/** Sends the content, and waits for the answer's head. */
async function hear(
  asked: ClientRequest,
  request: Request,
  back: Return,
  options: ProxyOptions,
): Promise<IncomingMessage | Switched> {
  request.whenForsaken(() => void asked.destroy(new Error('The client went away.')));
  const head = headOf(asked);
  passOn(asked, request, back);
  void send(asked, request, options);
  return wantsTunnel(request) ? Promise.race([head, switched(asked)]) : head;
}

function headOf(asked: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    // An error costs more than all the rest of a small exchange.
    const lose = (): void => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
    asked.on('response', (response) => {
      asked.off('close', lose);
      // Who reads it learns of it.
      response.on('error', () => undefined);
      resolve(response);
    });
    asked.on('error', reject);
    asked.on('close', lose);
  });
}

/** Interim responses, but for those that are about the connection. */
function passOn(asked: ClientRequest, { interim }: Request, back: Return): void {
  let told = 0;
  asked.on('information', ({ statusCode, rawHeaders }) => {
    if (++told > tooManyInterim) asked.destroy(Object.assign(new Error('interim'), { code: 'EINTERIM' }));
    else if (statusCode > 101 && told <= mostInterim) interim?.(statusCode, responseFields(linesOf(rawHeaders), back));
  });
}

async function send(asked: ClientRequest, request: Request, { token }: ProxyOptions): Promise<void> {
  const { body } = request;
  try {
    if (request.fields.has('expect') && body.length !== 0) await toldToGoOn(asked);
    const whole = body.length === 0 ? undefined : body.whole();
    if (whole !== undefined || body.length === 0) {
      // Its memory is used again.
      asked.end(whole && Buffer.from(whole));
      return;
    }
    for await (const piece of body) await written(asked, piece, gone);
    // RFC 9110 §6.5.1: what says who asks, and for what, comes before the content.
    const trailers = passing(body.trailers, { token }).filter(
      ([name]) => !/^(?:authorization|cookie|content-.*)$/.test(name),
    );
    if (trailers.length > 0) asked.addTrailers(trailers.map(([name, value]): [string, string] => [name, value]));
    asked.end();
  } catch (error) {
    // What was not sent to its end is not taken for the whole.
    asked.destroy(error as Error);
  }
}

/** Resolves when the other server says to go on, when it has answered, or after a while. */
function toldToGoOn(asked: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, patience);
    const go = (): void => {
      clearTimeout(timer);
      resolve();
    };
    asked.on('continue', go);
    asked.on('close', go);
  });
}

const gone = (): Error => new Error('The other server is not there any more.');

/** The content of an answer, and how it goes on. */
function contentOf(request: Request, answer: UpstreamAnswer): Pick<Response, 'body' | 'endless' | 'duplex'> {
  const { response } = answer;
  const { headers, statusCode } = response;
  const told = headers['content-length'];
  const length = told !== undefined && lengthPattern.test(told) ? Number(told) : undefined;
  if (statusCode === 204 || statusCode === 304) {
    response.resume();
    return {};
  }
  // Its content may still be on its way there, and neither waits for the other.
  const duplex = request.body.length === undefined && !answer.request.writableEnded ? ({ duplex: true } as const) : {};
  if (length !== undefined) {
    const whole: Body = request.method !== 'HEAD' && length <= atOnce ? takeWhole(answer, length) : undefined;
    return { body: whole ?? new UpstreamSource(answer, length), ...duplex };
  }
  if (!/^text\/event-stream\b/i.test(headers['content-type'] ?? '')) return { body: upstreamStream(answer), ...duplex };
  // It may say nothing for hours.
  response.setTimeout(0);
  return { body: upstreamStream(answer), endless: true, ...duplex };
}
