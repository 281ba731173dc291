/** What each URL means: one table of path shapes and methods. */
import type { Root } from '../files/root';
import { Uploads } from '../files/uploads';
import { HttpError } from '../http/errors';
import type { Endpoint, FieldLine, Request, Response } from '../http/message';
import type { Access, Options } from '../options';
import { echo } from './echo';
import { FileApi } from './fileApi';
import { Memory } from './memory';
import { decodeAscii } from './path';
import { Site } from './site';
import { Store } from './store';
import { userAgent } from './userAgent';

/** @param rest the raw path behind the first segment, empty or with its slash */
type Handler = (request: Request, rest: string) => Response | Promise<Response>;

/** HEAD is answered as GET, and OPTIONS for every route. */
type Methods = Readonly<Partial<Record<'GET' | 'POST' | 'PUT' | 'DELETE', Handler>>>;

const known: readonly string[] = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'DELETE'];

/**
 * The endpoint of the whole server.
 *
 * It throws, or rejects with, an {@link HttpError}, a `FileError`, or what nobody expected: `errorResponse` knows all.
 */
export function createRouter(options: Options, root: Root, uploads = new Uploads()): Endpoint {
  const memory = new Memory();
  const site = new Site(options, root, memory);
  const siteMethods: Methods = { GET: (request) => site.answer(request) };
  const files = fileMethods(new FileApi(root, memory), new Store(root, uploads), options.access);
  const routes = new Map<string, Methods>([
    ['echo', { GET: (request, rest) => echo(request, rest.slice(1)) }],
    ['user-agent', { GET: (request, rest) => (rest === '' ? userAgent(request) : notFound()) }],
    ['files', files],
    ['.http-server', { GET: notFound }],
  ]);
  return (request) => {
    const remembered = memory.recall(request);
    if (remembered !== undefined) return remembered;
    // Of the whole server (RFC 9110 §9.3.7): no endpoint allows more.
    if (request.path === '*') return dispatch(request, files, '');
    const { first, rest } = split(request.path);
    return dispatch(request, routes.get(decodeAscii(first)) ?? siteMethods, rest);
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

function notFound(): never {
  throw new HttpError(404, 'There is no such page.');
}

/** Takes the first segment off a raw path; empty segments before it do not count. */
function split(path: string): { first: string; rest: string } {
  const [, first = '', rest = ''] = /^\/*([^/]*)(.*)$/.exec(path) ?? [];
  return { first, rest };
}

function dispatch(request: Request, methods: Methods, rest: string): Response | Promise<Response> {
  const { method } = request;
  if (!known.includes(method)) throw new HttpError(501, 'The server does not know that method.');
  if (method === 'OPTIONS') return { status: 204, fields: [allowed(methods)] };
  const handler = methods[(method === 'HEAD' ? 'GET' : method) as keyof Methods];
  if (handler === undefined) throw new HttpError(405, 'That method is not allowed here.', [allowed(methods)]);
  return handler(request, rest);
}

/** RFC 9110 §10.2.1. */
function allowed(methods: Methods): FieldLine {
  return ['Allow', ['HEAD', 'OPTIONS', ...Object.keys(methods)].join(', ')];
}
