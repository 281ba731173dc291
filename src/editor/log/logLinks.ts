/** Links in the Output panel: what was asked for opens in the browser, what was stored in an editor. */
import { DocumentLink, languages, Range, Uri } from 'vscode';
import type { Disposable, TextDocument } from 'vscode';
import type { Controller } from '../server/controller';
import { siteIn } from '../server/state';
import { cutOffRemark } from './logLine';

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
        if (!document.uri.path.includes(channel)) return [];
        return links(document, siteIn(controller.state)?.external);
      },
    },
  );
}

/** @param site undefined while nothing is served: what was stored is there all the same */
function links(document: TextDocument, site: Uri | undefined): DocumentLink[] {
  const found: DocumentLink[] = [];
  const remark = cutOffRemark();
  for (let number = Math.max(0, document.lineCount - mostLines); number < document.lineCount; number++) {
    const line = document.lineAt(number).text;
    const [, before = '', method, target = '', first] = exchange.exec(line) ?? [];
    const stored = first ?? further.exec(line)?.[1];
    const from = before.length;
    if (site !== undefined && method === 'GET' && isWhole(target)) {
      found.push(new DocumentLink(new Range(number, from, number, from + target.length), pageOf(site, target)));
    }
    if (stored !== undefined) {
      const start = line.length - stored.length;
      const file = stored.endsWith(remark) ? stored.slice(0, -remark.length) : stored;
      found.push(new DocumentLink(new Range(number, start, number, start + file.length), Uri.file(file)));
    }
  }
  return found;
}

/** Whether the line has all of a target: what is escaped or shortened is not what was asked for. */
const isWhole = (target: string): boolean => !/[\\…]/.test(target);

const pageOf = (site: Uri, target: string): Uri => Uri.parse(site.toString().replace(/\/$/, '') + target, true);
