/** Tells how far the uploads have come that take a while. */
import { FileError } from '../fileError';
import type { Upload } from './write';

/** How long an upload is under way before it is told of, in milliseconds. */
const quiet = 2000;
/** How often an upload is told of then, in milliseconds. */
const interval = 500;
/** How long an upload that comes in parts may wait for its next one and still count as under way, in milliseconds. */
const patience = 5000;
/** Over how long a rate is smoothed, in milliseconds. */
const smoothing = 3000;

/** Where the content of one upload, perhaps of several files, comes from. */
export interface UploadSource {
  /** In octets; undefined as long as nobody knows. */
  readonly length: number | undefined;
  /** How long nobody has been sending it, in milliseconds; absent where that would be its end. */
  readonly idle?: number;
  /** Has whoever reads it get `error` instead of what would have come. */
  fail(error: Error): void;
}

/** How far an upload has come. */
export interface UploadProgress {
  /** The number by which it can be cancelled. */
  readonly upload: number;
  /** Where its file, the last one if there are several, goes: relative to the served folder, with `/`. */
  readonly path: string;
  /** How many files of it there are so far. */
  readonly files: number;
  /** In octets. */
  readonly received: number;
  /** What there will be in the end, in octets; undefined if nobody knows. */
  readonly length: number | undefined;
  /** Octets per second, of late. */
  readonly rate: number;
}

export type Tell = (uploads: readonly UploadProgress[]) => void;

/** The files that come from one source. */
interface Group {
  readonly id: number;
  readonly source: UploadSource;
  readonly files: Upload[];
}

interface UploadRate {
  readonly received: number;
  /** Octets per second. */
  readonly rate: number;
}

/** There is no timer while there is no upload: at most the last one of those that were. */
export class Progress {
  private timer: NodeJS.Timeout | undefined;
  private rates = new Map<UploadSource, UploadRate>();
  private last = 0;

  /**
   * @param uploads that are not finished, in the order in which they began
   * @param tell called with those that have been under way for a while, a few times a second as long as there are any,
   *   and once more when there are none
   */
  constructor(
    private readonly uploads: ReadonlyMap<number, Upload>,
    private readonly tell: Tell,
  ) {}

  /** To be called whenever an upload begins, or is gone on with. */
  watch(): void {
    this.timer ??= setTimeout(() => this.look(), quiet).unref();
  }

  end(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.rates.size > 0) this.tell([]);
    this.rates.clear();
  }

  private look(): void {
    const now = performance.now();
    const groups = groupsOf(this.uploads);
    const told = groups.filter(({ files }) => now - (files[0]?.begun ?? now) >= quiet);
    const rates = new Map(told.map((group) => [group.source, this.rateOf(group, now)]));
    if (told.length > 0 || this.rates.size > 0) this.tell(told.map((group) => progressOf(group, rates)));
    this.rates = rates;
    this.last = now;
    this.timer = groups.length === 0 ? undefined : setTimeout(() => this.look(), interval).unref();
  }

  private rateOf({ source, files }: Group, now: number): UploadRate {
    const received = sizeOf(files);
    const before = this.rates.get(source);
    if (before === undefined) {
      const [first] = files;
      return { received, rate: perSecond(received, now - (first?.begun ?? now)) };
    }
    const elapsed = now - this.last;
    const rate = perSecond(received - before.received, elapsed);
    return { received, rate: before.rate + (rate - before.rate) * Math.min(1, elapsed / smoothing) };
  }
}

const perSecond = (octets: number, ms: number): number => (octets * 1000) / Math.max(ms, 1);
const sizeOf = (files: readonly Upload[]): number => files.reduce((sum, { size }) => sum + size, 0);

/** Those that are under way, the files of one source together. */
function groupsOf(uploads: ReadonlyMap<number, Upload>): Group[] {
  const groups = new Map<UploadSource, Group>();
  for (const [id, upload] of uploads) {
    const { source } = upload;
    if (source === undefined || (source.idle ?? 0) >= patience) continue;
    const group = groups.get(source);
    if (group === undefined) groups.set(source, { id, source, files: [upload] });
    else group.files.push(upload);
  }
  return [...groups.values()];
}

function progressOf({ id, source, files }: Group, rates: ReadonlyMap<UploadSource, UploadRate>): UploadProgress {
  const { received, rate } = rates.get(source) ?? { received: 0, rate: 0 };
  const path = files.at(-1)?.path ?? '';
  return { upload: id, path, files: files.length, received, length: source.length, rate };
}

/** What the client, and the log, are told of an upload that was cancelled. */
export const cancelled = (): FileError =>
  new FileError('cancelled', 'The upload was cancelled by the user of the editor.');
