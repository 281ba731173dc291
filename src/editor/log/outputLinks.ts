/** Links in what output channels show. */
import { DocumentLink, languages, Range } from 'vscode';
import type { Disposable, TextDocument, Uri } from 'vscode';

/** Only the end of a long text gets links: looking for them must not cost more than what writes it. */
const mostLines = 1000;

/** Where in a line a link is, in code units of UTF-16, and where it leads. */
export interface LineLink {
  readonly start: number;
  readonly length: number;
  readonly target: Uri;
}

type LinksOfLine = (line: string) => readonly LineLink[];

/** @param of what has links in the lines of a document; undefined for one that is somebody else's */
export function linkOutput(of: (document: TextDocument) => LinksOfLine | undefined): Disposable {
  return languages.registerDocumentLinkProvider(
    { scheme: 'output' },
    {
      provideDocumentLinks(document) {
        const linksOf = of(document);
        return linksOf === undefined ? [] : linksIn(document, linksOf);
      },
    },
  );
}

function linksIn(document: TextDocument, linksOf: LinksOfLine): DocumentLink[] {
  const found: DocumentLink[] = [];
  for (let number = Math.max(0, document.lineCount - mostLines); number < document.lineCount; number++) {
    for (const { start, length, target } of linksOf(document.lineAt(number).text)) {
      found.push(new DocumentLink(new Range(number, start, number, start + length), target));
    }
  }
  return found;
}
