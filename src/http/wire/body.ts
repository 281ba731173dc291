/** Decoders of a request's body: wire bytes → content (RFC 9112 §§6.2, 7.1). */
import type { Limits } from '../../options';
import { HttpError } from '../message/httpError';
import { noFields, type Fields } from '../message/fields';
import type { Framing } from './framing';
import { parseFields } from './head';
import { quotedString, token } from '../message/syntax';

/** Takes wire bytes as they come; keeps no reference to them. */
export interface BodyDecoder {
  /** Whether the last octet of the body was seen. */
  readonly done: boolean;
  /** Known once it is done; until then, and without any, empty. */
  readonly trailers: Fields;
  /** Octets of content still to come; undefined if the framing does not tell. */
  readonly remaining: number | undefined;
  /**
   * Decodes `bytes` from `from` on, up to the end of the body or of the bytes, and hands on the content in slices.
   *
   * @returns where it stopped: what follows belongs to the next request
   * @throws {@link HttpError} 400 or 413; where the next request begins is then unknown
   */
  decode(bytes: Buffer, from: number, take: (content: Buffer) => void): number;
}

export function decoderOf(framing: Framing, limits: Limits): BodyDecoder {
  switch (framing.kind) {
    case 'none':
      return nothingToDecode;
    case 'length':
      return new LengthDecoder(framing.length);
    case 'chunked':
      return new ChunkedDecoder(limits);
  }
}

const nothingToDecode: BodyDecoder = { done: true, trailers: noFields, remaining: 0, decode: (_, from) => from };

/** What comes once the protocol is another one: octets, up to the end of the connection. */
export const tunnelDecoder: BodyDecoder = {
  done: false,
  trailers: noFields,
  remaining: undefined,
  decode(bytes, from, take) {
    if (bytes.length > from) take(bytes.subarray(from));
    return bytes.length;
  },
};

/** RFC 9112 §6.2. */
class LengthDecoder implements BodyDecoder {
  readonly trailers = noFields;

  constructor(public remaining: number) {}

  get done(): boolean {
    return this.remaining === 0;
  }

  decode(bytes: Buffer, from: number, take: (content: Buffer) => void): number {
    const end = Math.min(bytes.length, from + this.remaining);
    if (end > from) {
      this.remaining -= end - from;
      take(bytes.subarray(from, end));
    }
    return end;
  }
}

/** What the chunked decoder looks for next. Lines run to their CR and are read as a whole. */
type ChunkState = 'size' | 'sizeLf' | 'data' | 'dataCr' | 'dataLf' | 'trailer' | 'trailerLf' | 'done';

/** RFC 9112 §7.1.1. BWS is let through, as a recipient must; the quotes of a value may hold anything but a line break. */
const chunkSizeLine = new RegExp(
  `^([0-9A-Fa-f]{1,15})((?:[ \\t]*;[ \\t]*${token}(?:[ \\t]*=[ \\t]*(?:${token}|${quotedString}))?)*)$`,
);

/** RFC 9110 §6.5.1: fields that change framing, routing or authentication have no business after the content. */
const notInTrailers = ['transfer-encoding', 'content-length', 'host', 'content-encoding', 'content-range', 'trailer'];

const CR = 0x0d;
const LF = 0x0a;

/** RFC 9112 §7.1. Trailers are checked, and kept apart from the fields of the head (§7.1.2). */
class ChunkedDecoder implements BodyDecoder {
  readonly remaining = undefined;
  private state: ChunkState = 'size';
  /** The line that is being read, without its CRLF. */
  private line = '';
  /** Octets of the current chunk still to come. */
  private left = 0;
  private content = 0;
  private extensions = 0;
  private trailerText = '';
  trailers = noFields;

  constructor(private readonly limits: Limits) {}

  get done(): boolean {
    return this.state === 'done';
  }

  decode(bytes: Buffer, from: number, take: (content: Buffer) => void): number {
    while (from < bytes.length && this.state !== 'done') {
      from = this.state === 'data' ? this.takeData(bytes, from, take) : this.step(bytes, from);
    }
    return from;
  }

  private takeData(bytes: Buffer, from: number, take: (content: Buffer) => void): number {
    const end = Math.min(bytes.length, from + this.left);
    this.left -= end - from;
    if (this.left === 0) this.state = 'dataCr';
    take(bytes.subarray(from, end));
    return end;
  }

  private step(bytes: Buffer, from: number): number {
    switch (this.state) {
      case 'size':
      case 'trailer':
        return this.readLine(bytes, from);
      case 'sizeLf':
        this.expect(bytes[from], LF);
        this.endSizeLine();
        break;
      case 'dataCr':
        this.expect(bytes[from], CR);
        this.state = 'dataLf';
        break;
      case 'dataLf':
        this.expect(bytes[from], LF);
        this.state = 'size';
        break;
      case 'trailerLf':
        this.expect(bytes[from], LF);
        this.endTrailerLine();
        break;
      case 'data':
      case 'done':
    }
    return from + 1;
  }

  private expect(octet: number | undefined, wanted: number): void {
    if (octet !== wanted) throw new HttpError(400, 'The chunked body has no CRLF where one must be.');
  }

  /** Gathers a line up to its CR. It is bounded, and an LF before the CR is refused. */
  private readLine(bytes: Buffer, from: number): number {
    const cr = bytes.indexOf(CR, from);
    const end = cr < 0 ? bytes.length : cr;
    if (this.line.length + (end - from) > this.limits.trailers) {
      throw this.tooLong(this.state === 'size' ? 'chunk extensions' : 'trailer section');
    }

    const part = bytes.toString('latin1', from, end);
    if (part.includes('\n')) throw new HttpError(400, 'A line of the chunked body ends in a bare LF.');
    this.line += part;
    if (this.state === 'size') this.refuseBadSizeEarly();
    if (cr < 0) return end;
    this.state = this.state === 'size' ? 'sizeLf' : 'trailerLf';
    return cr + 1;
  }

  private tooLong(what: 'chunk extensions' | 'trailer section'): HttpError {
    return new HttpError(400, `The ${what} of the body may not pass ${this.limits.trailers} octets.`);
  }

  /** So that junk where a size should be is refused at once, not when its line ends. */
  private refuseBadSizeEarly(): void {
    if (!/^[0-9A-Fa-f]{0,15}(?:$|[ \t;])/.test(this.line)) throw badSize();
  }

  private endSizeLine(): void {
    const [, size, extensions = ''] = chunkSizeLine.exec(this.line) ?? [];
    if (size === undefined) throw badSize();
    this.extensions += extensions.length;
    if (this.extensions > this.limits.trailers) throw this.tooLong('chunk extensions');
    this.left = Number.parseInt(size, 16);
    this.content += this.left;
    if (this.content > this.limits.body) throw bodyTooLarge(this.limits);
    this.line = '';
    this.state = this.left === 0 ? 'trailer' : 'data';
  }

  private endTrailerLine(): void {
    if (this.line !== '') {
      this.trailerText += `${this.line}\r\n`;
      if (this.trailerText.length > this.limits.trailers) throw this.tooLong('trailer section');
      this.line = '';
      this.state = 'trailer';
      return;
    }
    if (this.trailerText !== '') this.trailers = this.parseTrailers();
    this.state = 'done';
  }

  /** RFC 9112 §7.1.2: checked like the fields of the head. */
  private parseTrailers(): Fields {
    let trailers: Fields;
    try {
      trailers = parseFields(this.trailerText, 0, this.limits.fields);
    } catch (error) {
      if (error instanceof HttpError) throw new HttpError(400, `In the trailer section: ${error.message}`);
      throw error;
    }
    const forbidden = trailers.names.find((name) => notInTrailers.includes(name));
    if (forbidden !== undefined) throw new HttpError(400, `The field ${forbidden} may not be a trailer.`);
    return trailers;
  }
}

const badSize = (): HttpError =>
  new HttpError(400, 'A chunk does not begin with a hexadecimal size of 1 to 15 digits and well-formed extensions.');

export const bodyTooLarge = (limits: Limits): HttpError =>
  new HttpError(413, `The body is larger than the ${limits.body} octets allowed here.`, [], { option: 'limits' });
