/** The commands of the extension as one table. */
import * as path from 'node:path';
import { commands, Disposable, FileSystemError, FileType, l10n, Uri, workspace } from 'vscode';
import { activeFile } from './activeFile';
import { copyUrl, copyUrlWithToken, copyWithToken, openInBrowser, preview } from './browse';
import type { Controller } from '../server/controller';
import { pickEndpoint } from './endpointsPicker';
import { choiceOf, pickFolder } from './folderPicker';
import type { KeptToken } from '../server/keptToken';
import type { Log } from '../log/log';
import type { WorkspaceMemory } from '../server/workspaceMemory';
import { showMenu } from './menu';
import { showRules } from './rulesPicker';
import { showDone, showInformation } from '../common/notify';
import type { CommandId } from '../manifest/ids';
import type { RequestCommandId } from '../requests/requestCommands';
import { ProblemError, settingError, showConcern } from '../server/problem';
import { handsOn, ruleSetting } from '../server/ruleSetting';
import type { Sharing } from '../sharing/share';
import type { SharePanel } from '../sharing/sharePanel';
import { pickTerms } from '../sharing/shareTerms';
import type { ServedSite } from '../server/state';
import type { UploadsView } from '../status/uploadMonitor';
import { isExcluded, servedPath } from '../server/urls';

export interface Parts {
  readonly controller: Controller;
  readonly memory: WorkspaceMemory;
  readonly log: Log;
  readonly sharing: Sharing;
  readonly panel: SharePanel;
  readonly keptToken: KeptToken;
  readonly uploads: UploadsView;
}

/** `resource`: what was right-clicked in the explorer or on a tab; undefined from the palette. */
type Command = (resource?: Uri) => unknown;

const table = (parts: Parts): Readonly<Record<Exclude<CommandId, RequestCommandId>, Command>> => ({
  'httpServer.start': () => parts.controller.start(),
  'httpServer.stop': () => parts.controller.stop(),
  'httpServer.restart': () => parts.controller.restart(),
  'httpServer.open': () => withSite(parts, pickEndpoint),
  'httpServer.openFile': (resource) => withSite(parts, (site) => openFile(site, resource)),
  'httpServer.preview': (resource) => withSite(parts, (site) => showPreview(site, resource)),
  'httpServer.copyUrl': (resource) => withSite(parts, (site) => copy(site, resource)),
  'httpServer.serveFolder': (resource) => serveFolder(parts, resource),
  'httpServer.cancelUpload': () => parts.uploads.cancel(),
  'httpServer.showLog': () => parts.log.show(),
  'httpServer.rules': () => withSite(parts, showRules),
  'httpServer.menu': () => menu(parts),
  'httpServer.share': () => withSite(parts, (site) => share(parts, site)),
  'httpServer.copySharedUrl': () => copyShared(parts),
  'httpServer.stopSharing': () => parts.sharing.stop(),
  'httpServer.generateToken': () => generate(parts),
  'httpServer.forgetToken': () => parts.keptToken.forget(),
  'httpServer.copyUrlWithToken': () => withSite(parts, copyUrlWithToken),
});

export function registerCommands(parts: Parts): Disposable {
  const entries = Object.entries(table(parts));
  const registered = entries.map(([id, command]) =>
    commands.registerCommand(id, async (resource?: unknown) => {
      try {
        await command(resource instanceof Uri ? resource : undefined);
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        await showConcern(error.problem);
      }
    }),
  );
  return Disposable.from(...registered);
}

/** Runs `action` on the server, started first if need be. That it could not start was told already. */
async function withSite({ controller }: Parts, action: (site: ServedSite) => unknown): Promise<void> {
  const state = await controller.start();
  if (state.kind === 'running') await action(state.site);
}

async function openFile(site: ServedSite, resource = activeFile()): Promise<void> {
  if (resource === undefined) return pickEndpoint(site);
  await openInBrowser(site, await pathnameOf(site, resource, 'httpServer.openFile'));
}

/** The site itself, where the file in front of the user is not of it. */
async function showPreview(site: ServedSite, resource = activeFile()): Promise<void> {
  const isOfSite = resource !== undefined && servedPath(site, resource) !== undefined;
  await preview(site, isOfSite ? await pathnameOf(site, resource, 'httpServer.preview') : '/');
}

async function copy(site: ServedSite, resource: Uri | undefined): Promise<void> {
  await copyUrl(site, resource === undefined ? '/' : await pathnameOf(site, resource, 'httpServer.copyUrl'));
}

/**
 * Rejects with a {@link ProblemError} if `site` does not have it.
 *
 * @param asked what is done with it, once it can be
 */
async function pathnameOf(site: ServedSite, resource: Uri, asked: CommandId): Promise<string> {
  if (servedPath(site, resource) === undefined) throw outside(resource, asked);
  const pathname = servedPath(site, resource, await isFolder(resource)) ?? '/';
  if (!isExcluded(site, pathname)) return pathname;
  const name = workspace.asRelativePath(resource);
  throw settingError('exclude', l10n.t('{0} is kept back by the setting httpServer.exclude.', name));
}

async function isFolder(resource: Uri): Promise<boolean> {
  try {
    return ((await workspace.fs.stat(resource)).type & FileType.Directory) !== 0;
  } catch (error) {
    if (!(error instanceof FileSystemError)) throw error;
    // Its editor may still be open.
    const message = l10n.t('{0} is not there any more.', workspace.asRelativePath(resource));
    throw new ProblemError({ message, actions: [] });
  }
}

function outside(resource: Uri, asked: CommandId): ProblemError {
  const parent = Uri.joinPath(resource, '..');
  const message = l10n.t('{0} is not in the folder that is served.', workspace.asRelativePath(resource));
  return new ProblemError({
    message,
    actions: [
      {
        title: l10n.t('Serve Its Folder'),
        command: 'httpServer.serveFolder',
        args: [parent],
        then: { title: '', command: asked, args: [resource] },
      },
    ],
  });
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

async function menu({ controller, sharing, keptToken, uploads }: Parts): Promise<void> {
  const { state } = controller;
  const token = state.kind === 'running' ? state.site.token : '';
  await showMenu(state, {
    isUploading: uploads.current.length > 0,
    isShared: sharing.share !== undefined,
    isTokenKept: token !== '' && token === (await keptToken.get()),
  });
}

/** Shows what is shared, after asking how if nothing is yet. */
async function share({ sharing, panel }: Parts, { access, folder }: ServedSite): Promise<void> {
  if (sharing.share === undefined) {
    const terms = await pickTerms(access, handsOn(ruleSetting(folder)));
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
