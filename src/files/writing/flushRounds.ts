/**
 * Uploads that wait for the disk, in rounds: the files of all that have come meanwhile are flushed, take their places, and then
 * their folders are flushed, once for all. A file system writes its journal for the first of them, and finds the others done: who
 * renames one file while another is being flushed only waits for that.
 */
import { FileError } from '../fileError';
import type { Flushes } from '../flushes';
import { failureOf } from './failures';
import { placeAll, readyAll, revertAll, type Explain } from './uploadGroup';
import type { PlacedUpload } from './readyUpload';
import type { Stored, Upload } from './write';

/** Octets beyond which nobody else waits for a file to be flushed. */
const large = 1024 * 1024;
/** How long a round waits at most for others to come, in milliseconds. */
const mostGathered = 5;
/** How often files may have to be flushed once more, as what they replace has another mode by then. */
const attempts = 8;

/** Files that are stored together or not at all. */
interface Group {
  readonly uploads: readonly Upload[];
  readonly explain: Explain;
  readonly resolve: (stored: Stored[]) => void;
  readonly reject: (error: unknown) => void;
  rounds: number;
}

interface PlacedGroup {
  readonly group: Group;
  readonly placed: readonly PlacedUpload[];
  readonly stored: Stored[];
}

export class FlushRounds {
  private waiting: Group[] = [];
  private isRunning = false;
  /** How many there were in the last round, and how long it took, in milliseconds. */
  private last = { size: 1, took: 0 };
  /** Has the next round begin, if it waits. */
  private begin: () => void = () => undefined;

  constructor(private readonly flushes: Flushes) {}

  /**
   * As `finishAll`, on the disk. What the files replace goes only when their folders are flushed.
   *
   * @throws as `finishAll`; a FileError if the disk fails, then they are taken back, as soon as it lets that be
   */
  async finish(uploads: readonly Upload[], explain: Explain): Promise<Stored[]> {
    for (const upload of uploads) if (upload.size > large) await flushAlone(upload, explain);
    return new Promise((resolve, reject) => {
      this.waiting.push({ uploads, explain, resolve, reject, rounds: 0 });
      if (this.waiting.length >= this.last.size) this.begin();
      void this.run();
    });
  }

  private async run(): Promise<void> {
    if (this.isRunning) return;
    this.isRunning = true;
    while (this.waiting.length > 0) {
      await this.gather();
      const began = performance.now();
      const groups = this.waiting.splice(0);
      const flushed = await flushFiles(groups);
      await this.flushFolders(flushed.flatMap((group) => this.place(group) ?? []));
      this.last = { size: groups.length, took: performance.now() - began };
    }
    this.isRunning = false;
  }

  /** Whoever was told at the end of the last round may be on the way again: they are waited for, for a tenth of what it took. */
  private async gather(): Promise<void> {
    const { size, took } = this.last;
    // Those that have come together are all there a moment later.
    await Promise.resolve();
    if (this.waiting.length >= size) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.begin = resolve;
      timer = setTimeout(resolve, Math.min(took / 10, mostGathered));
    });
    clearTimeout(timer);
  }

  /** Undefined if it has failed, or is to be flushed once more. */
  private place(group: Group): PlacedGroup | undefined {
    const { uploads, explain } = group;
    return attempted(group, () => {
      const all = readyAll(uploads, explain);
      if (uploads.every(({ isOnDisk }) => isOnDisk))
        return { group, placed: placeAll(all, explain), stored: all.map(({ ready }) => ready.stored) };
      if (++group.rounds > attempts) throw new FileError('busy', 'The file is being replaced again and again.');
      this.waiting.push(group);
      return undefined;
    });
  }

  private async flushFolders(all: readonly PlacedGroup[]): Promise<void> {
    await Promise.all(
      all.map(async (one) => {
        const flushes = one.placed.map(({ folder }) => this.flushes.place(folder));
        end(one, await Promise.allSettled(flushes));
      }),
    );
  }
}

/** Of a file that takes a while: in a round, all would wait for it. */
async function flushAlone(upload: Upload, explain: Explain): Promise<void> {
  if (!upload.isDressed) readyAll([upload], explain);
  await flushOne(upload, explain);
}

/** @returns those of which all files are on the disk now */
async function flushFiles(groups: readonly Group[]): Promise<readonly Group[]> {
  const dressed = groups.filter((group) => {
    const { uploads, explain } = group;
    const undressed = uploads.filter(({ isDressed }) => !isDressed);
    return attempted(group, () => readyAll(undressed, explain)) !== undefined;
  });
  const flushed = await Promise.all(
    dressed.map(async (group) => {
      const { uploads, explain } = group;
      const all = await Promise.allSettled(uploads.map((upload) => flushOne(upload, explain)));
      const failed = all.find((each) => each.status === 'rejected');
      if (failed !== undefined) group.reject(failed.reason);
      return failed === undefined;
    }),
  );
  return dressed.filter((_, i) => flushed[i]);
}

async function flushOne(upload: Upload, explain: Explain): Promise<void> {
  try {
    await upload.flush();
  } catch (error) {
    throw explain(error, upload);
  }
}

/** What `work` returns; undefined if it throws, which only its group is told of. */
function attempted<T>(group: Group, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    group.reject(error);
    return undefined;
  }
}

function end({ group, placed, stored }: PlacedGroup, flushed: readonly PromiseSettledResult<void>[]): void {
  const { uploads, explain, resolve } = group;
  const index = flushed.findIndex(({ status }) => status === 'rejected');
  const [upload, failed] = [uploads[index], flushed[index]];
  attempted(group, () => {
    if (upload === undefined || failed?.status !== 'rejected') for (const one of placed) one.commit();
    else {
      revertAll(placed);
      throw explain(failureOf(failed.reason), upload);
    }
    resolve(stored);
  });
}
