/** What a rule does, as it is written down and as it is understood. Pure. */
import { fieldFlaw } from './fieldFlaw';
import { RuleError, type RulePart } from './ruleError';
import { hasCapture, templateOf, type Template } from './ruleTemplate';
import { isListed, parseUpstream, type UpstreamTarget } from './upstreamTarget';

type Line = readonly [name: string, value: string];

/** A canned answer. */
export interface Respond {
  readonly kind: 'respond';
  /** Undefined if it is not said: that of the file, else 200. */
  readonly status: number | undefined;
  readonly headers: readonly Line[];
  /** Text and its media type; undefined for none. */
  readonly body: { readonly text: string; readonly type: string } | undefined;
  /** Path from the root, decoded, of the file that is the content. */
  readonly file: string | undefined;
  /** In milliseconds. */
  readonly delay: number;
}

export interface Redirect {
  readonly kind: 'redirect';
  readonly to: Template;
  readonly status: number;
}

interface Rewrite {
  readonly kind: 'rewrite';
  readonly to: Template;
}

export interface Headers {
  readonly kind: 'headers';
  readonly fields: readonly Line[];
}

export interface Proxy {
  readonly kind: 'proxy';
  readonly target: UpstreamTarget;
  /** Whether Host stays as it was asked for. */
  readonly keepHost: boolean;
  /** Whether pages get the script of live reload. */
  readonly live: boolean;
}

export type RuleAction = Respond | Redirect | Rewrite | Headers | Proxy;

/** Round one action of one rule. */
interface Scope {
  readonly place: RulePart;
  readonly stars: number;
  readonly context: { readonly proxyHosts: readonly string[] };
}

type Reader = (value: unknown, scope: Scope) => RuleAction;

export const actionNames = [
  'respond',
  'redirect',
  'rewrite',
  'headers',
  'proxy',
] as const satisfies readonly RuleAction['kind'][];

const readers: Readonly<Record<RuleAction['kind'], Reader>> = {
  respond: respondOf,
  redirect: redirectOf,
  rewrite: rewriteOf,
  headers: (value, { place }) => ({ kind: 'headers', fields: fieldsOf(value, place) }),
  proxy: proxyOf,
};

/** Of which a canned answer has one at most. */
const contents: readonly string[] = ['body', 'json', 'file'];

/** What may stand in an action that is an object. */
export const actionKeys = {
  respond: ['status', 'headers', ...contents, 'delay'],
  redirect: ['to', 'status'],
  proxy: ['to', 'keepHost', 'live'],
} as const;

/** @throws RuleError */
export function actionOf(rule: Readonly<Record<string, unknown>>, scope: Scope): RuleAction {
  const given = actionNames.filter((name) => rule[name] !== undefined);
  const [name] = given;
  if (name === undefined) throw new RuleError(`has none of ${actionNames.join(', ')}`, scope.place);
  if (given.length > 1) throw new RuleError(`has ${given.join(' and ')}, and one rule does one thing`, scope.place);
  return readers[name](rule[name], { ...scope, place: { ...scope.place, keys: [name] } });
}

interface Table {
  readonly [key: string]: unknown;
  readonly headers?: unknown;
  readonly to?: unknown;
}

export const isTable = (value: unknown): value is Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @param keys those that there may be */
function tableOf(value: unknown, keys: readonly string[], place: RulePart): Table {
  const [name = ''] = place.keys;
  if (!isTable(value)) {
    throw new RuleError(`has a "${name}" that is no object with ${keys.join(', ')}`, place);
  }
  const stranger = Object.keys(value).find((key) => !keys.includes(key));
  if (stranger === undefined) return value;
  const why = `has a key ${JSON.stringify(stranger)} in its "${name}": there may be ${keys.join(', ')}`;
  throw new RuleError(why, below(place, stranger));
}

const below = (place: RulePart, key: string): RulePart => ({ ...place, keys: [...place.keys, key] });

function fieldsOf(value: unknown, place: RulePart, isCanned = false): readonly Line[] {
  if (!isTable(value)) {
    throw new RuleError('has "headers" that are no names with a text each', place);
  }
  return Object.entries(value).map(([name, text]: [string, unknown]): Line => {
    const flaw = typeof text === 'string' ? fieldFlaw(name, text, isCanned) : { why: 'has a value that is no text' };
    if (flaw !== undefined)
      throw new RuleError(
        `has the header ${JSON.stringify(name)}, which ${flaw.why}`,
        below(place, name),
        flaw.instead,
      );
    return [name, text as string];
  });
}

/** In milliseconds: longer than that, a client has gone. */
const longestDelay = 60_000;

function respondOf(value: unknown, { place }: Scope): Respond {
  const table = tableOf(value, actionKeys.respond, place);
  const status = numberOf(table, 'status', { from: 200, to: 599, place });
  const given = contents.filter((name) => table[name] !== undefined);
  if (given.length > 1)
    throw new RuleError(`has ${given.join(' and ')} to respond with, and there is one content`, place);
  if (given.length > 0 && (status === 204 || status === 205 || status === 304)) {
    throw new RuleError(`responds ${status}, which has no content, with a ${given[0] ?? ''}`, below(place, 'status'));
  }
  return {
    kind: 'respond',
    status,
    headers: table.headers === undefined ? [] : fieldsOf(table.headers, below(place, 'headers'), given[0] !== 'file'),
    body: bodyOf(table, place),
    file: fileOf(table, place),
    delay: numberOf(table, 'delay', { from: 0, to: longestDelay, place }) ?? 0,
  };
}

function numberOf(
  table: Table,
  key: string,
  { from, to, place }: { from: number; to: number; place: RulePart },
): number | undefined {
  const value = table[key];
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to) return value;
  throw new RuleError(`has a "${key}" that is no whole number from ${from} to ${to}`, below(place, key));
}

function bodyOf({ body, json }: Table, place: RulePart): Respond['body'] {
  if (json !== undefined) return { text: jsonText(json, place), type: 'application/json' };
  if (body === undefined) return undefined;
  if (typeof body === 'string') return { text: body, type: 'text/plain; charset=utf-8' };
  throw new RuleError('has a "body" that is no text', below(place, 'body'));
}

function jsonText(json: unknown, place: RulePart): string {
  try {
    return JSON.stringify(json);
  } catch {
    // What was JSON has no other flaw: the stack overflows.
    throw new RuleError('has a "json" that is nested too deep', below(place, 'json'));
  }
}

function fileOf({ file }: Table, place: RulePart): string | undefined {
  if (file === undefined) return undefined;
  if (typeof file === 'string' && /^[\\/]*[^\\/]/.test(file) && !/\0|(?:^|[\\/])\.\.(?:[\\/]|$)/.test(file))
    return file;
  throw new RuleError('has a "file" that is no path below the folder', below(place, 'file'));
}

/** @throws RuleError */
function pathTemplate(text: unknown, what: string, { place, stars }: Scope): Template {
  if (typeof text !== 'string' || !/^\/(?![\\/])/.test(text)) {
    throw new RuleError(`${what} to what is no path that begins with one slash`, place);
  }
  const flaw = targetFlaw(text);
  if (flaw !== undefined) throw new RuleError(`${what} to ${JSON.stringify(text)}, which ${flaw}`, place);
  return templateIn(text, what, { place, stars });
}

function targetFlaw(text: string): string | undefined {
  if (/[^!-~]/.test(text)) return 'has a character in it that must be percent-encoded';
  return /%(?![0-9a-f]{2})/i.test(text) ? 'has malformed percent-encoding in it' : undefined;
}

function templateIn(text: string, what: string, { place, stars }: Pick<Scope, 'place' | 'stars'>): Template {
  const template = templateOf(text, stars);
  if (typeof template !== 'string') return template;
  throw new RuleError(`${what} to ${JSON.stringify(text)}, which ${template}`, place);
}

const redirections: readonly unknown[] = [301, 302, 303, 307, 308];

function redirectOf(value: unknown, scope: Scope): Redirect {
  const { place } = scope;
  const table: Table = typeof value === 'string' ? { to: value } : tableOf(value, actionKeys.redirect, place);
  const { to, status = 302 } = table;
  if (!redirections.includes(status)) {
    throw new RuleError(`redirects with a status other than ${redirections.join(', ')}`, below(place, 'status'));
  }
  const isUrl = typeof to === 'string' && /^[a-z][a-z0-9+.-]*:/i.test(to);
  const template = isUrl ? urlTemplate(to, scope) : pathTemplate(to, 'redirects', scope);
  return { kind: 'redirect', to: template, status: status as number };
}

/** Nobody but the list says where a visitor is sent to. */
function urlTemplate(to: string, { place, stars }: Scope): Template {
  const why = (flaw: string): RuleError => new RuleError(`redirects to ${JSON.stringify(to)}, which ${flaw}`, place);
  const [, authority] = /^https?:\/\/([^/?#\\]+)(?:[/?#]|$)/i.exec(to) ?? [];
  if (authority === undefined || !URL.canParse(to)) throw why('is neither a path nor a URL of http or https');
  if (hasCapture(authority)) throw why('takes its host from the path');
  if (authority.includes('@')) throw why('has a user in it');
  const flaw = targetFlaw(to);
  if (flaw !== undefined) throw why(flaw);
  // `https://host$1` would have the capture end the host's name.
  return templateIn(to, 'redirects', { place, stars });
}

function rewriteOf(value: unknown, scope: Scope): Rewrite {
  const to = pathTemplate(value, 'rewrites', scope);
  if (isPath(value as string)) return { kind: 'rewrite', to };
  throw new RuleError(`rewrites to ${JSON.stringify(value)}, which is no path below the folder`, scope.place);
}

/** Whether the site can take that for a path, and a path alone. */
function isPath(text: string): boolean {
  try {
    const hasDots = /\/\.\.(?:\/|$)/.test(decodeURIComponent(text));
    return !hasDots && !/[?#\\]|%(?:2f|5c|00)/i.test(text);
  } catch {
    return false;
  }
}

function proxyOf(value: unknown, { place, context }: Scope): Proxy {
  const table: Table = typeof value === 'string' ? { to: value } : tableOf(value, actionKeys.proxy, place);
  return {
    kind: 'proxy',
    target: targetOf(table.to, { place, context }),
    keepHost: flagOf(table, 'keepHost', place),
    live: flagOf(table, 'live', place),
  };
}

function flagOf(table: Table, key: string, place: RulePart): boolean {
  const value = table[key] ?? false;
  if (typeof value === 'boolean') return value;
  throw new RuleError(`has a "${key}" that is neither true nor false`, below(place, key));
}

function targetOf(to: unknown, { place, context }: Pick<Scope, 'place' | 'context'>): UpstreamTarget {
  const target = typeof to === 'string' ? parseUpstream(to) : undefined;
  if (target === undefined) {
    throw new RuleError('hands on to what is no http://host:port, or https, and nothing more', place);
  }
  if (target.isLoopback || isListed(target, context.proxyHosts)) return target;
  const why = `hands on to ${target.host}:${target.port}, which is not this machine`;
  throw new RuleError(why, place, 'proxyHosts');
}
