/** A ZIP archive that is made as it is read: files are opened one after the other, and nothing is kept but the plan. */
import { crc32 } from 'node:zlib';
import { FileError } from '../fileError';
import type { Pace } from '../pace';
import type { ArchivePlan, Planned } from './archivePlan';
import { openFile, type OpenFile } from './read';
import { centralHeader, centralSize, dataDescriptor, endOfArchive, isFolder, localHeader, placeSize } from './zip';

/** Central headers that are made at once. */
const atOnce = 64;

/** `content`: of the file at `index`. `central`: the headers from `index` on. */
type State =
  | { readonly at: 'entry' | 'central'; readonly index: number }
  | { readonly at: 'content'; readonly index: number; readonly file: OpenFile; position: number; checksum: number }
  | { readonly at: 'end' };

/** To be read in order and once, and closed by whoever reads it, read or not. */
export class Archive {
  /** In octets. */
  readonly length: number;
  private state: State;
  /** What is to be handed out before anything else. */
  private ready: Buffer = Buffer.alloc(0);
  private readonly checksums: Uint32Array;
  /** Of the local headers. */
  private readonly offsets: Float64Array;
  /** Where the central headers begin, and how long they are. */
  private readonly central: { readonly offset: number; readonly length: number };

  /**
   * @param pace of the work, one slice for each piece
   * @param onClose called once
   */
  constructor(
    private readonly plan: ArchivePlan,
    private readonly pace: Pace,
    private readonly onClose: () => void,
  ) {
    const { entries } = plan;
    this.checksums = new Uint32Array(entries.length);
    this.offsets = new Float64Array(entries.length);
    let [offset, length] = [0, 0];
    for (const [i, entry] of entries.entries()) {
      this.offsets[i] = offset;
      length += centralSize(entry, offset);
      offset += placeSize(entry);
    }
    this.central = { offset, length };
    this.length = offset + length + endOfArchive(entries.length, offset, length).length;
    this.state = this.entryAt(0);
  }

  /**
   * Fills `into`, or its beginning; resolves to the number of octets, 0 at the end.
   *
   * @throws FileError if a file is not what it was; what ended the work
   */
  async read(into: Buffer): Promise<number> {
    await this.pace.rest();
    let filled = 0;
    while (filled < into.length && !(filled > 0 && this.pace.due())) {
      const count = await this.readSome(into.subarray(filled));
      if (count === 0 && this.ready.length === 0) break;
      filled += count;
    }
    return filled;
  }

  close(): void {
    if (this.state.at === 'content') this.state.file.close();
    this.state = { at: 'end' };
    this.onClose();
  }

  private async readSome(into: Buffer): Promise<number> {
    if (this.ready.length === 0) return this.advance(into);
    const count = this.ready.copy(into);
    this.ready = this.ready.subarray(count);
    return count;
  }

  /** Makes something ready, or puts content into `into`. @returns the number of octets put */
  private async advance(into: Buffer): Promise<number> {
    const { state } = this;
    switch (state.at) {
      case 'entry':
        this.begin(state.index);
        return 0;
      case 'content':
        return this.readContent(state, into);
      case 'central':
        this.tellCentral(state.index);
        return 0;
      case 'end':
        return 0;
    }
  }

  private entryAt(index: number): State {
    return index < this.plan.entries.length ? { at: 'entry', index } : { at: 'central', index: 0 };
  }

  private begin(index: number): void {
    const entry = this.plan.entries[index];
    if (entry === undefined) return;
    this.ready = localHeader(entry);
    if (isFolder(entry)) this.finish(entry, index, 0);
    else this.state = { at: 'content', index, file: this.open(entry), position: 0, checksum: 0 };
  }

  private open(entry: Planned): OpenFile {
    const file = openFile(this.plan.root, [...this.plan.top, ...entry.name.split('/')]);
    if (file === undefined) throw changed();
    if (isAsPlanned(file.size, file.stat, entry)) return file;
    file.close();
    throw changed();
  }

  private async readContent(state: State & { at: 'content' }, into: Buffer): Promise<number> {
    const { file, index } = state;
    const rest = file.size - state.position;
    const count = rest === 0 ? 0 : await file.read(into.subarray(0, Math.min(into.length, rest)), state.position);
    if (rest > 0 && count === 0) throw changed();
    state.position += count;
    state.checksum = crc32(into.subarray(0, count), state.checksum);
    if (count === rest) this.endContent(state, this.plan.entries[index]);
    return count;
  }

  private endContent({ file, index, checksum }: State & { at: 'content' }, entry: Planned | undefined): void {
    if (entry === undefined || !isAsPlanned(file.size, file.restat(), entry)) throw changed();
    file.close();
    this.finish(entry, index, checksum);
  }

  private finish(entry: Planned, index: number, checksum: number): void {
    this.checksums[index] = checksum;
    this.ready = Buffer.concat([this.ready, dataDescriptor(entry, checksum)]);
    this.state = this.entryAt(index + 1);
  }

  private tellCentral(from: number): void {
    const { offset, length } = this.central;
    const some = this.plan.entries.slice(from, from + atOnce);
    this.ready = Buffer.concat(
      some.map((entry, i) => centralHeader(entry, this.checksums[from + i] ?? 0, this.offsets[from + i] ?? 0)),
    );
    if (some.length > 0) this.state = { at: 'central', index: from + some.length };
    else {
      this.ready = endOfArchive(this.plan.entries.length, offset, length);
      this.state = { at: 'end' };
    }
  }
}

function isAsPlanned(size: number, stat: OpenFile['stat'], entry: Planned): boolean {
  return size === entry.size && stat.mtimeNs === entry.times[0] && stat.ctimeNs === entry.times[1];
}

const changed = (): FileError => new FileError('busy', 'A file has changed while it was archived.');
