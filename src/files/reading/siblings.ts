/** Files that belong to another one beside which they lie, such as its compressed copies. */
import { statSync } from 'node:fs';
import { FileError, readFailure } from '../fileError';
import { openFile, type OpenFile } from './read';
import type { Root } from '../root';

interface Candidate {
  readonly extension: string;
  readonly segments: readonly string[];
  readonly path: string;
}

interface Sibling {
  readonly extension: string;
  readonly file: OpenFile;
}

export class Siblings {
  private readonly candidates: readonly Candidate[];

  /**
   * @param segments of the file
   * @param extensions what is put behind its name
   * @param notBefore older ones do not count: nanoseconds since the epoch
   */
  constructor(
    private readonly root: Root,
    segments: readonly string[],
    extensions: readonly string[],
    private readonly notBefore: bigint,
  ) {
    this.candidates = extensions.flatMap((extension) => candidate(root, segments, extension) ?? []);
  }

  /** Those that are there and may be read. Whoever asks closes them. */
  open(): Sibling[] {
    const found: Sibling[] = [];
    for (const { extension, segments, path } of this.candidates) {
      const file = this.isNew(path) ? openIfThere(this.root, segments) : undefined;
      if (file !== undefined) found.push({ extension, file });
    }
    return found;
  }

  private isNew(path: string): boolean {
    try {
      const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
      return stat?.isFile() === true && stat.mtimeNs >= this.notBefore;
    } catch (error) {
      expect(error);
      return false;
    }
  }
}

function candidate(root: Root, segments: readonly string[], extension: string): Candidate | undefined {
  const own = segments.with(-1, (segments.at(-1) ?? '') + extension);
  try {
    return { extension, segments: own, path: root.locate(own) };
  } catch (error) {
    expect(error);
    return undefined;
  }
}

function openIfThere(root: Root, segments: readonly string[]): OpenFile | undefined {
  try {
    return openFile(root, segments);
  } catch (error) {
    expect(error);
    return undefined;
  }
}

/** What cannot be read is not there; anything else is thrown on. */
function expect(error: unknown): void {
  const known = readFailure(error);
  if (!(known instanceof FileError)) throw known;
}
