/** Remembers what small files answer, for as long as the file on disk is provably the same. */
import type { SmallFile } from '../../files/reading/small';
import type { Request, Response } from '../../http/message/message';
import { plainPath } from '../common/path';
import type { Answering } from './resource';

interface Entry {
  readonly resource: Answering;
  readonly cost: number;
  /** The same content, read once more: later proof. */
  file: SmallFile;
  /** The batch in which the file was last proven to be as it was. */
  proven: number;
  /** Whether it was asked for since it last might have had to go. */
  used: boolean;
}

/** What an entry takes besides its content. */
const overhead = 4096;

const costOf = (file: SmallFile, { copies = 1 }: Answering): number => 2 * copies * file.bytes.length + overhead;

export class ResponseCache {
  /** The entries, by the decoded path: in how many ways a client can write it does not matter. */
  private readonly entries = new Map<string, Entry>();
  private cost = 0;
  /** The last batch that had a request which may change files. */
  private changed = 0;

  /** @param capacity most octets kept, coded copies estimated */
  constructor(private readonly capacity: number) {}

  /** The answer, if the path was asked before and its file is as it was. */
  recall(request: Request): Response | Promise<Response> | undefined {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      this.changed = request.batch;
      return undefined;
    }
    const { path } = request;
    const entry = this.entries.get(path.includes('%') ? (plainPath(path) ?? path) : path);
    if (entry === undefined || !this.isCurrent(entry, request.batch)) return undefined;
    entry.used = true;
    return entry.resource.answer(request);
  }

  /** One look at the disk is enough for a batch, unless it is ourselves who change what is there. */
  private isCurrent(entry: Entry, batch: number): boolean {
    if (entry.proven === batch && this.changed !== batch) return true;
    if (!entry.file.isCurrent()) return false;
    entry.proven = batch;
    return true;
  }

  /**
   * Keeps what `path` shows, unless that is an odd way to write it: of these there is no end.
   *
   * @returns the resource kept before, if nothing has changed, else that of `make`
   */
  keep(path: string, file: SmallFile, make: () => Answering): Answering {
    const key = plainPath(path);
    if (key === undefined) return make();
    const known = this.entries.get(key);
    if (known?.file.hasSameContent(file) === true) {
      known.file = file;
      return known.resource;
    }
    const resource = make();
    this.forget(key);
    this.add(key, { file, resource, cost: costOf(file, resource), proven: 0, used: false });
    this.evict();
    return resource;
  }

  private add(key: string, entry: Entry): void {
    this.entries.set(key, entry);
    this.cost += entry.cost;
  }

  private forget(key: string): void {
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    this.entries.delete(key);
    this.cost -= entry.cost;
  }

  /** Lets go of the entries that were kept longest; one that was asked for meanwhile has another round. */
  private evict(): void {
    for (const [key, entry] of this.entries) {
      if (this.cost <= this.capacity) return;
      this.forget(key);
      if (entry.used) this.add(key, Object.assign(entry, { used: false }));
    }
  }
}
