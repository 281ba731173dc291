/** The uploads of one server: what killed servers left is removed before the first, and none is left when it stops. */
import { finishAll } from './batch';
import { journal } from './journal';
import type { Root } from './root';
import { Upload, type Check, type Stored } from './write';

export class Uploads {
  private readonly unfinished = new Set<Upload>();
  private whenNone: (() => void)[] = [];

  constructor() {
    journal.sweep();
  }

  /**
   * Begins to store a file. Whoever begins an upload finishes it or discards it.
   *
   * @throws FileError; whatever `check` throws
   */
  begin(root: Root, segments: readonly string[], check: Check): Upload {
    const upload = new Upload(root, segments, check, () => this.remove(upload));
    this.unfinished.add(upload);
    return upload;
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
  ): Promise<Stored> {
    const upload = this.begin(root, segments, check);
    try {
      for await (const bytes of content) await upload.write(bytes);
      return upload.finish();
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
    journal.close();
  }

  private remove(upload: Upload): void {
    this.unfinished.delete(upload);
    if (this.unfinished.size > 0) return;
    for (const resolve of this.whenNone.splice(0)) resolve();
  }
}
