/** What can be done with a request. Each rejects with a {@link ProblemError} where it cannot be. */
import { commands, env, l10n, Uri, window, workspace } from 'vscode';
import { showDone, showWarning } from '../common/notify';
import type { Controller } from '../server/controller';
import { ProblemError } from '../server/problem';
import { ask } from './askRequests';
import type { EditedRequests } from './editedRequests';
import { editUri, readUri } from './requestUris';
import { siteIn } from '../server/state';

const impossible = (message: string): ProblemError => new ProblemError({ message, actions: [] });

export async function openRequest(request: number): Promise<void> {
  const document = await workspace.openTextDocument(readUri(request));
  await window.showTextDocument(document, { preview: true });
}

/** Shows what is different from the one before it with the same method and path. */
export async function compareRequest(controller: Controller, request: number): Promise<void> {
  const before = await ask(controller, { kind: 'before', request });
  if (before === undefined) throw impossible(l10n.t('No request before it has the same method and path.'));
  const title = l10n.t('Request {0} and {1}', before, request);
  await commands.executeCommand('vscode.diff', readUri(before), readUri(request), title);
}

export async function copyRequestAs(controller: Controller, request: number, as: 'curl' | 'fetch'): Promise<void> {
  const site = siteIn(controller.state)?.url ?? '';
  const { line, whole } = await ask(controller, { kind: 'command', request, as, site });
  await env.clipboard.writeText(line);
  if (whole) showDone(l10n.t('Copied as {0}', as));
  else void showWarning(l10n.t('Copied as {0}, without the content: not all of that was kept.', as));
}

const tellOfRest = (): void => void showWarning(l10n.t('Only the beginning of the content was kept.'));

const utf8 = new TextDecoder('utf-8', { fatal: true });

export async function copyContent(controller: Controller, request: number): Promise<void> {
  const { bytes, whole } = await ask(controller, { kind: 'content', request });
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw impossible(l10n.t('The content is no text: save it instead.'));
  }
  await env.clipboard.writeText(text);
  if (whole) showDone(l10n.t('Copied the content'));
  else tellOfRest();
}

/** Asks where to. @param name as the file is best called */
async function saveAs(controller: Controller, name: string, content: () => Promise<Uint8Array>): Promise<void> {
  const folder = (siteIn(controller.state)?.folder ?? workspace.workspaceFolders?.[0])?.uri;
  const target = await window.showSaveDialog(folder === undefined ? {} : { defaultUri: Uri.joinPath(folder, name) });
  if (target === undefined) return;
  await workspace.fs.writeFile(target, await content());
  showDone(l10n.t('Saved {0}', workspace.asRelativePath(target)));
}

export async function saveContent(controller: Controller, request: number): Promise<void> {
  const { bytes, name, whole } = await ask(controller, { kind: 'content', request });
  if (!whole) tellOfRest();
  await saveAs(controller, name, () => Promise.resolve(bytes));
}

/** @param text what was edited; undefined for the request as it was */
export async function replayRequest(controller: Controller, request: number, text?: string): Promise<void> {
  const edited = text === undefined ? {} : { text };
  const number = await ask(controller, { kind: 'replay', request, ...edited });
  if (number === undefined) throw impossible(l10n.t('The request was sent, but is not among those that are kept.'));
  await openRequest(number);
}

export async function editRequest(controller: Controller, edited: EditedRequests, request: number): Promise<void> {
  const uri = editUri(request);
  // What was begun is gone on with.
  if (!edited.has(uri)) edited.put(uri, await ask(controller, { kind: 'editable', request }));
  await window.showTextDocument(await workspace.openTextDocument(uri), { preview: false });
}

/** Asks whether secrets are to be in it. @param requests in any order */
export async function exportRequests(controller: Controller, requests: readonly number[] | 'all'): Promise<void> {
  const masked = { label: l10n.t('Without Secrets'), detail: l10n.t('Tokens, cookies and keys are masked.') };
  const open = {
    label: l10n.t('With Secrets'),
    detail: l10n.t('Whoever gets the file can do with them what you can.'),
  };
  const picked = await window.showQuickPick([masked, open], { title: l10n.t('Export Requests') });
  if (picked === undefined) return;
  await saveAs(controller, 'requests.har', async () =>
    Buffer.from(await ask(controller, { kind: 'archive', requests, secrets: picked === open })),
  );
}
