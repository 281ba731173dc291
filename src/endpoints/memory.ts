/** Remembers what small files answer, for as long as the file on disk is provably the same. */
import type { SmallFile } from '../files/small';
import type { Request, Response } from '../http/message';
import type { Answering } from './resource';

interface Entry {
  readonly resource: Answering;
  readonly cost: number;
  /** The same content, read once more: later proof. */
  file: SmallFile;
  /** The turn in which the file was last proven to be as it was. */
  proven: number;
}

/** Most octets kept, coded copies estimated. */
const capacity = 64 * 1024 * 1024;
/** What an entry takes besides its content. */
const overhead = 4096;

const costOf = (file: SmallFile, { copies = 1 }: Answering): number => 2 * copies * file.bytes.length + overhead;

export class Memory {
  private readonly entries = new Map<string, Entry>();
  private cost = 0;
  /** The last turn that had a request which may change files. */
  private changed = 0;

  /** The answer, if the path was asked before and its file is as it was. */
  recall(request: Request): Response | Promise<Response> | undefined {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      this.changed = request.turn;
      return undefined;
    }
    const entry = this.entries.get(request.path);
    return entry !== undefined && this.isCurrent(entry, request.turn) ? entry.resource.answer(request) : undefined;
  }

  /** One look at the disk is enough for a turn, unless it is ourselves who change what is there. */
  private isCurrent(entry: Entry, turn: number): boolean {
    if (entry.proven === turn && this.changed !== turn) return true;
    if (!entry.file.isCurrent()) return false;
    entry.proven = turn;
    return true;
  }

  /**
   * Keeps what `path` shows.
   *
   * @returns the resource kept before, if nothing has changed, else that of `make`
   */
  keep(path: string, file: SmallFile, make: () => Answering): Answering {
    const known = this.entries.get(path);
    if (known?.file.hasSameContent(file) === true) {
      known.file = file;
      return known.resource;
    }
    const resource = make();
    const entry = { file, resource, cost: costOf(file, resource), proven: 0 };
    this.forget(path);
    this.entries.set(path, entry);
    this.cost += entry.cost;
    this.evict();
    return entry.resource;
  }

  private forget(path: string): void {
    const entry = this.entries.get(path);
    if (entry === undefined) return;
    this.entries.delete(path);
    this.cost -= entry.cost;
  }

  /** The longest kept go first. */
  private evict(): void {
    for (const path of this.entries.keys()) {
      if (this.cost <= capacity) return;
      this.forget(path);
    }
  }
}
