/** What a server that follows a plan shows of itself, and what it is told. */
import type { Options } from '../../options';
import type { Binding } from './binding';
import type { Plan } from './plan';
import type { ServedSite } from './state';
import { localUri } from './urls';

export const sameAddress = (a: Options, b: Options): boolean =>
  a.host === b.host && a.port === b.port && (a.tls === undefined) === (b.tls === undefined);

type Address = Pick<ServedSite, 'port' | 'detour' | 'url' | 'external'>;

export const siteOf = ({ folder, options }: Plan, { port, detour, url, external }: Address): ServedSite => ({
  port,
  detour,
  url,
  external,
  directory: options.directory,
  folder,
  exclude: options.exclude,
  access: options.access,
  token: options.token,
  liveReload: options.liveReload,
  serveUnsaved: options.serveUnsaved,
});

export const isForwarded = ({ url, external }: Address): boolean => external.authority !== localUri(url).authority;

/** The options of a plan. The name under which the user's browser asks, when the editor forwards, is allowed, too. */
export function optionsFor({ options }: Plan, site: ServedSite, { port, portAttempts }: Binding): Options {
  const allowedHosts = [...options.allowedHosts, ...(isForwarded(site) ? [site.external.authority] : [])];
  return { ...options, allowedHosts, port, portAttempts };
}
