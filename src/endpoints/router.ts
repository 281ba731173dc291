/** What each URL means: one table of path shapes and methods. */
import type { Root } from '../files/root';
import { Uploads } from '../files/uploads';
import { HttpError } from '../http/errors';
import type { Endpoint, FieldLine, Request, Response } from '../http/message';
import type { Access, Limits, Options } from '../options';
import { echo } from './echo';
import { events, script } from './events';
import { FileApi } from './fileApi';
import type { Live } from './live';
import { Memory } from './memory';
import { Resumables } from './resumables';
import { limitLine, partialUpload } from './uploadFields';
import { decodeAscii } from './path';
import { Site } from './site';
import { Store } from './store';
import type { Trash } from './trash';
import { userAgent } from './userAgent';

/** @param rest the raw path behind the first segment, empty or with its slash */
type Handler = (request: Request, rest: string) => Response | Promise<Response>;

/** HEAD is answered as GET, and OPTIONS for every route. */
type Methods = Readonly<Partial<Record<'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', Handler>>>;

/** First segment of our own paths. */
const reserved = '.http-server';

const known: readonly string[] = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * The endpoint of the whole server.
 *
 * It throws, or rejects with, an {@link HttpError}, a `FileError`, or what nobody expected: `errorResponse` knows all.
 */
export function createRouter(
  options: Options,
  root: Root,
  resumables = new Resumables(new Uploads()),
  trash?: Trash,
  live?: Live,
): Endpoint {
  const memory = new Memory();
  const site = new Site(options, root, memory, options.serveUnsaved ? live?.overlay : undefined);
  const siteMethods: Methods = { GET: (request) => site.answer(request) };
  resumables.keepOnly(root);
  live?.follow(root, options);
  const store = new Store(root, resumables, options.limits, trash);
  const files = fileMethods(new FileApi(root, memory), store, options.access);
  const routes = new Map<string, Methods>([
    ['echo', { GET: (request, rest) => echo(request, rest.slice(1)) }],
    ['user-agent', { GET: (request, rest) => (rest === '' ? userAgent(request) : notFound()) }],
    ['files', files],
    [reserved, { GET: options.liveReload && live !== undefined ? liveMethod(live) : notFound }],
  ]);
  const uploads = uploadMethods(resumables, options.access);
  return (request) => {
    const remembered = memory.recall(request);
    if (remembered !== undefined) return remembered;
    // Of the whole server (RFC 9110 §9.3.7): no endpoint allows more.
    if (request.path === '*') return dispatch(request, files, '', options.limits);
    const { first, rest } = split(request.path);
    const route = decodeAscii(first);
    const methods = route === reserved && rest.startsWith('/uploads/') ? uploads : routes.get(route);
    return dispatch(request, methods ?? siteMethods, rest, options.limits);
  };
}

function fileMethods(api: FileApi, store: Store, access: Access): Methods {
  const get: Handler = (request, rest) => api.get(request, rest);
  if (access === 'readOnly') return { GET: get };
  const post: Handler = (request, rest) => store.post(request, rest);
  const put: Handler = (request, rest) => store.put(request, rest);
  if (access === 'readWrite') return { GET: get, POST: post, PUT: put };
  return { GET: get, POST: post, PUT: put, DELETE: (request, rest) => store.delete(request, rest) };
}

function uploadMethods(resumables: Resumables, access: Access): Methods {
  if (access === 'readOnly') return { GET: notFound };
  return {
    GET: (_, rest) => resumables.describe(uploadOf(rest)),
    PATCH: (request, rest) => resumables.append(request, uploadOf(rest)),
    DELETE: (_, rest) => resumables.cancel(uploadOf(rest)),
  };
}

function liveMethod({ streams }: Live): Handler {
  return (request, rest) => {
    if (rest === '/events') return events(request, streams);
    return rest === '/live.js' ? script(request) : notFound();
  };
}

const uploadOf = (rest: string): string => /^\/uploads\/([0-9a-f]{32})$/.exec(rest)?.[1] ?? notFound();

function notFound(): never {
  throw new HttpError(404, 'There is no such page.');
}

/** Takes the first segment off a raw path; empty segments before it do not count. */
function split(path: string): { first: string; rest: string } {
  const [, first = '', rest = ''] = /^\/*([^/]*)(.*)$/.exec(path) ?? [];
  return { first, rest };
}

function dispatch(request: Request, methods: Methods, rest: string, limits: Limits): Response | Promise<Response> {
  const { method } = request;
  if (!known.includes(method)) throw new HttpError(501, 'The server does not know that method.');
  if (method === 'OPTIONS') return { status: 204, fields: [allowed(methods), ...uploading(methods, limits)] };
  const handler = methods[(method === 'HEAD' ? 'GET' : method) as keyof Methods];
  if (handler === undefined) throw new HttpError(405, 'That method is not allowed here.', [allowed(methods)]);
  return handler(request, rest);
}

/** RFC 9110 §10.2.1. */
function allowed(methods: Methods): FieldLine {
  return ['Allow', ['HEAD', 'OPTIONS', ...Object.keys(methods)].join(', ')];
}

/** That an upload to where files may be stored can be gone on with, and what its limits are. */
const uploading = (methods: Methods, limits: Limits): FieldLine[] =>
  methods.PUT === undefined && methods.PATCH === undefined ? [] : [['Accept-Patch', partialUpload], limitLine(limits)];
