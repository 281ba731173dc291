/** Links in the Output panel: what was asked for opens in the browser, what was stored in an editor. */
import { DocumentLink, languages, Range, Uri } from 'vscode';
import type { Disposable, TextDocument } from 'vscode';
import type { Controller } from './controller';

/** Only the end of a long log gets links: looking for them must not cost more than the log itself. */
const mostLines = 1000;

/** A line of `logLine`: the method, then in front of the target what its place is told from. */
const exchange = /^(.*\] +\d{3} ([A-Z]+) +[\d.]+ m?s +[\d.]+ \w+ )(\/\S*)(?: ← \S+)?(?: → (.+))?/;

/** A line of `furtherLines`. */
const further = /\] +→ (.+)$/;

export function linkLog(controller: Controller, channel: string): Disposable {
  return languages.registerDocumentLinkProvider(
    { scheme: 'output' },
    {
      provideDocumentLinks(document) {
        const { state } = controller;
        if (state.kind !== 'running' || !document.uri.path.includes(channel)) return [];
        return links(document, state.site.external);
      },
    },
  );
}

function links(document: TextDocument, site: Uri): DocumentLink[] {
  const found: DocumentLink[] = [];
  for (let number = Math.max(0, document.lineCount - mostLines); number < document.lineCount; number++) {
    const line = document.lineAt(number).text;
    const [, before = '', method, target = '', first] = exchange.exec(line) ?? [];
    const stored = first ?? further.exec(line)?.[1];
    const from = before.length;
    if (method === 'GET' && isWhole(target)) {
      found.push(new DocumentLink(new Range(number, from, number, from + target.length), pageOf(site, target)));
    }
    if (stored !== undefined) {
      found.push(
        new DocumentLink(new Range(number, line.length - stored.length, number, line.length), Uri.file(stored)),
      );
    }
  }
  return found;
}

/** What is escaped or shortened is not what was asked for. */
const isWhole = (target: string): boolean => !/[\\…]/.test(target);

const pageOf = (site: Uri, target: string): Uri => Uri.parse(site.toString().replace(/\/$/, '') + target, true);
