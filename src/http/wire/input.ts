/** What a connection has received and not used yet, and the reading of a head from it. */
import type { Limits } from '../../options';
import { HttpError } from '../message/httpError';
import { checkPartialHead, parseHead, type Head } from './head';
import { Sections } from './sections';

const nothing = Buffer.alloc(0);
/** In octets. */
const mostWaiting = 64 * 1024;
const CR = 0x0d;
const LF = 0x0a;
const endOfHead = Buffer.from('\r\n\r\n');
/** RFC 9112 §2.2: a server should skip at least one empty line before a request line. */
const mostEmptyLines = 2;

/** All connections share them. */
const sections = new Sections();

export class Input {
  private bytes: Buffer = nothing;
  /** How much of a head that is not whole was already looked at. */
  private checked = 0;
  private emptyLines = 0;

  constructor(private readonly limits: Limits) {}

  get length(): number {
    return this.bytes.length;
  }

  /** Whether more is waiting than should: pipelined requests, or a body nobody has asked for yet. */
  get full(): boolean {
    return this.bytes.length >= mostWaiting;
  }

  /**
   * @param chunk its memory will be used again, so what is left of it is copied
   * @param use takes what can be used at once, while nothing is copied yet
   */
  append(chunk: Buffer, use: () => void): void {
    if (this.bytes.length > 0) {
      this.bytes = Buffer.concat([this.bytes, chunk]);
      return;
    }
    this.bytes = chunk;
    use();
    if (this.bytes.length > 0) this.bytes = Buffer.from(this.bytes);
  }

  clear(): void {
    this.consume(this.bytes.length);
  }

  /** Hands all bytes to `read`, which returns how many of them it used. */
  take(read: (bytes: Buffer) => number): void {
    this.consume(read(this.bytes));
  }

  /**
   * Takes the next head; undefined if it is not whole yet.
   *
   * @throws {@link HttpError} if it is not, and never will be, a good one
   */
  takeHead(): Head | undefined {
    this.skipEmptyLines();
    if (this.bytes.length === 0) return undefined;
    const end = this.bytes.indexOf(endOfHead, Math.max(0, this.checked - endOfHead.length));
    if (end < 0) {
      this.checkPartial();
      return undefined;
    }
    const head = parseHead(this.bytes.toString('latin1', 0, end + 2), this.limits, sections);
    this.consume(end + endOfHead.length);
    this.emptyLines = 0;
    return head;
  }

  private checkPartial(): void {
    // A lone CR may become an empty line.
    if (this.bytes.length === 1 && this.bytes[0] === CR) return;
    checkPartialHead(this.bytes.toString('latin1'), this.checked, this.limits);
    this.checked = this.bytes.length;
  }

  private skipEmptyLines(): void {
    let at = 0;
    while (this.bytes[at] === CR && this.bytes[at + 1] === LF) {
      if (++this.emptyLines > mostEmptyLines)
        throw new HttpError(400, 'There are too many empty lines before the request.');
      at += 2;
    }
    if (at > 0) this.consume(at);
  }

  /** What is used up is let go, so that an idle connection holds no memory. */
  private consume(length: number): void {
    this.bytes = length === this.bytes.length ? nothing : this.bytes.subarray(length);
    this.checked = 0;
  }
}
