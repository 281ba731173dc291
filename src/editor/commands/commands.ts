/** The commands of the extension as one table. */
import * as path from 'node:path';
import { commands, Disposable, l10n } from 'vscode';
import type { Uri } from 'vscode';
import { activeFile } from '../common/activeFile';
import { copyUrl, copyUrlWithToken, copyWithToken, openInBrowser, openPreview } from './browse';
import { debugPage, provideDebugging } from './debugging';
import type { Controller } from '../server/controller';
import { pickEndpoint } from './endpointsPicker';
import { choiceOf, pickFolder } from './folderPicker';
import type { KeptToken } from '../server/keptToken';
import type { Log } from '../log/log';
import type { PageConsole } from '../log/pageConsole';
import type { WorkspaceMemory } from '../server/workspaceMemory';
import { showMenu } from './menu';
import { pathnameOf, resourcesOf } from './resources';
import type { Preview } from '../preview/preview';
import { showRules } from './rulesPicker';
import { provideTasks } from './serveTask';
import { showDone, showInformation } from '../common/notify';
import type { CommandId } from '../manifest/ids';
import type { RequestCommandId } from '../requests/requestCommands';
import { attempt } from '../server/problem';
import { handsOn, ruleSetting } from '../server/ruleSetting';
import type { Sharing } from '../sharing/share';
import type { SharePanel } from '../sharing/sharePanel';
import { pickTerms } from '../sharing/shareTerms';
import { siteIn, type ServedSite, type State } from '../server/state';
import type { UploadsView } from '../status/uploadMonitor';
import { servedPath } from '../server/urls';

export interface Parts {
  /** The identifier of the extension. */
  readonly extension: string;
  readonly controller: Controller;
  readonly memory: WorkspaceMemory;
  readonly log: Log;
  readonly pageConsole: PageConsole;
  readonly sharing: Sharing;
  readonly panel: SharePanel;
  readonly keptToken: KeptToken;
  readonly preview: Preview;
  readonly uploads: UploadsView;
}

/** `resource`: what was right-clicked in the explorer or on a tab, and what is selected with it; undefined from the palette. */
type Command = (resource: Uri | undefined, all: readonly Uri[]) => unknown;

const table = (parts: Parts): Readonly<Record<Exclude<CommandId, RequestCommandId>, Command>> => ({
  'httpServer.start': async () => urlOf(await parts.controller.start()),
  'httpServer.stop': () => parts.controller.stop(),
  'httpServer.restart': async () => urlOf(await parts.controller.restart()),
  'httpServer.url': async () => urlOf(await parts.controller.start()),
  'httpServer.open': () => withSite(parts, pickEndpoint),
  'httpServer.openFile': (_, all) => withSite(parts, (site) => openFiles(site, all)),
  'httpServer.preview': (resource) => withSite(parts, (site) => showPreview(parts, site, resource)),
  'httpServer.debug': (resource) => withSite(parts, (site) => debugPage(site, resource)),
  'httpServer.copyUrl': (_, all) => withSite(parts, (site) => copy(site, all)),
  'httpServer.serveFolder': (resource) => serveFolder(parts, resource),
  'httpServer.cancelUpload': () => parts.uploads.cancel(),
  'httpServer.showConsole': () => parts.pageConsole.show(),
  'httpServer.showLog': () => parts.log.show(),
  'httpServer.rules': () => withSite(parts, showRules),
  'httpServer.menu': () => menu(parts),
  'httpServer.share': () => withSite(parts, (site) => share(parts, site)),
  'httpServer.copySharedUrl': () => copyShared(parts),
  'httpServer.stopSharing': () => parts.sharing.stop(),
  'httpServer.extendShare': () => parts.sharing.extend(),
  'httpServer.shareConsole': () => parts.sharing.showConsoles(),
  'httpServer.generateToken': () => generate(parts),
  'httpServer.forgetToken': () => parts.keptToken.forget(),
  'httpServer.copyUrlWithToken': () => withSite(parts, copyUrlWithToken),
});

export function registerCommands(parts: Parts): Disposable {
  const entries = Object.entries(table(parts));
  const registered = entries.map(([id, command]) =>
    commands.registerCommand(id, (...args: unknown[]) =>
      attempt(() => {
        const resources = resourcesOf(args);
        return command(resources[0], resources);
      }),
    ),
  );
  return Disposable.from(
    ...registered,
    provideDebugging(() => siteOf(parts)),
    provideTasks(parts.controller),
  );
}

/** Where this machine reaches the server; undefined if it does not run, of which the user was told. */
const urlOf = (state: State): string | undefined => siteIn(state)?.url;

/** The server, started first if need be; undefined if it could not start, of which the user was told. */
async function siteOf({ controller }: Parts): Promise<ServedSite | undefined> {
  return siteIn(await controller.start());
}

async function withSite(parts: Parts, action: (site: ServedSite) => unknown): Promise<void> {
  const site = await siteOf(parts);
  if (site !== undefined) await action(site);
}

async function openFiles(site: ServedSite, resources: readonly Uri[]): Promise<void> {
  const active = activeFile();
  const all = resources.length > 0 || active === undefined ? resources : [active];
  if (all.length === 0) return pickEndpoint(site);
  for (const each of all) await openInBrowser(site, await pathnameOf(site, each, 'httpServer.openFile'));
}

/** The site itself, where the file in front of the user is not of it. */
async function showPreview({ preview }: Parts, site: ServedSite, resource = activeFile()): Promise<void> {
  const isOfSite = resource !== undefined && servedPath(site, resource) !== undefined;
  await openPreview(preview, site, isOfSite ? await pathnameOf(site, resource, 'httpServer.preview') : '/');
}

/** Copies the address of the site or of a file, or those of several, a line each. */
async function copy(site: ServedSite, resources: readonly Uri[]): Promise<void> {
  const pathnames = await Promise.all(resources.map((each) => pathnameOf(site, each, 'httpServer.copyUrl')));
  await copyUrl(site, pathnames.length === 0 ? ['/'] : pathnames);
}

async function serveFolder({ controller, memory }: Parts, resource: Uri | undefined): Promise<void> {
  const choice = resource === undefined ? await pickFolder() : choiceOf(resource);
  if (choice === undefined) return;
  await memory.choose(choice);
  // A server that was starting may not have heard of the choice.
  const state = (await controller.start()).kind === 'running' ? await controller.apply() : controller.state;
  if (state.kind !== 'running') return;
  const { directory, external } = state.site;
  // A whole path would leave no room for the address.
  showDone(l10n.t('Serving {0} at {1}', path.basename(directory), external.toString(true)));
}

async function menu({ extension, controller, sharing, keptToken, uploads }: Parts): Promise<void> {
  const { state } = controller;
  const token = siteIn(state)?.token ?? '';
  await showMenu(state, {
    extension,
    isUploading: uploads.current.length > 0,
    isShared: sharing.share !== undefined,
    isTokenKept: token !== '' && token === (await keptToken.get()),
  });
}

/** Shows what is shared, after asking how if nothing is yet. */
async function share({ sharing, panel }: Parts, site: ServedSite): Promise<void> {
  if (sharing.share === undefined) {
    const terms = await pickTerms(site, handsOn(ruleSetting(site.folder)));
    if (terms === undefined) return;
    await sharing.start(terms);
  }
  if (sharing.share !== undefined) await panel.show(sharing.share);
}

async function copyShared({ sharing }: Parts): Promise<void> {
  if (sharing.share !== undefined) await copyWithToken(sharing.share.link);
}

async function generate({ controller, keptToken }: Parts): Promise<void> {
  await keptToken.generate();
  const state = await controller.apply();
  if (state.kind !== 'running') return;
  if (state.site.token === (await keptToken.get())) void tellOfToken(state.site);
  else void showInformation(l10n.t('The editor has generated a token and keeps it until it is needed.'));
}

async function tellOfToken(site: ServedSite): Promise<void> {
  const copy = l10n.t('Copy URL with Token');
  const message = l10n.t('The editor has generated a token and keeps it. Every request must carry it.');
  if ((await showInformation(message, copy)) === copy) await copyUrlWithToken(site);
}
