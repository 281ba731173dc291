/** Sends the server what is in editors and not saved, so that pages follow the typing. */
import { Disposable, workspace } from 'vscode';
import type { TextDocument } from 'vscode';
import type { Controller } from '../server/controller';
import { sitePath } from './liveReload';

/** How long after a change its text is sent, in milliseconds; what is typed meanwhile is sent with it. */
const delay = 120;

/** Of long texts a change is sent later, so that no more than about 1,000 UTF-16 code units per millisecond are sent. */
export const delayFor = (length: number): number => Math.max(delay, length / 1000);

/** Longer texts are shown as they are on disk. In UTF-16 code units. */
const longest = 2 * 1024 * 1024;

export class Unsaved implements Disposable {
  readonly #controller: Controller;
  readonly #subscriptions: Disposable;
  /** Documents whose text the server has, or is about to get, by path of the site. */
  readonly #sent = new Set<string>();
  readonly #waiting = new Map<TextDocument, NodeJS.Timeout>();

  constructor(controller: Controller) {
    this.#controller = controller;
    this.#subscriptions = Disposable.from(
      controller.onDidChangeState(() => this.#sendAll()),
      workspace.onDidOpenTextDocument((document) => this.#note(document)),
      workspace.onDidChangeTextDocument(({ document }) => this.#note(document)),
      workspace.onDidSaveTextDocument((document) => this.#drop(document)),
      workspace.onDidCloseTextDocument((document) => this.#drop(document)),
    );
  }

  dispose(): void {
    this.#forget();
    this.#subscriptions.dispose();
  }

  /** Sends all texts: the server may be new, or serve another folder than before, or not want any. */
  #sendAll(): void {
    this.#forget();
    for (const document of workspace.textDocuments) this.#send(document);
  }

  #forget(): void {
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
    this.#sent.clear();
  }

  /** Notes a change. A document that is undone to what is on disk is not dirty any more. */
  #note(document: TextDocument): void {
    if (!document.isDirty) this.#drop(document);
    else if (this.#pathOf(document) !== undefined && !this.#waiting.has(document)) {
      this.#waiting.set(
        document,
        setTimeout(() => this.#send(document), delayFor(lengthOf(document))),
      );
    }
  }

  #send(document: TextDocument): void {
    this.#cancel(document);
    const path = this.#pathOf(document);
    if (path === undefined || document.isClosed || !document.isDirty) return;
    const text = document.getText();
    if (text.length > longest) {
      this.#drop(document);
      return;
    }
    this.#sent.add(path);
    this.#controller.tell({ type: 'unsaved', path, text });
  }

  #drop(document: TextDocument): void {
    this.#cancel(document);
    const path = this.#pathOf(document);
    if (path === undefined || !this.#sent.delete(path)) return;
    this.#controller.tell({ type: 'unsaved', path, text: undefined });
  }

  #cancel(document: TextDocument): void {
    clearTimeout(this.#waiting.get(document));
    this.#waiting.delete(document);
  }

  /** Where the site has the document; undefined if it has not, or does not want to. */
  #pathOf({ uri }: TextDocument): string | undefined {
    const { state } = this.#controller;
    if (uri.scheme !== 'file' || state.kind !== 'running' || !state.site.serveUnsaved) return undefined;
    return sitePath(state.site.directory, uri.fsPath);
  }
}

/** The length of a document in UTF-16 code units, without making its text. */
const lengthOf = (document: TextDocument): number =>
  document.offsetAt(document.lineAt(document.lineCount - 1).range.end);
