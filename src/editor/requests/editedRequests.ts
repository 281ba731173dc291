/**
 * Requests that are being edited, to be sent again: documents that are nowhere but in memory. An editor keeps backups of what
 * is not saved, on disk; so each change is saved at once, before it gets to that.
 */
import { Disposable, EventEmitter, FileSystemError, FileType, workspace } from 'vscode';
import type { FileChangeEvent, FileStat, FileSystemProvider, TextDocument, Uri } from 'vscode';
import { editScheme } from './requestUris';

interface Edited {
  readonly bytes: Uint8Array;
  readonly mtime: number;
}

export class EditedRequests implements FileSystemProvider, Disposable {
  readonly #files = new Map<string, Edited>();
  readonly #changes = new EventEmitter<FileChangeEvent[]>();
  readonly #subscription: Disposable;

  readonly onDidChangeFile = this.#changes.event;

  constructor() {
    this.#subscription = Disposable.from(
      workspace.registerFileSystemProvider(editScheme, this, { isCaseSensitive: true }),
      workspace.onDidChangeTextDocument(({ document }) => void this.#save(document)),
      workspace.onDidCloseTextDocument(({ uri }) => void this.#files.delete(uri.path)),
    );
  }

  /** @returns whether there is such a document already */
  has(uri: Uri): boolean {
    return this.#files.has(uri.path);
  }

  put(uri: Uri, text: string): void {
    this.writeFile(uri, Buffer.from(text));
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changes.dispose();
    this.#files.clear();
  }

  watch(): Disposable {
    return new Disposable(() => undefined);
  }

  stat(uri: Uri): FileStat {
    const { bytes, mtime } = this.#file(uri);
    return { type: FileType.File, ctime: 0, mtime, size: bytes.length };
  }

  readFile(uri: Uri): Uint8Array {
    return this.#file(uri).bytes;
  }

  writeFile(uri: Uri, bytes: Uint8Array): void {
    const before = this.#files.get(uri.path)?.mtime ?? 0;
    this.#files.set(uri.path, { bytes, mtime: Math.max(before + 1, Date.now()) });
  }

  readDirectory(): never {
    throw FileSystemError.NoPermissions();
  }

  createDirectory(): never {
    throw FileSystemError.NoPermissions();
  }

  delete(): never {
    throw FileSystemError.NoPermissions();
  }

  rename(): never {
    throw FileSystemError.NoPermissions();
  }

  #file(uri: Uri): Edited {
    const file = this.#files.get(uri.path);
    if (file === undefined) throw FileSystemError.FileNotFound(uri);
    return file;
  }

  async #save(document: TextDocument): Promise<void> {
    if (document.uri.scheme === editScheme && document.isDirty) await document.save();
  }
}
