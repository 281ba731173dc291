/** Addresses that a rule leads to. Pure. */
import type { Capture } from '../../rulePattern';
import { fillIn, type Template } from '../../ruleTemplate';
import type { Request } from '../../http/message/message';
import { upToRoot } from '../common/path';

/** The query without our own secret in it; undefined for none. */
export function withoutToken(query: string | undefined, token: string): string | undefined {
  if (query === undefined || token === '' || !query.includes('token=')) return query;
  const isOurs = (parameter: string): boolean =>
    parameter.startsWith('token=') && new URLSearchParams(parameter).get('token') === token;
  const rest = query
    .split('&')
    .filter((parameter) => !isOurs(parameter))
    .join('&');
  return rest === '' ? undefined : rest;
}

/** A path of ours as a link from the path that was asked for: it survives a proxy that puts a prefix before all of them. */
export const linkTo = (path: string, { path: from }: Pick<Request, 'path'>): string =>
  `./${upToRoot(from)}${path.replace(/^\/+/, '')}`;

/** The value of Location. The query goes along. */
export function locationOf(to: Template, captures: readonly Capture[], request: Request, token: string): string {
  const address = fillIn(to, captures);
  const mark = address.indexOf('#');
  const before = mark < 0 ? address : address.slice(0, mark);
  const fragment = mark < 0 ? '' : address.slice(mark);
  const query = withoutToken(request.query, token);
  const whole = `${before}${query === undefined ? '' : `${before.includes('?') ? '&' : '?'}${query}`}${fragment}`;
  return whole.startsWith('/') ? linkTo(whole, request) : whole;
}

/** The path that the site shows instead: one slash between segments, whatever was captured. */
export const pathOf = (to: Template, captures: readonly Capture[]): string =>
  fillIn(to, captures).replace(/\/{2,}/g, '/');
