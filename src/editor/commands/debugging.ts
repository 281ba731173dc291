/** Debugging pages of the site, by whatever debugs browsers here. */
import { debug, extensions, l10n, window } from 'vscode';
import type { DebugConfiguration, Disposable, QuickPickItem, Uri, WorkspaceFolder } from 'vscode';
import { activeFile } from '../common/activeFile';

import { pathnameOf } from './resources';
import { ProblemError } from '../server/problem';
import type { ServedSite } from '../server/state';
import { externalUrlOf, servedPath, withToken } from '../server/urls';

/** What debugs pages, the likeliest first, by the types of its configurations. */
const browsers: Readonly<Record<string, string>> = {
  chrome: 'Chrome',
  msedge: 'Microsoft Edge',
  firefox: 'Firefox',
  'editor-browser': 'VS Code',
};

interface Manifest {
  readonly contributes?: { readonly debuggers?: readonly { readonly type?: string }[] };
}

interface Item extends QuickPickItem {
  readonly type: string;
}

function installed(): readonly string[] {
  const manifests = extensions.all.map(({ packageJSON }) => packageJSON as Manifest);
  const types = new Set(manifests.flatMap(({ contributes }) => contributes?.debuggers ?? []).map(({ type }) => type));
  return Object.keys(browsers).filter((type) => types.has(type));
}

let last: string | undefined;

/** Asks which of several, that of before first; undefined when the user changed their mind. */
async function pickType(types = installed()): Promise<string | undefined> {
  const [first, ...others] = types.toSorted((a, b) => Number(b === last) - Number(a === last));
  if (first === undefined) {
    throw new ProblemError({
      message: l10n.t('No extension is installed that debugs pages in a browser.'),
      actions: [],
    });
  }
  if (others.length === 0) return first;
  const items = [first, ...others].map((type): Item => ({ label: browsers[type] ?? type, description: type, type }));
  return (last = (await window.showQuickPick(items, { title: l10n.t('Debug with HTTP Server') }))?.type ?? last);
}

/** What a debugger of browsers is told. @param pathname percent-encoded, from `/` */
async function debugConfiguration(site: ServedSite, pathname: string, type: string): Promise<DebugConfiguration> {
  const { directory, external, token } = site;
  const url = await externalUrlOf(site, withToken(pathname, token));
  // Where the editor forwards below a path, files are not where their addresses say.
  const mapping = external.path === '/' ? {} : { pathMapping: { [external.path]: directory } };
  return { type, request: 'launch', name: l10n.t('Debug with HTTP Server'), url, webRoot: directory, ...mapping };
}

/** The page in front of the user, if it is one of the site; else the site. */
async function pageOf(site: ServedSite, resource: Uri | undefined): Promise<string> {
  if (resource !== undefined) return pathnameOf(site, resource, 'httpServer.debug');
  const file = activeFile();
  const pathname = file && servedPath(site, file);
  return pathname !== undefined && /\.(?:x?html?|svg)$/i.test(pathname) ? pathname : '/';
}

export async function debugPage(site: ServedSite, resource?: Uri): Promise<void> {
  const pathname = await pageOf(site, resource);
  const type = await pickType();
  if (type === undefined) return;
  await debug.startDebugging(site.folder, await debugConfiguration(site, pathname, type));
}

/** What a configuration of the type `httpServer` may say. */
interface Wishes {
  /** From `/`. */
  readonly path?: unknown;
  readonly browser?: unknown;
}

/** Has configurations of the type `httpServer` stand for those of a browser. @param start undefined if it cannot */
export function provideDebugging(start: () => Promise<ServedSite | undefined>): Disposable {
  return debug.registerDebugConfigurationProvider('httpServer', {
    async resolveDebugConfiguration(_folder: WorkspaceFolder | undefined, asked: DebugConfiguration & Wishes) {
      const site = await start();
      if (site === undefined) return undefined;
      const { path, browser, type: _, request: _request, ...rest } = asked;
      const type = typeof browser === 'string' ? browser : await pickType();
      if (type === undefined) return undefined;
      const pathname = typeof path === 'string' ? path.replace(/^\/?/, '/') : await pageOf(site, undefined);
      return { ...(await debugConfiguration(site, pathname, type)), ...rest, ...(rest.name ? {} : { name: type }) };
    },
  });
}
