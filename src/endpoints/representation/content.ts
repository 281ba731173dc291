/** The octets of a representation: in memory, in an open file, or coded on the way. */
import { OpenFile } from '../../files/reading/read';
import type { Body, ByteSource } from '../../http/message/message';
import type { ByteRange } from '../../http/message/range';
import type { CodedContent } from './coding';

/** Octets of a known length that can be had from anywhere. */
export type Sliceable = Buffer | OpenFile;

export type Content = Sliceable | Spliced | CodedContent;

export const isSliceable = (content: Content): content is Sliceable =>
  content instanceof OpenFile || content instanceof Buffer;

export const sizeOf = (content: Sliceable | Spliced): number => ('size' in content ? content.size : content.length);

/** The first `length` octets, or all if there are fewer. */
export const startOf = (content: Sliceable | Spliced, length: number): Buffer =>
  'readSync' in content ? content.readSync(length) : content.subarray(0, length);

export function wholeOf(content: Content): Body {
  if (content instanceof OpenFile) return content.slice(0, content.size);
  return content instanceof Spliced ? content.whole() : content;
}

export function rangeOf(content: Sliceable, { start, end }: ByteRange): Body {
  const length = end - start + 1;
  return content instanceof OpenFile ? content.slice(start, length) : content.subarray(start, start + length);
}

export function closeContent(content: Content): void {
  if ('close' in content) content.close();
}

type Piece = Buffer | ByteRange;

/** Octets one after the other, some in memory, some of `content`. */
export class Composite implements ByteSource {
  readonly length: number;
  /** None is empty: a read of nothing means the end. */
  private readonly pieces: readonly Piece[];
  private index = 0;
  private offset = 0;

  /** @param close is called once, when nothing is read any more: by default it closes `content` */
  constructor(
    private readonly content: Sliceable,
    pieces: readonly Piece[],
    readonly close: () => void = () => closeContent(content),
  ) {
    this.pieces = pieces.filter((piece) => lengthOf(piece) > 0);
    this.length = pieces.reduce((sum, piece) => sum + lengthOf(piece), 0);
  }

  /** Fills `into` as far as it can: small pieces share a read. */
  async read(into: Buffer): Promise<number> {
    let filled = 0;
    while (filled < into.length) {
      const count = await this.readSome(into.subarray(filled));
      if (count === 0) break;
      filled += count;
    }
    return filled;
  }

  private async readSome(into: Buffer): Promise<number> {
    const piece = this.pieces[this.index];
    if (piece === undefined) return 0;
    const left = lengthOf(piece) - this.offset;
    const target = into.subarray(0, Math.min(into.length, left));
    const count = isRange(piece) ? await this.readRange(piece, target) : piece.copy(target, 0, this.offset);
    this.offset += count;
    if (count === left) this.next();
    return count;
  }

  private next(): void {
    this.index++;
    this.offset = 0;
  }

  private readRange(range: ByteRange, into: Buffer): number | Promise<number> {
    const start = range.start + this.offset;
    if (this.content instanceof OpenFile) return this.content.read(into, start);
    return this.content.copy(into, 0, start);
  }
}

const isRange = (piece: Piece): piece is ByteRange => !(piece instanceof Buffer);

const lengthOf = (piece: Piece): number => (isRange(piece) ? piece.end - piece.start + 1 : piece.length);

/** An open file into which octets are put as it is read. */
export class Spliced {
  /** In octets. */
  readonly size: number;

  /** @param at where in the file, in octets */
  constructor(
    private readonly file: OpenFile,
    private readonly at: number,
    private readonly inserted: Buffer,
  ) {
    this.size = file.size + inserted.length;
  }

  /** Fills `into`, or its beginning, from `position` on; returns the number of octets, 0 at the end. */
  read(into: Buffer, position: number): number | Promise<number> {
    const { file, at, inserted } = this;
    if (position < at) return file.read(into.subarray(0, at - position), position);
    const end = at + inserted.length;
    return position < end ? inserted.copy(into, 0, position - at) : file.read(into, position - inserted.length);
  }

  /** The beginning; nobody asks for more than that of the file. */
  readSync(length: number): Buffer {
    return this.file.readSync(length);
  }

  whole(): ByteSource {
    const { file, at, inserted } = this;
    return new Composite(file, [{ start: 0, end: at - 1 }, inserted, { start: at, end: file.size - 1 }]);
  }

  close(): void {
    this.file.close();
  }
}
