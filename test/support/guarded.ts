/** The guard in front of an endpoint that says yes to everything, without a socket. */
import { guarded } from '../../src/endpoints/guard/guard';
import { HttpError } from '../../src/http/message/httpError';
import { Fields } from '../../src/http/message/fields';
import type { Endpoint, FieldLine, Request } from '../../src/http/message/message';
import { defaultOptions, type Options } from '../../src/options';
import { makeRequest, read, type Answer } from './request';

export interface Asked {
  readonly method?: string;
  readonly target?: string;
  readonly authority?: string;
  /** May repeat a name. */
  readonly fields?: readonly FieldLine[];
  readonly peer?: Partial<Request['peer']>;
}

/** What the endpoint behind the guard answers. */
export const inside = 'inside';

const welcome: Endpoint = ({ method }) =>
  method === 'OPTIONS'
    ? { status: 204, fields: [['Allow', 'HEAD, OPTIONS, GET, POST']] }
    : { status: 200, fields: [['ETag', '"1"']], body: Buffer.from(inside) };

export function requestOf({
  method = 'GET',
  target = '/',
  authority = 'localhost',
  fields = [],
  peer,
}: Asked): Request {
  const request = makeRequest(method, target);
  const names = fields.map(([name]) => name.toLowerCase());
  return {
    ...request,
    authority,
    fields: new Fields(
      names,
      fields.map(([, value]) => value),
    ),
    peer: { ...request.peer, ...peer },
  };
}

/** Returns what asks a guard with these options. */
export function guardWith(
  options: Partial<Options> = {},
  endpoint: Endpoint = welcome,
): (asked: Asked) => Promise<Answer> {
  const guard = guarded({ ...defaultOptions, directory: '', ...options }, endpoint, () => 'may');
  return async (asked) => {
    const request = requestOf(asked);
    try {
      return await read(await guard.endpoint(request));
    } catch (error) {
      return read(guard.onError(error, request));
    }
  };
}

/** Whether a guard with these options lets a request in at once; for property tests, which ask often. */
export function gateWith(options: Partial<Options> = {}): (asked: Asked) => boolean {
  let entered = 0;
  const enter: Endpoint = () => {
    entered++;
    return { status: 204, fields: [] };
  };
  const guard = guarded({ ...defaultOptions, directory: '', ...options }, enter, () => 'may');
  return (asked) => {
    const before = entered;
    try {
      void guard.endpoint(requestOf(asked));
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
    }
    return entered > before;
  };
}
