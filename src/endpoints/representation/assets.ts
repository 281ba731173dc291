/** What browsers load for our own pages: made by the build, and never changed under the same address. */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { FieldLine, Request, Response } from '../../http/message/message';
import { defaultLimits } from '../../options';
import { Resource } from './resource';
import { digestOf } from './source';
import { Workshop } from './workshop';

/** Set by the build: where the files are, from the bundle. */
declare const pageFolder: string | undefined;

/** In the tree where nothing is bundled, what the build made last. */
const folder = join(__dirname, typeof pageFolder === 'string' ? pageFolder : '../../../../dist/page');

const mediaTypes: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** RFC 8246: the name has a digest of the content in it. A year is as long as any cache keeps something. */
const lasting: FieldLine = ['Cache-Control', 'max-age=31536000, immutable'];
const asked: FieldLine = ['Cache-Control', 'no-cache'];

// They are in memory, few and small: of what a server has a bound for, they need nothing.
const workshop = new Workshop(defaultLimits);

function resourceOf(path: string, caching: FieldLine, before = ''): Resource {
  const content = Buffer.concat([Buffer.from(before), readFileSync(join(folder, path))]);
  const mediaType = mediaTypes[extname(path)] ?? 'application/octet-stream';
  const view = { mediaType, codable: true, fields: [caching], siblings: undefined, workshop };
  return new Resource({ content, version: digestOf(content), modified: undefined }, view);
}

/** By name; undefined until it is asked for. */
let assets: Map<string, Resource | undefined> | undefined;

/** The answer to a GET or HEAD for an asset; undefined if there is none of this name. */
export function asset(request: Request, name: string): Response | Promise<Response> | undefined {
  assets ??= new Map(readdirSync(join(folder, 'assets')).map((each) => [each, undefined]));
  if (!assets.has(name)) return undefined;
  const resource = assets.get(name) ?? resourceOf(`assets/${name}`, lasting);
  assets.set(name, resource);
  return resource.answer(request);
}

/** Without and with the word that pages are to tell of their consoles, which the script takes away before they look. */
const scripts: [silent?: Resource, telling?: Resource] = [];
const word = 'self.httpServerConsole=1;';

/** The answer to a GET or HEAD for the script of live reload. @param tells whether pages tell of their consoles */
export function liveScript(request: Request, tells: boolean): Response | Promise<Response> {
  const script = (scripts[tells ? 1 : 0] ??= resourceOf('live.js', asked, tells ? word : ''));
  return script.answer(request);
}

type AssetName = 'page' | 'style' | 'icon';

let names: Readonly<Record<AssetName, string>> | undefined;

/** The path of an asset, from where the site begins. */
export function assetPath(name: AssetName): string {
  names ??= JSON.parse(readFileSync(join(folder, 'names.json'), 'utf8')) as Record<AssetName, string>;
  return `.http-server/assets/${names[name]}`;
}
