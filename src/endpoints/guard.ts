/** Who may ask: every request passes here before anything else. */
import { HttpError } from '../http/errors';
import type { Endpoint, Request, Response } from '../http/message';
import type { Options } from '../options';
import { isPreflight, share } from './cors';
import { errorResponse } from './errorResponse';
import { isSafe } from './fetchMetadata';
import { Hosts } from './hosts';
import { Origins } from './origins';
import { isOwnUser } from './peerUser';
import { Token } from './token';

type Answer = Response | Promise<Response>;

/** What connections see of an endpoint. */
export interface Guarded {
  readonly endpoint: Endpoint;
  /** Turns whatever was thrown into a response. @param request undefined if it could not be read */
  readonly onError: (error: unknown, request: Request | undefined) => Response;
}

/**
 * `endpoint`, for those who may ask. The others get 421 (wrong name), 403 (a page of another site, another user of the
 * machine) or 401 (no token).
 *
 * @param isOwn whether whoever is at the other end may write where there is no token
 */
export function guarded(options: Options, endpoint: Endpoint, isOwn: typeof isOwnUser = isOwnUser): Guarded {
  const hosts = new Hosts(options);
  const origins = new Origins(options);
  const admitted = options.token === '' ? forOwnUser(endpoint, isOwn) : withToken(new Token(options.token), endpoint);
  const checked: Endpoint = (request) => {
    hosts.check(request);
    origins.check(request);
    // A preflight has no credentials, and does nothing.
    return isPreflight(request) && origins.guest(request) !== undefined ? endpoint(request) : admitted(request);
  };
  return options.cors.length === 0 ? { endpoint: checked, onError: errorResponse } : sharing(checked, origins);
}

function withToken(token: Token, endpoint: Endpoint): Endpoint {
  return (request) => token.admit(request) ?? endpoint(request);
}

/** Without a token, all users of the machine may read; to write in the name of its owner is for the owner alone. */
function forOwnUser(endpoint: Endpoint, isOwn: typeof isOwnUser): Endpoint {
  return (request) => {
    if (isSafe(request.method)) return endpoint(request);
    const own = isOwn(request.peer);
    return own === true
      ? endpoint(request)
      : Promise.resolve(own).then((is) => (is ? endpoint(request) : refuseUser()));
  };
}

function refuseUser(): never {
  throw new HttpError(
    403,
    'Another user of this machine may not write: set a token with --token, or with the setting httpServer.token.',
  );
}

/** Everything that goes out, refusals too, says which origin may read it. */
function sharing(endpoint: Endpoint, origins: Origins): Guarded {
  const shared = (request: Request, response: Response): Response => share(response, request, origins.guest(request));
  return {
    endpoint: (request): Answer => {
      const response = endpoint(request);
      return response instanceof Promise ? response.then((each) => shared(request, each)) : shared(request, response);
    },
    onError: (error, request) => {
      const response = errorResponse(error, request);
      return request === undefined ? response : shared(request, response);
    },
  };
}
