/** Who may ask: every request passes here before anything else. */
import { HttpError } from '../../http/message/httpError';
import type { Endpoint, Request, Response } from '../../http/message/message';
import type { Advice, Options } from '../../options';
import { isPreflight, exposeTo } from './cors';
import { isKept, keeping } from './embedding';
import { errorResponse } from '../common/errorResponse';
import { isSafe } from '../common/fetchMetadata';
import { Hosts } from './hosts';
import { Origins } from './origins';
import { NoEntry } from './noEntry';
import { mayWrite, type Verdict } from './peerUser';
import { Token } from './token';

type Answer = Response | Promise<Response>;

/** What connections see of an endpoint. */
export interface Guarded {
  readonly endpoint: Endpoint;
  /** For those who come by plain HTTP where TLS is spoken. */
  readonly overPlain: Endpoint;
  /** Turns whatever was thrown into a response. @param request undefined if it could not be read */
  readonly onError: (error: unknown, request: Request | undefined) => Response;
}

/**
 * `endpoint`, for those who may ask. The others get 421 (wrong name), 403 (a page of another site, another user of the
 * machine) or 401 (no token).
 *
 * @param verdictOn whether whoever is at the other end may write where there is no token
 * @param advice what those who may not ask are told besides
 */
export function guarded(
  options: Options,
  endpoint: Endpoint,
  verdictOn: typeof mayWrite = mayWrite,
  advice: Advice = {},
): Guarded {
  const hosts = new Hosts(options);
  const origins = new Origins(options);
  const admitted = options.token === '' ? forOwnUser(endpoint, verdictOn) : withToken(new Token(options), endpoint);
  const check = (request: Request): void => {
    hosts.check(request);
    origins.check(request);
  };
  const checked: Endpoint = (request) => {
    check(request);
    // A preflight has no credentials, and does nothing.
    return isPreflight(request) && origins.guest(request) !== undefined ? endpoint(request) : admitted(request);
  };
  const open = isKept(options) ? keeping(checked) : checked;
  const overPlain: Endpoint = (request) => {
    check(request);
    return toHttps(request);
  };
  const onError: Guarded['onError'] = (error, request) => {
    const response = errorResponse(error, request, { advice });
    return error instanceof NoEntry ? { ...response, refusesEntry: true } : response;
  };
  const own = { endpoint: open, onError };
  return { overPlain, ...(options.cors.length === 0 ? own : sharing(own, origins)) };
}

/** The name was found to be ours, so this leads nowhere else. Only for now: the next server on this port may be another. */
function toHttps({ method, authority, target }: Request): Response {
  if (authority === '' || !target.startsWith('/') || (method !== 'GET' && method !== 'HEAD')) {
    throw new HttpError(400, 'The server speaks HTTPS here: ask for https:// instead.');
  }
  return {
    status: 307,
    fields: [
      ['Location', `https://${authority}${target}`],
      ['Cache-Control', 'no-store'],
    ],
  };
}

function withToken(token: Token, endpoint: Endpoint): Endpoint {
  return (request) => token.admit(request) ?? endpoint(request);
}

/** Without a token, all users of the machine may read; to write, or to talk, in the name of its owner is for the owner alone. */
function forOwnUser(endpoint: Endpoint, verdictOn: typeof mayWrite): Endpoint {
  const obey = (request: Request, verdict: Verdict): Answer => {
    if (verdict !== 'may') throw verdict;
    return endpoint(request);
  };
  return (request) => {
    if (isSafe(request.method) && !request.fields.has('upgrade')) return endpoint(request);
    const verdict = verdictOn(request.peer);
    return verdict instanceof Promise ? verdict.then((each) => obey(request, each)) : obey(request, verdict);
  };
}

type Unshared = Pick<Guarded, 'endpoint' | 'onError'>;

/** Everything that goes out, refusals too, says which origin may read it. */
function sharing({ endpoint, onError }: Unshared, origins: Origins): Unshared {
  const shared = (request: Request, response: Response): Response =>
    exposeTo(response, request, origins.guest(request));
  return {
    endpoint: (request): Answer => {
      const response = endpoint(request);
      return response instanceof Promise ? response.then((each) => shared(request, each)) : shared(request, response);
    },
    onError: (error, request) => {
      const response = onError(error, request);
      return request === undefined ? response : shared(request, response);
    },
  };
}
