/** Requests as documents that can only be read, with links to the files that they stored. */
import { Disposable, DocumentLink, l10n, languages, Range, Uri, workspace } from 'vscode';
import type { TextDocument } from 'vscode';
import type { DocumentWords } from '../../requestQuestions';
import type { Controller } from '../server/controller';
import { ProblemError } from '../server/problem';
import { ask } from './askRequests';
import { readScheme, requestOf } from './requestUris';
import { siteIn } from '../server/state';

const words = (): DocumentWords => ({
  received: l10n.t('received after {0}'),
  answered: l10n.t('first byte after {0}'),
  done: l10n.t('done after {0}'),
  cut: l10n.t('Cut off.'),
  response: l10n.t('Response'),
  stored: l10n.t('The content was stored:'),
  gone: l10n.t('The content was not kept.'),
  beginning: l10n.t('Only the beginning of the content was kept.'),
  binary: l10n.t('Octets: {0}'),
  laidOut: l10n.t('Laid out for reading:'),
  lines: l10n.t('Content of {0} lines:'),
  answerContent: l10n.t('Content of the response: {0}, which are not kept.'),
  noHead: l10n.t('The head could not be read.'),
});

export function showRequestsAsDocuments(controller: Controller): Disposable {
  const provider = workspace.registerTextDocumentContentProvider(readScheme, {
    provideTextDocumentContent: (uri) => textOf(controller, requestOf(uri) ?? 0),
  });
  const links = languages.registerDocumentLinkProvider(
    { scheme: readScheme },
    { provideDocumentLinks: (document) => linksIn(controller, document) },
  );
  return Disposable.from(provider, links);
}

/** A window that is opened again may show a request of long ago: that it is gone is then its text. */
async function textOf(controller: Controller, request: number): Promise<string> {
  try {
    return await ask(controller, { kind: 'document', request, words: words() });
  } catch (error) {
    if (error instanceof ProblemError) return `# ${error.message}\n`;
    throw error;
  }
}

/**
 * To the files that the server says that it stored, where lines such as `# → folder/file.txt` name them: a content may have such
 * lines as well.
 */
async function linksIn(controller: Controller, document: TextDocument): Promise<DocumentLink[]> {
  const directory = siteIn(controller.state)?.directory;
  const stored = await storedBy(controller, requestOf(document.uri) ?? 0);
  const found: DocumentLink[] = [];
  for (const { index, 0: line, 1: file = '' } of document.getText().matchAll(/^# → ([^\r\n]+)$/gm)) {
    if (directory === undefined || !stored.includes(file)) continue;
    const end = index + line.length;
    const range = new Range(document.positionAt(end - file.length), document.positionAt(end));
    found.push(new DocumentLink(range, Uri.joinPath(Uri.file(directory), file)));
  }
  return found;
}

/** Nothing, if it is not kept any more. */
async function storedBy(controller: Controller, request: number): Promise<readonly string[]> {
  try {
    const { content, summary } = await ask(controller, { kind: 'whole', request });
    return content === 'stored' ? (summary.stored ?? []) : [];
  } catch (error) {
    if (error instanceof ProblemError) return [];
    throw error;
  }
}
