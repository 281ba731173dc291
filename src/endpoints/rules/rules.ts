/** What is asked before the site: the first rule that matches acts; fields of rules add up. */
import type { Options } from '../../options';
import { originOf } from '../../options';
import type { Headers } from '../../ruleAction';
import { compileRules, type CompiledRule } from '../../ruleList';
import { compilePattern, type Capture } from '../../rulePattern';
import { prefersHtml } from '../../http/message/negotiate';
import type { Request, Response } from '../../http/message/message';
import { encodeSegment, parsePath, type RequestPath } from '../common/path';
import type { Shown, SiteFunction } from '../common/shown';
import { locationOf, pathOf } from './address';
import { Forwarder, type ProxyOptions } from './proxy';
import { Dress, Wardrobe } from './dress';
import { responderOf, type Responder } from './respond';

type Answer = Response | Promise<Response>;

/** What stands for all paths, also for those that cannot be understood. */
const everything = '/**';

/** A path that matches no literal. */
const malformed: RequestPath = { segments: ['\0'], isFolder: false };

/** A rule that holds for a request, and what its stars stand for. */
interface Found {
  readonly rule: CompiledRule;
  readonly captures: readonly Capture[];
}

/** What the settings ask for that is not a page in the place of another. */
type RuleOptions = Pick<
  Options,
  'rules' | 'proxyHosts' | 'headers' | 'spaFallback' | 'cleanUrls' | 'ruleReach' | 'token' | 'cors'
> &
  ProxyOptions;

export class Rules {
  private readonly rules: readonly CompiledRule[];
  private readonly responders = new Map<CompiledRule, Responder>();
  private readonly wardrobe = new Wardrobe();
  private readonly forwarder: Forwarder;
  private readonly guests: ReadonlySet<string>;
  /** Path of the page that knows all paths. */
  private readonly fallback: string | undefined;
  /** Whether there is nothing that could act. */
  readonly isEmpty: boolean;

  constructor(
    private readonly options: RuleOptions,
    private readonly site: SiteFunction,
  ) {
    const written = compileRules(options.rules, options);
    const allowed = written.filter(({ action }) => action.kind !== 'proxy' || options.ruleReach.proxies);
    this.rules = [...allowed, ...headersRule(options.headers)];
    for (const rule of this.rules) {
      if (rule.action.kind === 'respond') this.responders.set(rule, responderOf(rule.action, rule.number, site));
    }
    this.forwarder = new Forwarder(options);
    this.guests = new Set(options.cors.flatMap((origin) => originOf(origin) ?? []));
    this.fallback = fallbackPath(options.spaFallback);
    this.isEmpty = this.rules.length === 0 && this.fallback === undefined && !options.cleanUrls;
  }

  answer(request: Request): Answer {
    if (this.isEmpty) return certain(this.site(request));
    const { found, dressing } = this.find(request);
    if (found === undefined) return this.dressed(request, dressing, undefined);
    const { rule, captures } = found;
    const { action, number } = rule;
    if (this.isGuestsPreflight(request) && action.kind !== 'rewrite') return permission(rule, request);
    switch (action.kind) {
      case 'redirect': {
        const location = locationOf(action.to, captures, request, this.options.token);
        const fields = [
          ['Location', location],
          ['Cache-Control', 'no-cache'],
        ] as const;
        return { status: action.status, fields, ...(number !== undefined && { rule: number }) };
      }
      case 'proxy':
        return this.forwarder.answer(request, action, number ?? 0);
      case 'rewrite':
        return this.dressed(request, dressing, { path: pathOf(action.to, captures), rule: number });
      default:
        return this.responders.get(rule)?.(request) ?? this.dressed(request, dressing, undefined);
    }
  }

  /** The rule that acts, if there is one, and those before it that have fields to add. */
  private find(request: Request): { found: Found | undefined; dressing: readonly CompiledRule[] } {
    const path = readPath(request.path);
    // What a browser asks for is what it is about to send.
    const preflight = this.isGuestsPreflight(request) ? request.fields.get('access-control-request-method') : undefined;
    const meant = preflight ?? request.method;
    const dressing: CompiledRule[] = [];
    let found: Found | undefined;
    for (const rule of this.rules) {
      const isDress = rule.action.kind === 'headers';
      // What adds fields goes on behind what only leads elsewhere within the site.
      if (found !== undefined && !(isDress && found.rule.action.kind === 'rewrite')) continue;
      if (!isDress && (path === malformed || !this.reaches(meant))) continue;
      if (rule.methods?.has(isDress ? request.method : meant) === false) continue;
      const captures = rule.pattern.match(path.segments, path.isFolder);
      if (captures === undefined) continue;
      if (isDress) dressing.push(rule);
      else found = { rule, captures };
    }
    return { found, dressing };
  }

  private reaches(method: string): boolean {
    return this.options.ruleReach.writes || method === 'GET' || method === 'HEAD';
  }

  /** Who may ask from another site is for the guard to say, whatever the rule. */
  private isGuestsPreflight({ method, fields }: Request): boolean {
    if (method !== 'OPTIONS' || !fields.has('access-control-request-method')) return false;
    return this.guests.has(fields.get('origin') ?? '');
  }

  /** What the site answers, with the fields of rules. @param led where another rule leads to */
  private dressed(
    request: Request,
    dressing: readonly CompiledRule[],
    led: { path: string; rule: number | undefined } | undefined,
  ): Answer {
    if (dressing.length === 0 && led === undefined) return this.look(request, {});
    const dress = this.dressOf(dressing, led?.rule);
    const way = { ...(led && { path: led.path }), ...dress.shown };
    try {
      const response = this.look(request, way);
      if (!(response instanceof Promise)) return dress.wear(response);
      return response.then(
        (each) => dress.wear(each),
        (error: unknown) => {
          throw dress.wearError(error);
        },
      );
    } catch (error) {
      throw dress.wearError(error);
    }
  }

  private dressOf(dressing: readonly CompiledRule[], rule: number | undefined): Dress {
    const key = `${rule ?? ''} ${dressing.map((each) => each.number ?? '').join(',')}`;
    return this.wardrobe.get(key, () => {
      const fields = dressing.flatMap(({ action }) => (action as Headers).fields);
      return new Dress(lastOfEach(fields), rule);
    });
  }

  /** The page, or the one that is meant, or the one that knows all paths. */
  private look(request: Request, way: Shown): Answer {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const mayDiffer = isRead && way.path === undefined && (this.options.cleanUrls || this.fallback !== undefined);
    if (!mayDiffer) return certain(this.site(request, way));
    const response = this.site(request, { ...way, ifThere: true });
    if (response !== undefined && !(response instanceof Promise) && response.status !== 308) return response;
    return this.lookFurther(request, way, response);
  }

  private async lookFurther(request: Request, way: Shown, first: ReturnType<SiteFunction>): Promise<Response> {
    const response = await first;
    if (response !== undefined && response.status !== 308) return response;
    const meant = this.options.cleanUrls ? await this.clean(request, way) : undefined;
    if (meant !== undefined) return meant;
    if (response !== undefined) return response;
    const fallback = prefersHtml(request.fields.get('accept')) ? this.fallback : undefined;
    const shown = fallback === undefined ? undefined : await this.file(request, { ...way, path: fallback });
    return shown ?? (await certain(this.site(request, way)));
  }

  /** `/about` is the page `about.html`. */
  private async clean(request: Request, way: Shown): Promise<Response | undefined> {
    const { path } = request;
    const { isFolder } = readPath(path);
    return isFolder ? undefined : this.file(request, { ...way, path: `${path}.html` });
  }

  private async file(request: Request, way: Shown): Promise<Response | undefined> {
    const response = await this.site(request, { ...way, ifThere: true });
    return response?.status === 308 ? undefined : response;
  }
}

function readPath(path: string): RequestPath {
  try {
    return parsePath(path);
  } catch {
    // The site says what is wrong with it.
    return malformed;
  }
}

/** Of fields with one name the last rule's, as with the settings. */
function lastOfEach(fields: Headers['fields']): Headers['fields'] {
  const repeated = /^(?:set-cookie|link|vary)$/i;
  const last = new Map(fields.map((line) => [line[0].toLowerCase(), line]));
  return fields.filter((line) => repeated.test(line[0]) || last.get(line[0].toLowerCase()) === line);
}

/** The setting `headers`, as the last of the rules. */
function headersRule(headers: Options['headers']): CompiledRule[] {
  const fields = Object.entries(headers);
  if (fields.length === 0) return [];
  const pattern = compilePattern(everything);
  return [{ number: undefined, text: everything, pattern, methods: undefined, action: { kind: 'headers', fields } }];
}

/** The setting `spaFallback`, named the way of any platform; undefined for none. */
function fallbackPath(file: string): string | undefined {
  const segments = file.split(/[\\/]/).filter((name) => name !== '' && name !== '.');
  if (segments.length === 0 || segments.includes('..')) return undefined;
  return `/${segments.map(encodeSegment).join('/')}`;
}

/** RFC 9110 §10.2.1: what may be asked of the rule. */
function permission({ methods }: CompiledRule, { fields }: Request): Response {
  const asked = fields.get('access-control-request-method') ?? '';
  const allowed = methods === undefined ? (/^[A-Z]{1,32}$/.test(asked) ? [asked] : []) : [...methods];
  return { status: 204, fields: [['Allow', allowed.join(', ')]] };
}

/** There is an answer to what does not ask for one only if there is something. */
function certain(response: ReturnType<SiteFunction>): Answer {
  const assured = (each: Response | undefined): Response => {
    if (each === undefined) throw new Error('The site has no answer.');
    return each;
  };
  return response instanceof Promise ? response.then(assured) : assured(response);
}
