/** What each URL means: one table of path shapes and methods. */
import { ownPrivateFolders } from '../files/unfinished/privateFolder';
import type { Root } from '../files/root';
import { Uploads } from '../files/writing/uploads';
import { HttpError } from '../http/message/httpError';
import type { Endpoint, FieldLine, Request, Response } from '../http/message/message';
import type { Access, Limits, Options } from '../options';
import type { Audience } from './live/audience';
import type { ConsoleReports } from './live/consoleReports';
import type { Live } from './live/live';
import { echo } from './echo';
import { events } from './live/events';
import { asset, liveScript } from './representation/assets';
import { isSafe } from './common/fetchMetadata';
import { FileApi } from './site/fileApi';
import { dropBoxPage } from './site/folderPage';
import { Arrangement } from './storing/arrangement';
import { UploadRegistry, type Again } from './storing/uploadRegistry';
import { refuseForeign } from './storing/refusals';
import { limitLine, partialUpload } from './storing/uploadFields';
import { decodeAscii, parsePath, splitFirst } from './common/path';
import { archivedNames } from './site/archives';
import { Rules } from './rules/rules';
import type { SiteFunction } from './common/shown';
import { Site } from './site/site';
import { dropBoxTerms } from './storing/terms';
import { Store } from './storing/store';
import type { MoveToTrash } from './storing/removal';
import { userAgent } from './userAgent';
import { Workshop } from './representation/workshop';

/** @param rest the raw path behind the first segment, empty or with its slash */
type Handler<T = Response> = (request: Request, rest: string) => T | Promise<T>;

/** HEAD is answered as GET, and OPTIONS for every route. */
type Methods<T = Response> = Readonly<Partial<Record<Method, Handler<T>>>>;
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'MKCOL' | 'COPY' | 'MOVE';

/** First segment of our own paths. */
const reserved = '.http-server';

/** What files and folders are stored, changed and removed by. */
const writing: readonly string[] = ['POST', 'PUT', 'DELETE', 'MKCOL', 'COPY', 'MOVE'];

/** RFC 9110, RFC 5789, and of RFC 4918 what works without locks and properties. */
const known: readonly string[] = ['GET', 'HEAD', 'OPTIONS', 'PATCH', ...writing];

/** What outlives a change of options. */
interface Kept {
  readonly registry?: UploadRegistry;
  readonly trash?: MoveToTrash | undefined;
  readonly audience?: Audience | undefined;
  readonly consoleReports?: ConsoleReports | undefined;
}

/**
 * The endpoint of the whole server.
 *
 * It throws, or rejects with, an {@link HttpError}, a `FileError`, or what nobody expected: `errorResponse` knows all.
 */
export function createRouter(
  options: Options,
  root: Root,
  { registry = new UploadRegistry(new Uploads(ownPrivateFolders())), trash, audience, consoleReports }: Kept = {},
): Endpoint {
  if (options.access === 'dropBox') return createDropBox(options, root, registry, audience);
  const live = audience?.live;
  const workshop = new Workshop(options.limits);
  const site = new Site(options, root, workshop, options.serveUnsaved ? live?.overlay : undefined);
  registry.keepOnly(root, 'open');
  live?.follow(root, options);
  const storing = {
    store: new Store(root, registry, options.limits),
    arrangement: new Arrangement(root, registry.uploads, options, trash),
  };
  const files = fileMethods(new FileApi(root, workshop, options), storing, options.access);
  const uploads = uploadMethods(registry, storing.store.again, options.access);
  const follows = options.liveReload && audience !== undefined;
  const reports = follows && options.forwardConsole ? consoleReports : undefined;
  const own = { GET: ownMethod(follows ? audience : undefined, options.limits, reports !== undefined) };
  const routes = new Map<string, Methods>([...openRoutes, ['files', files], [reserved, own]]);
  const consoles = consoleMethods(reports, options, live);
  const methodsAt = (route: string, rest: string): Methods | undefined =>
    route === reserved ? ownMethods(rest, { own, uploads, consoles }) : routes.get(route);
  const onSite = siteFunction(site, workshop, { files, limits: options.limits });
  const rules = new Rules({ ...options, liveReload: follows }, onSite);
  return (request) => {
    if (follows) audience.live.workerUses.note(request);
    const remembered = rules.isEmpty ? workshop.responses.recall(request) : undefined;
    if (remembered !== undefined) return remembered;
    // `*` asks of the whole server (RFC 9110 §9.3.7): no endpoint allows more than this one.
    if (request.path === '*') return dispatch(request, files, '', options.limits);
    const { first, rest } = splitFirst(request.path);
    const methods = methodsAt(decodeAscii(first), rest);
    if (methods === undefined) return rules.answer(request);
    if (methods === files) refuseByAccess(request.method, files);
    const known = rules.isEmpty ? undefined : workshop.responses.recall(request);
    return known ?? dispatch(request, methods, rest, options.limits);
  };
}

type Own = Readonly<Record<'own' | 'uploads' | 'consoles', Methods>>;

/** Of our own paths. */
function ownMethods(rest: string, { own, uploads, consoles }: Own): Methods {
  if (rest.startsWith('/uploads/')) return uploads;
  return rest === '/console' ? consoles : own;
}

/** @param reports undefined where nobody listens */
function consoleMethods(reports: ConsoleReports | undefined, options: Options, live: Live | undefined): Methods {
  if (reports === undefined) return { GET: notFound };
  return { POST: (request) => reports.take(request, options, (path) => live?.shows(path) === true) };
}

/** The site as rules see it. @param files what may be done elsewhere, for those who try it here */
function siteFunction(
  site: Site,
  { responses }: Workshop,
  { files, limits }: { files: Methods; limits: Limits },
): SiteFunction {
  return (request, shown) => {
    // What is remembered is what the path itself shows. Where there are no rules, it was looked for before.
    const mayBeKnown = shown !== undefined && shown.path === undefined && shown.plain !== true;
    const remembered = mayBeKnown ? responses.recall(request) : undefined;
    if (remembered !== undefined) return remembered;
    refuseToStore(request.method, files);
    return dispatch(request, { GET: (asked) => site.answer(asked, shown) }, '', limits);
  };
}

/** Those that have nothing to do with the folder. */
const openRoutes: readonly (readonly [segment: string, methods: Methods])[] = [
  ['echo', { GET: (request, rest) => echo(request, rest.slice(1)) }],
  ['user-agent', { GET: (request, rest) => (rest === '' ? userAgent(request) : notFound()) }],
];

interface Storing {
  readonly store: Store;
  readonly arrangement: Arrangement;
}

function fileMethods(api: FileApi, { store, arrangement }: Storing, access: Access): Methods {
  const reading: Methods = { GET: (request, rest) => api.get(request, rest) };
  if (access === 'readOnly') return reading;
  const writing: Methods = {
    ...reading,
    POST: (request, rest) => store.post(request, rest),
    PUT: (request, rest) => store.put(request, rest),
    MKCOL: (request, rest) => arrangement.makeFolder(request, rest, allowed(methods)),
    COPY: (request, rest) => arrangement.copy(request, rest),
  };
  const changing: Methods = {
    DELETE: (request, rest) => arrangement.delete(request, rest),
    MOVE: (request, rest) => arrangement.move(request, rest),
  };
  const methods: Methods = access === 'readWrite' ? writing : { ...writing, ...changing };
  return methods;
}

/**
 * The endpoint of a server that takes files and tells of none: whatever is not known to tell nothing is refused, whether
 * it is there or not.
 */
function createDropBox(options: Options, root: Root, registry: UploadRegistry, audience?: Audience): Endpoint {
  registry.keepOnly(root, 'dropBox');
  audience?.end();
  const store = new Store(root, registry, options.limits, dropBoxTerms(root));
  const page: Handler = ({ query }, rest) =>
    isTop(rest) && archivedNames(query) === undefined ? dropBoxPage(rest === '' ? './' : '../') : refuse();
  const taking: Methods = {
    POST: (request, rest) => store.post(request, rest),
    PUT: (request, rest) => store.put(request, rest),
  };
  const routes = new Map<string, Methods>([...openRoutes, ['', { GET: page }]]);
  const uploads = uploadMethods(registry, store.again, options.access);
  const methodsAt = (route: string, rest: string): Methods | undefined => {
    if (route === 'files') return isTop(rest) ? { GET: page, ...taking } : taking;
    if (route !== reserved) return routes.get(route);
    return rest.startsWith('/uploads/') ? uploads : assets(rest);
  };
  return (request) => {
    if (request.path === '*') return dispatch(request, taking, '', options.limits);
    const { first, rest } = splitFirst(request.path);
    const methods = methodsAt(decodeAscii(first), rest);
    if (!mayBeAsked(request, methods)) refuse();
    return dispatch(request, methods ?? {}, rest, options.limits);
  };
}

/** A method that is not known at all tells nothing. */
function mayBeAsked({ method }: Request, methods: Methods | undefined): boolean {
  if (!known.includes(method)) return true;
  if (method === 'OPTIONS') return methods !== undefined;
  return methods?.[(method === 'HEAD' ? 'GET' : method) as keyof Methods] !== undefined;
}

/** @param rest as handlers get it: of `/`, nothing is behind the first segment, which is empty */
const isTop = (rest: string): boolean => {
  const { segments, isFolder } = parsePath(rest);
  return isFolder && segments.length === 0;
};

/** What our own pages load. */
const assets = (rest: string): Methods | undefined =>
  rest.startsWith(assetsPath)
    ? { GET: (request) => asset(request, rest.slice(assetsPath.length)) ?? notFound() }
    : undefined;

function refuse(): never {
  throw new HttpError(403, 'Files are taken here, and none are shown.');
}

function uploadMethods(registry: UploadRegistry, again: Again, access: Access): Methods {
  if (access === 'readOnly') return { GET: notFound };
  return {
    GET: (_, rest) => registry.describe(uploadOf(rest), again),
    PATCH: (request, rest) => registry.append(request, uploadOf(rest), again),
    DELETE: (_, rest) => registry.cancel(uploadOf(rest), again),
  };
}

/** @param audience undefined where nobody tells of changes @param reports whether pages tell of their consoles */
function ownMethod(audience: Audience | undefined, { eventStreams }: Limits, reports: boolean): Handler {
  return (request, rest) => {
    const own = assets(rest)?.GET;
    if (own !== undefined) return own(request, rest);
    if (audience === undefined) return notFound();
    if (rest === '/events') return events(request, audience, eventStreams);
    return rest === '/live.js' ? liveScript(request, reports) : notFound();
  };
}

const assetsPath = '/assets/';

const uploadOf = (rest: string): string => /^\/uploads\/([0-9a-f]{32})$/.exec(rest)?.[1] ?? notFound();

function notFound(): never {
  throw new HttpError(404, 'There is no such page.');
}

function dispatch<T>(
  request: Request,
  methods: Methods<T>,
  rest: string,
  limits: Limits,
): T | Response | Promise<T | Response> {
  const { method } = request;
  if (!known.includes(method)) throw new HttpError(501, 'The server does not know that method.');
  if (method === 'OPTIONS') return { status: 204, fields: [allowed(methods), ...uploading(methods, limits)] };
  const handler = methods[(method === 'HEAD' ? 'GET' : method) as keyof Methods];
  if (handler === undefined) throw new HttpError(405, 'That method is not allowed here.', [allowed(methods)]);
  if (!isSafe(method)) refuseForeign(request, limits);
  return handler(request, rest);
}

/** Refuses what more access would allow. */
function refuseByAccess(method: string, files: Methods): void {
  if (!writing.includes(method) || files[method as keyof Methods] !== undefined) return;
  throw new HttpError(405, 'That method is not allowed here.', [allowed(files)], { option: 'access' });
}

/** Refuses to store a file where it is shown, as other servers do, and says where it can be stored. */
function refuseToStore(method: string, files: Methods): void {
  if (method === 'GET' || !Object.hasOwn(files, method)) return;
  throw new HttpError(405, 'That method is not allowed here: it is for /files/… and the same path.', [
    ['Allow', 'HEAD, OPTIONS, GET'],
  ]);
}

/** Allow (RFC 9110 §10.2.1). */
function allowed(methods: Partial<Record<Method, unknown>>): FieldLine {
  const head = methods.GET === undefined ? [] : ['HEAD'];
  return ['Allow', [...head, 'OPTIONS', ...Object.keys(methods)].join(', ')];
}

/** Tells, where files may be stored, that an upload can be gone on with, and what its limits are. */
function uploading(methods: Methods<unknown>, limits: Limits): FieldLine[] {
  if (methods.PATCH !== undefined) return [['Accept-Patch', partialUpload], limitLine(limits)];
  return methods.PUT === undefined ? [] : [limitLine(limits)];
}
