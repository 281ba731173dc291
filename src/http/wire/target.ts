/** The request target and its four forms (RFC 9112 §3.2). Pure. */
import { HttpError } from '../message/httpError';

export interface Target {
  /** As sent. */
  readonly target: string;
  /** Absolute path, still percent-encoded; `*` in asterisk form. */
  readonly path: string;
  /** What follows the `?`, still percent-encoded; undefined without one. */
  readonly query: string | undefined;
  /** Host and port asked for; empty if the client named none. */
  readonly authority: string;
}

/** RFC 3986 §3.2.2: an IPv6 literal, or a name of at least one character; RFC 9110 §4.2.1 forbids an empty one. */
const hostPort = /^(?:\[[0-9A-Fa-f:.]+\]|(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})+)(?::[0-9]{0,5})?$/;

const absoluteForm = /^https?:\/\/([^/?]*)(.*)/is;

/** Whether `authority` is a host and an optional port, and nothing before them. */
export const isAuthority = (authority: string): boolean => hostPort.test(authority);

/**
 * @param target visible ASCII only
 * @param host value of the Host field, empty without one
 * @throws {@link HttpError} 400, or 501 for CONNECT
 */
export function parseTarget(method: string, target: string, host: string): Target {
  // §3.2.3: authority-form is for CONNECT alone, and we are no proxy.
  if (method === 'CONNECT') throw new HttpError(501, 'This server is no proxy: CONNECT is not implemented.');
  if (target.includes('#')) throw new HttpError(400, 'The request target has a fragment.');
  // §3.2.1: origin-form.
  if (target.startsWith('/')) return targetOf(target, target, host);
  // §3.2.4: asterisk-form is for OPTIONS alone.
  if (target === '*' && method === 'OPTIONS') return { target, path: '*', query: undefined, authority: host };
  // §3.2.2: absolute-form; its authority replaces Host.
  const [, authority, rest] = absoluteForm.exec(target) ?? [];
  if (authority === undefined || rest === undefined || !isAuthority(authority)) {
    throw new HttpError(400, 'The request target is neither a path nor an http URL.');
  }
  // §3.2.4: OPTIONS for a URL without a path asks about the server as a whole.
  if (rest === '' && method === 'OPTIONS') return { target, path: '*', query: undefined, authority };
  return targetOf(target, rest.startsWith('/') ? rest : `/${rest}`, authority);
}

/** @param origin the path and the query */
function targetOf(target: string, origin: string, authority: string): Target {
  const mark = origin.indexOf('?');
  if (mark < 0) return { target, path: origin, query: undefined, authority };
  return { target, path: origin.slice(0, mark), query: origin.slice(mark + 1), authority };
}
