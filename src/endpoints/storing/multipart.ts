/** `multipart/form-data` (RFC 7578), part by part, as it streams in. */
import { Dicer } from '@fastify/busboy';
import { HttpError } from '../../http/message/httpError';
import { malformed, parameter, parsePartHeader, type PartHeader } from './partHeader';

/** Most parts of one form, files or not. */
const mostParts = 1000;
/** Most octets of one part's header. */
const mostHeader = 8 * 1024;
/** Octets of a part that may wait to be taken. */
const mark = 256 * 1024;

export interface Part extends PartHeader {
  readonly content: AsyncIterable<Buffer>;
}

/** @returns the boundary; undefined if the media type is another one. @throws {@link HttpError} 400 if there is none */
export function boundaryOf(contentType: string | undefined): string | undefined {
  if (contentType === undefined || !/^multipart\/form-data[ \t]*(?:;|$)/i.test(contentType)) return undefined;
  const said = [...contentType.matchAll(new RegExp(parameter, 'g'))];
  const [, , quoted, plain] = said.find(([, name]) => name?.toLowerCase() === 'boundary') ?? [];
  const boundary = quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '';
  // RFC 2046 §5.1.1: 1 to 70 characters.
  if (!/^[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]$/.test(boundary))
    throw malformed('its boundary cannot be told');
  return boundary;
}

/**
 * Hands the parts of `content` to `take`, one after the other; each is to be read to its end.
 *
 * @throws {@link HttpError} 400, or 413 for too many parts; whatever `content` or `take` throws. Nothing is being taken
 *   any more by then.
 */
export async function readParts(
  content: AsyncIterable<Uint8Array>,
  boundary: string,
  take: (part: Part) => Promise<void>,
): Promise<void> {
  const reader = new Reader(boundary, take);
  try {
    // The parts go on with what they were given when the next is read.
    for await (const bytes of content) await reader.write(Buffer.from(bytes));
    await reader.end();
  } catch (error) {
    await reader.abandon();
    throw error;
  }
}

class Reader {
  private readonly dicer: Dicer;
  private begun = 0;
  private known = 0;
  private taking: Promise<void> = Promise.resolve();
  private readonly open = new Set<Dicer.PartStream>();
  private closed = false;
  private failure: Error | undefined;
  /** Ends what is being waited for. */
  private wake: () => void = () => undefined;

  constructor(
    boundary: string,
    private readonly take: (part: Part) => Promise<void>,
  ) {
    // The size limit is there, but missing from the types.
    const config: Dicer.Config = { boundary };
    this.dicer = new Dicer(Object.assign(config, { maxHeaderSize: mostHeader, partHwm: mark }));
    handOnHeaders(this.dicer);
    this.dicer.on('part', (stream) => this.begin(stream));
    this.dicer.on('error', () => this.fail(malformed('it ends early')));
    this.dicer.on('finish', () => {
      this.closed = true;
      this.wake();
    });
  }

  /** Resolves when there is room for more. */
  async write(bytes: Uint8Array): Promise<void> {
    // RFC 2046 §5.1.1: what follows the last delimiter is to be ignored.
    if (!this.closed && this.failure === undefined) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        this.dicer.write(bytes, () => resolve());
      });
    }
    this.check();
  }

  async end(): Promise<void> {
    this.dicer.end();
    while (!this.closed && this.failure === undefined) await new Promise<void>((resolve) => (this.wake = resolve));
    this.check();
    await this.taking;
    this.check();
    if (this.begun !== this.known) throw malformed('the fields of a part do not end');
  }

  /** Resolves when nothing is taken any more. */
  async abandon(): Promise<void> {
    const error = this.failure ?? new Error('The form is not read to its end.');
    this.failure = error;
    for (const stream of this.open) stream.destroy(error);
    await this.taking;
    this.dicer.destroy();
  }

  private check(): void {
    if (this.failure !== undefined) throw this.failure;
  }

  private fail(error: Error): void {
    this.failure ??= error;
    this.wake();
  }

  private begin(stream: Dicer.PartStream): void {
    if (++this.begun > mostParts) this.fail(new HttpError(413, `A form may have ${mostParts} parts, and has more.`));
    this.open.add(stream);
    stream.on('close', () => this.open.delete(stream));
    // An error of a part comes together with one of the whole.
    stream.on('error', () => undefined);
    stream.on('header', (header) => {
      this.known++;
      this.taking = this.taking
        .then(() => this.takeOne((header as Partial<Header>).text ?? '', stream))
        .catch((error: unknown) => this.fail(error as Error));
    });
  }

  private async takeOne(header: string, content: Dicer.PartStream): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    if (header.length >= mostHeader) throw malformed(`the fields of a part are longer than ${mostHeader} octets`);
    await this.take({ ...parsePartHeader(header), content: content as AsyncIterable<Buffer> });
  }
}

/** The header of a part as it was sent, cut at the limit; one octet per character. */
interface Header {
  readonly text: string;
}

/** What a {@link Dicer} reads headers with, in version 3 of the library. */
interface HeaderReader {
  readonly buffer: string;
  header: object;
  _parseHeader: () => void;
}

/**
 * Has the library hand on headers as they are. Its own reading leaves out in silence what it cannot read: all that is
 * behind a line without a colon, beyond a limit, or behind the padding of a delimiter.
 */
function handOnHeaders(dicer: Dicer): void {
  const { _hparser: reader } = dicer as unknown as { readonly _hparser: HeaderReader };
  reader._parseHeader = () => {
    const header: Header = { text: reader.buffer };
    reader.header = header;
  };
}
