/** The uploads of one server: what killed servers left is removed before the first, and none is left when it stops. */
import { finishAll } from './batch';
import { journal } from './journal';
import { cancelled, Progress, type Source, type Tell } from './progress';
import type { Root } from './root';
import { Upload, type Check, type Stored } from './write';

/** Numbers are not used twice, though one thread may have several servers. */
let count = 0;

export class Uploads {
  private readonly unfinished = new Map<number, Upload>();
  private readonly progress: Progress | undefined;
  private whenNone: (() => void)[] = [];

  /** @param tell hears of uploads that take a while; see {@link Progress} */
  constructor(tell?: Tell) {
    this.progress = tell && new Progress(this.unfinished, tell);
    journal.sweep();
  }

  /**
   * Begins to store a file. Whoever begins an upload finishes it or discards it.
   *
   * @param source the upload can be seen and cancelled by it
   * @throws FileError; whatever `check` throws
   */
  begin(root: Root, segments: readonly string[], check: Check, source?: Source): Upload {
    const id = ++count;
    const upload = new Upload(root, segments, check, () => this.remove(id), source);
    this.unfinished.set(id, upload);
    this.watch();
    return upload;
  }

  /** An upload begins, or is gone on with. */
  watch(): void {
    this.progress?.watch();
  }

  /** Has an upload fail, and all files that come from the same source. @param id as its progress tells it */
  cancel(id: number): void {
    this.unfinished.get(id)?.source?.fail(cancelled());
  }

  /**
   * Stores `content` as the file of these segments. If anything fails, the old file is as it was and nothing new is
   * there.
   *
   * @throws FileError; whatever `content` or `check` throws
   */
  async store(
    root: Root,
    segments: readonly string[],
    content: AsyncIterable<Uint8Array>,
    check: Check,
    source?: Source,
  ): Promise<Stored> {
    const upload = this.begin(root, segments, check, source);
    try {
      for await (const bytes of content) await upload.write(bytes);
      return upload.finish();
    } catch (error) {
      upload.discard();
      throw error;
    }
  }

  /** As {@link store}, of little content that is all here. */
  storeNow(root: Root, segments: readonly string[], content: Uint8Array, check: Check): Stored {
    const upload = this.begin(root, segments, check);
    try {
      upload.writeNow(content);
      return upload.finishAtOnce();
    } catch (error) {
      upload.discard();
      throw error;
    }
  }

  /**
   * Stores several files, all or none: `fill` begins them by {@link begin} and puts them into the list it is given.
   *
   * @throws FileError; whatever `fill` or a check throws
   */
  async storeAll(fill: (uploads: Upload[]) => Promise<void>): Promise<Stored[]> {
    const uploads: Upload[] = [];
    try {
      await fill(uploads);
      return finishAll(uploads);
    } catch (error) {
      // Those that came later may lie in folders that were made for earlier ones.
      for (const upload of uploads.toReversed()) upload.discard();
      throw error;
    }
  }

  /** Resolves when no upload is under way: to be called when their content will not come any more. */
  async end(): Promise<void> {
    if (this.unfinished.size > 0) await new Promise<void>((resolve) => this.whenNone.push(resolve));
    this.progress?.end();
    journal.close();
  }

  private remove(id: number): void {
    this.unfinished.delete(id);
    if (this.unfinished.size > 0) return;
    for (const resolve of this.whenNone.splice(0)) resolve();
  }
}
