/** The uploads of one server: none is left when it stops, nor, once the next one has started, when it is killed. */
import { basename, dirname, sep } from 'node:path';
import { Anchors } from './anchors';
import { Flushes } from '../flushes';
import { comparable } from '../names';
import { failureOf } from './failures';
import { freeSegments } from './freeName';
import { FlushRounds } from './flushRounds';
import { finishAll, type Explain } from './uploadGroup';
import { Leftovers, type TellLeftover } from '../unfinished/leftovers';
import { claimPrivateFolder, leavePrivateFolder } from '../unfinished/privateFolder';
import { cancelled, Progress, type UploadSource, type Tell } from './progress';
import type { Root } from '../root';
import { hasLeft, ServerFolder, sweep } from '../unfinished/serverFolder';
import { Staging, type Spot } from './staging';
import { UploadRecords, type UploadRecord } from '../unfinished/uploadRecords';
import { Upload, type Check, type Storage, type Stored, type Wish } from './write';

/** Numbers are not used twice, though one thread may have several servers. */
let count = 0;

/** What whoever runs the server is to know of. */
interface UploadsNews {
  /** Hears of uploads that take a while; see {@link Progress}. */
  readonly onProgress?: Tell | undefined;
  /** There is no private folder: nothing is noted that the next server would have to remove if this one were killed. */
  readonly onNoPrivateFolder?: (() => void) | undefined;
  readonly onLeftover?: TellLeftover | undefined;
}

/** A timer waits no longer than that, in milliseconds: what ends later is looked at again. */
const longestWait = 3_600_000;

/** What is noted of an upload, beside where it lies. */
type Noted = Pick<UploadRecord, 'size' | 'ends' | 'about'>;

interface Keeping {
  readonly id: string;
  readonly upload: Upload;
  readonly noted: Noted;
  readonly root: Root;
  readonly own: ServerFolder;
  readonly records: UploadRecords;
}

/** An upload that somebody can go on with. */
type Unfinished = Pick<UploadRecord, 'size'> & { readonly temporary: string };

/** Uploads that outlive their server. */
export interface Ledger {
  /** @param upload undefined once it is complete */
  readonly write: (id: string, upload: Upload | undefined, noted: Noted) => void;
  /**
   * Has what has come of it, and the note of that, on the disk; one call at a time, and none of `write` meanwhile.
   *
   * @throws FileError: nobody knows what is there then
   */
  readonly keep: (id: string, upload: Upload, noted: Noted) => Promise<void>;
  readonly remove: (id: string) => void;
  /** Whether one is noted, by whichever server. */
  readonly knows: (id: string) => boolean;
  /** What another server has left of one: nobody else gets it then. */
  readonly find: (id: string) => Promise<UploadRecord | undefined>;
}

/** Where a file is to go, and on what terms. */
export interface Goal {
  readonly root: Root;
  readonly segments: readonly string[];
  readonly check: Check;
  /** Whether it gets a number if its name is taken, rather than the place of what is there. */
  readonly isNumbered?: boolean;
  /** As that of a {@link Wish}. */
  readonly mode?: number;
}

export class Uploads {
  private readonly unfinished = new Map<number, Upload>();
  private readonly progress: Progress | undefined;
  private readonly leftovers: Leftovers;
  private readonly anchors = new Anchors();
  readonly flushes = new Flushes();
  private readonly rounds = new FlushRounds(this.flushes);
  /** By the path of the root: what is below one root may be outside of another. */
  private readonly storages = new Map<string, ReturnType<Uploads['storageOf']>>();
  private readonly folders = new Map<string, ServerFolder>();
  private whenNone: (() => void)[] = [];
  private clearing: NodeJS.Timeout | undefined;
  private hasEnded = false;

  /** @param places where the private folder may be; see `privateFolders` */
  constructor(
    private readonly places: readonly string[],
    private readonly news: UploadsNews = {},
  ) {
    const { onProgress, onLeftover } = news;
    this.progress = onProgress && new Progress(this.unfinished, onProgress);
    this.leftovers = new Leftovers((path, code) => onLeftover?.(path, code));
  }

  /** Removes what servers that were killed have left. To be called before the first upload. */
  async prepare(root: Root): Promise<void> {
    const shared = this.storageOf(root).own?.shared;
    if (shared === undefined) return;
    await this.clear(shared);
    leavePrivateFolder(shared);
  }

  /** Does so now, and once more when the first of the uploads ends that were spared. */
  private async clear(shared: string): Promise<void> {
    clearTimeout(this.clearing);
    const next = await sweep(shared);
    if (next === Infinity || this.hasEnded) return;
    const wait = Math.min(Math.max(next - Date.now(), 0) + 1000, longestWait);
    this.clearing = setTimeout(() => void this.clear(shared), wait).unref();
  }

  /** Where uploads into the root are noted that are to outlive this server; undefined if they cannot. */
  ledger(root: Root): Ledger | undefined {
    const { own } = this.storageOf(root);
    if (own === undefined) return undefined;
    const { shared } = own;
    const records = new UploadRecords(shared);
    return {
      write: (id, upload, { size, ends, about }) => {
        const owner = basename(own.claim());
        records.write(id, { owner, root: root.path, temporary: upload?.temporaryPath, size, ends, about });
      },
      keep: (id, upload, noted) => this.keep({ id, upload, noted, root, own, records }),
      remove: (id) => records.remove(id),
      knows: (id) => records.read(id)?.root === root.path,
      find: async (id) => {
        const record = records.read(id);
        const isHere = record?.root === root.path && record.ends > Date.now();
        if (!isHere || !(await hasLeft(shared, record.owner))) return undefined;
        const mine = { ...record, owner: basename(own.claim()) };
        return records.take(id, record.owner, mine) ? mine : undefined;
      },
    };
  }

  private async keep({ id, upload, noted, root, own, records }: Keeping): Promise<void> {
    const { flushes } = this;
    try {
      await upload.flush();
      await own.keep(flushes);
      const temporary = upload.temporaryPath;
      const isBelow = temporary.startsWith(root.path + sep);
      await flushes.placeOwn(dirname(temporary), isBelow ? root.path : dirname(own.shared));
      await records.keep(id, { owner: basename(own.path), root: root.path, temporary, ...noted }, flushes);
    } catch (error) {
      throw failureOf(error);
    }
  }

  /**
   * Goes on with an upload of a server that is no more.
   *
   * @throws FileError; whatever the goal’s check throws
   */
  adopt(goal: Goal, { temporary: path, size }: Unfinished): Upload {
    const { own } = this.storageOf(goal.root);
    // When it is let go of, what its server had made around it is removed, too.
    const spot: Spot = { path, pathFrom: () => path, release: () => own && void this.clear(own.shared) };
    return awaiting(this.start(goal, false, undefined, { size, spot }));
  }

  /** Removes what an earlier server has left of an upload. */
  abandon({ temporary }: Unfinished): void {
    this.leftovers.remove(temporary, () => undefined);
  }

  /**
   * Begins to store a file. Whoever begins an upload finishes it or discards it.
   *
   * @param source the upload can be seen and cancelled by it
   * @throws FileError; whatever `check` throws
   */
  begin(goal: Goal, source?: UploadSource): Upload {
    return awaiting(this.start(goal, false, source));
  }

  private start(goal: Goal, isWhole: boolean, source?: UploadSource, found?: Wish['found']): Upload {
    const { root, segments, check, isNumbered, mode } = goal;
    const id = ++count;
    const rename = (): readonly string[] => freeSegments(root, segments, (path) => this.isClaimed(root, path));
    const wish: Wish = {
      segments,
      check,
      isWhole,
      mode,
      ...(isNumbered === true && { rename }),
      ...(found && { found }),
    };
    const upload = new Upload(this.storageOf(root), wish, () => this.remove(id), source);
    this.unfinished.set(id, upload);
    this.watch();
    return upload;
  }

  /** Whether an upload is on its way there: names that differ may be one to the file system. */
  private isClaimed({ platform }: Root, path: readonly string[]): boolean {
    const wanted = comparable(path.join('/'), platform);
    for (const upload of this.unfinished.values()) if (comparable(upload.path, platform) === wanted) return true;
    return false;
  }

  private storageOf(root: Root): Storage & { readonly own: ServerFolder | undefined } {
    const known = this.storages.get(root.path);
    if (known?.root === root) return known;
    const { leftovers, anchors } = this;
    const own = this.folderFor(root);
    if (own === undefined) this.news.onNoPrivateFolder?.();
    const storage = {
      root,
      own,
      leftovers,
      anchors,
      journal: own?.journal,
      staging: new Staging(root, own, leftovers),
    };
    this.storages.set(root.path, storage);
    return storage;
  }

  private folderFor(root: Root): ServerFolder | undefined {
    const shared = claimPrivateFolder(this.places, root);
    if (shared === undefined) return undefined;
    const folder = this.folders.get(shared) ?? new ServerFolder(shared);
    this.folders.set(shared, folder);
    return folder;
  }

  /** To be called when an upload begins, or is gone on with. */
  watch(): void {
    this.progress?.watch();
  }

  /** Has an upload fail, and all files that come from the same source. @param id as its progress tells it */
  cancel(id: number): void {
    this.unfinished.get(id)?.source?.fail(cancelled());
  }

  /**
   * Stores what `fill` writes as the file of the goal. If anything fails, the old file is as it was and nothing
   * new is there.
   *
   * @throws FileError; whatever `fill` or `check` throws
   */
  async store(goal: Goal, fill: (upload: Upload) => Promise<void>, source?: UploadSource): Promise<Stored> {
    const upload = this.begin(goal, source);
    try {
      await fill(upload);
      return await this.finish(upload);
    } catch (error) {
      upload.discard();
      throw error;
    }
  }

  /**
   * Puts the file of an upload in its place, on the disk where that is wanted.
   *
   * @throws FileError; whatever its check throws: then it is still to be discarded
   */
  async finish(upload: Upload): Promise<Stored> {
    if (!upload.isSynced) return upload.finish();
    const [stored] = await this.rounds.finish([upload], (error) => error);
    if (stored === undefined) throw new Error('One upload is one file.');
    return stored;
  }

  /** As {@link store}, of little content that is all here; where nothing has to be on the disk. */
  storeNow(goal: Goal, content: Uint8Array): Stored {
    const upload = this.start(goal, true);
    try {
      upload.writeNow(content);
      return upload.finishAtOnce();
    } catch (error) {
      upload.discard();
      throw error;
    }
  }

  /** As {@link storeNow}, on the disk: `content` is written at once, and then all waits for the disk. */
  async storeOnDisk(goal: Goal, content: Uint8Array): Promise<Stored> {
    const upload = this.start(goal, true);
    try {
      upload.writeNow(content);
      upload.awaitDisk();
      return await this.finish(upload);
    } catch (error) {
      upload.discard();
      throw error;
    }
  }

  /**
   * Stores several files, all or none: `fill` begins them by {@link begin} and puts them into the list it is given.
   *
   * @param explain what is thrown of a failure at the end, when all of them have come
   * @throws whatever `fill` throws; what `explain` makes of a FileError, or of what a check throws
   */
  async storeAll(fill: (uploads: Upload[]) => Promise<void>, explain: Explain): Promise<Stored[]> {
    const uploads: Upload[] = [];
    try {
      await fill(uploads);
      const isSynced = uploads.some(({ isSynced }) => isSynced);
      return isSynced ? await this.rounds.finish(uploads, explain) : finishAll(uploads, explain);
    } catch (error) {
      // Those that came later may lie in folders that were made for earlier ones.
      for (const upload of uploads.toReversed()) upload.discard();
      throw error;
    }
  }

  /** Resolves when no upload is under way: to be called when their content will not come any more. */
  async end(): Promise<void> {
    if (this.unfinished.size > 0) await new Promise<void>((resolve) => this.whenNone.push(resolve));
    this.hasEnded = true;
    clearTimeout(this.clearing);
    this.progress?.end();
    this.leftovers.end();
    for (const folder of this.folders.values()) folder.close();
  }

  private remove(id: number): void {
    this.unfinished.delete(id);
    if (this.unfinished.size > 0) return;
    for (const resolve of this.whenNone.splice(0)) resolve();
  }
}

/** Content is still to come. @throws FileError: then nothing is left of it */
function awaiting(upload: Upload): Upload {
  try {
    upload.await();
    return upload;
  } catch (error) {
    upload.discard();
    throw failureOf(error);
  }
}
