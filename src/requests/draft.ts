/** One exchange while it is noted down. */
import type { Recording, WantedContent } from '../recording';

/** What all drafts of a store share. */
export interface Desk {
  /** Most octets of content of one request. */
  readonly most: number;
  /** Makes room for so many more octets; false if there cannot be. */
  reserve(octets: number): boolean;
  release(octets: number): void;
}

const nothing = new Uint8Array(0);

/** Content that is small needs no growing. */
const smallest = 256;

/** Memory of so many octets or fewer comes from Node.js's pool: most content is small, and forgotten when its exchange ends. */
const pooled = 2048;

/** All have one shape: there may be thousands a second. */
export class Draft implements Recording {
  requestHead = '';
  responseHead = '';
  port = 0;
  wanted: WantedContent = 'nothing';
  received: number | undefined;
  answered: number | undefined;
  /** Whether the guard has let the request in. */
  admitted = false;
  /** Octets of content that came by while there was no room for them. */
  missed = 0;
  private memory: Uint8Array = nothing;
  private length = 0;
  private phase: 'open' | 'closed' = 'open';

  /**
   * @param begun the number of the exchange among those that began
   * @param shared whether it is one of a folder shared on the network
   */
  constructor(
    private readonly desk: Desk,
    readonly begun: number,
    readonly shared: boolean,
  ) {}

  get room(): number {
    return this.phase === 'open' && this.missed === 0 ? this.desk.most - this.length : 0;
  }

  take(content: Uint8Array): void {
    if (this.phase === 'closed') return;
    // What follows a gap is of no use to anybody.
    const most = Math.min(content.length, this.room);
    const fits = most > 0 && this.grow(this.length + most) ? most : 0;
    this.missed += content.length - fits;
    if (fits === 0) return;
    this.memory.set(content.subarray(0, fits), this.length);
    this.length += fits;
  }

  /** Ends the noting down. What the content takes up stays reserved. @returns how many octets of it there are */
  close(): number {
    this.phase = 'closed';
    return this.length;
  }

  /** The content, in memory that keeps no more than this. */
  get content(): Uint8Array {
    const content = this.memory.subarray(0, this.length);
    return this.memory.length <= pooled ? Uint8Array.from(content) : content;
  }

  /** The content is not kept. */
  forgetContent(): void {
    this.desk.release(this.memory.length);
    this.memory = nothing;
    this.length = 0;
  }

  /** Octets that the content takes up. */
  get reserved(): number {
    return this.memory.length;
  }

  /** Twice as much at a time, so that content in many pieces is copied a few times at most. */
  private grow(needed: number): boolean {
    const { memory } = this;
    if (needed <= memory.length) return true;
    const size = Math.min(this.desk.most, Math.max(smallest, 2 ** Math.ceil(Math.log2(needed))));
    if (!this.desk.reserve(size - memory.length)) return false;
    this.memory = size <= pooled ? Buffer.allocUnsafe(size) : new Uint8Array(size);
    this.memory.set(memory);
    return true;
  }
}
