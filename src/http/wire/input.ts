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
const endOfHead = '\r\n\r\n';
const endInOctets = Buffer.from(endOfHead);
/** In octets: more than that is not made text before it is known for a head. */
const mostText = 4 * 1024;
/** RFC 9112 §2.2: a server should skip at least one empty line before a request line. */
const mostEmptyLines = 2;

/** All connections share them. */
const sections = new Sections();

/** Whether what has come ends where a head ends. */
const endsHead = (chunk: Buffer, length: number): boolean =>
  length > endOfHead.length && length <= mostText && chunk.readUInt32BE(length - endOfHead.length) === 0x0d0a0d0a;

export class Input {
  private bytes: Buffer = nothing;
  /** What waits instead of {@link bytes} where it seems to be whole heads: an octet per character, some of them taken. */
  private text = '';
  private taken = 0;
  /** How much of a head that is not whole was already looked at. */
  private checked = 0;
  private emptyLines = 0;

  constructor(private readonly limits: Limits) {}

  get length(): number {
    return this.bytes.length + this.text.length - this.taken;
  }

  /** Whether more is waiting than should: pipelined requests, or a body nobody has asked for yet. */
  get full(): boolean {
    return this.length >= mostWaiting;
  }

  /**
   * @param chunk its memory will be used again, so what is left of it is copied
   * @param use takes what can be used at once, while nothing is copied yet
   * @param length of what has come, at the beginning of `chunk`
   */
  append(chunk: Buffer, use: () => void, length = chunk.length): void {
    if (this.length > 0) {
      this.bytes = Buffer.concat([this.octets(), chunk.subarray(0, length)]);
      return;
    }
    if (endsHead(chunk, length)) this.text = chunk.toString('latin1', 0, length);
    else this.bytes = chunk.subarray(0, length);
    use();
    if (this.bytes.length > 0) this.bytes = Buffer.from(this.bytes);
  }

  clear(): void {
    this.forgetText();
    this.consume(this.bytes.length);
  }

  /** Hands all bytes to `read`, which returns how many of them it used. */
  take(read: (bytes: Buffer) => number): void {
    this.consume(read(this.octets()));
  }

  /** What waits, text no more. */
  private octets(): Buffer {
    if (this.text !== '') {
      this.bytes = Buffer.from(this.text.slice(this.taken), 'latin1');
      this.forgetText();
    }
    return this.bytes;
  }

  private forgetText(): void {
    this.text = '';
    this.taken = 0;
  }

  /**
   * Takes the next head; undefined if it is not whole yet.
   *
   * @throws {@link HttpError} if it is not, and never will be, a good one
   */
  takeHead(): Head | undefined {
    if (this.text !== '' && this.text.charCodeAt(this.taken) !== CR) return this.takeFromText();
    this.octets();
    this.skipEmptyLines();
    if (this.bytes.length === 0) return undefined;
    const end = this.bytes.indexOf(endInOctets, Math.max(0, this.checked - endOfHead.length));
    if (end < 0) {
      this.checkPartial();
      return undefined;
    }
    const head = parseHead(this.bytes.toString('latin1', 0, end + 2), this.limits, sections);
    this.consume(end + endOfHead.length);
    this.emptyLines = 0;
    return head;
  }

  /** The text ends where a head ends, and another one begins here: so the end of that one is in it. */
  private takeFromText(): Head {
    const { text, taken } = this;
    const end = text.indexOf(endOfHead, taken);
    const head = parseHead(text.slice(taken, end + 2), this.limits, sections);
    this.taken = end + endOfHead.length;
    if (this.taken === text.length) this.forgetText();
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
