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

  /** Ends the noting down, and hands out the content. What it takes up stays reserved. */
  close(): Uint8Array {
    this.phase = 'closed';
    return this.memory.subarray(0, this.length);
  }

  /** What {@link close} handed out is not kept. */
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
    this.memory = new Uint8Array(size);
    this.memory.set(memory);
    return true;
  }
}
