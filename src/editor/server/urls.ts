/** Where the server is: for this machine, and for the user's browser. */
import * as path from 'node:path';
import { env, Uri } from 'vscode';
import { Globs } from '../../globs';
import type { ServedSite } from './state';
import { isInside } from './plan';

export const localUri = (url: string): Uri => Uri.parse(url, true);

/** How long the editor may take to forward a port, in milliseconds: it may be asking the user first. */
const patience = 2000;

/**
 * Where the user's browser reaches `url`: the editor forwards ports from remote machines and from the web.
 * Where it does not, such as with a tunnel that was refused, `url` itself is right on this machine at least.
 */
export async function externalUri(url: string): Promise<Uri> {
  const uri = localUri(url);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Uri>((resolve) => (timer = setTimeout(() => resolve(uri), patience)));
  const forwarded = Promise.resolve(env.asExternalUri(uri)).catch(() => uri);
  return Promise.race([forwarded, late]).finally(() => clearTimeout(timer));
}

/** The percent-encoded path, from `/`, at which `site` serves a file or folder; undefined if it is outside. */
export function servedPath(
  { directory }: Pick<ServedSite, 'directory'>,
  resource: Uri,
  isFolder = false,
): string | undefined {
  if (resource.scheme !== 'file' || !isInside(directory, resource.fsPath)) return undefined;
  const relative = path.relative(directory, resource.fsPath);
  if (relative === '') return '/';
  return `/${relative.split(path.sep).map(encodeURIComponent).join('/')}${isFolder ? '/' : ''}`;
}

/** Understood once per list: whoever looks for links asks for each of them. */
const understood = new WeakMap<readonly string[], Globs>();

function globsOf(exclude: readonly string[]): Globs {
  const known = understood.get(exclude);
  if (known !== undefined) return known;
  const lower = exclude.map((glob) => glob.toLowerCase());
  const globs = new Globs(lower, process.platform);
  understood.set(exclude, globs);
  return globs;
}

/**
 * Whether the settings keep back what is at `pathname`, as far as names tell. The server, which asks the disk as well, may keep
 * back more.
 */
export function isExcluded({ exclude }: Pick<ServedSite, 'exclude'>, pathname: string): boolean {
  const globs = globsOf(exclude);
  const names = pathname.split('/').filter((name) => name !== '');
  const reached = globs.start();
  return names
    .slice(names[0] === '.well-known' ? 1 : 0)
    .some((name) => globs.advance(reached, decodeURIComponent(name).toLowerCase()));
}

/** The URL of `pathname`, percent-encoded and from `/`, for this machine. */
export const localUrlOf = (site: ServedSite, pathname: string): string => site.url + pathname.slice(1);

/**
 * The URL of `pathname` for the user's browser. Only the site's own address goes through the editor: some that forward
 * below a path forget what follows the port.
 */
export async function externalUrlOf(site: ServedSite, pathname: string): Promise<string> {
  const base = (await externalUri(site.url)).toString();
  return `${base.replace(/\/$/, '')}${pathname}`;
}

/** The server takes the secret out of the URL at once, and lets the browser in from then on. @param place a path or a URL */
export const withToken = (place: string, secret: string): string =>
  secret === '' ? place : `${place}?token=${encodeURIComponent(secret)}`;
