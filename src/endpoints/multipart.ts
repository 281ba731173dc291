/** `multipart/form-data` (RFC 7578), part by part, as it streams in. */
import { Dicer } from '@fastify/busboy';
import { HttpError } from '../http/errors';

/** Most parts of one form, files or not. */
const mostParts = 1000;
/** Most octets of one part's fields, and most of them. */
const mostHeader = 8 * 1024;
const mostFields = 16;
/** Octets of a part that may wait to be taken. */
const mark = 256 * 1024;

export interface Part {
  /** Its file name as it was sent; undefined for one that is no file. */
  readonly fileName: string | undefined;
  readonly content: AsyncIterable<Buffer>;
}

/** @returns the boundary; undefined if the media type is another one. @throws {@link HttpError} 400 if there is none */
export function boundaryOf(contentType: string | undefined): string | undefined {
  if (contentType === undefined || !/^multipart\/form-data[ \t]*(?:;|$)/i.test(contentType)) return undefined;
  const [, quoted, plain] = /;[ \t]*boundary=(?:"([^"\\]+)"|([^\s;"]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain ?? '';
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
    const limits: Dicer.Config = { boundary, maxHeaderPairs: mostFields };
    this.dicer = new Dicer(Object.assign(limits, { maxHeaderSize: mostHeader, partHwm: mark }));
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
    // It comes together with an error of the whole.
    stream.on('error', () => undefined);
    stream.on('header', (header) => {
      this.known++;
      this.taking = this.taking
        .then(() => this.takeOne(header, stream))
        .catch((error: unknown) => this.fail(error as Error));
    });
  }

  private async takeOne(header: object, content: Dicer.PartStream): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    await this.take({ fileName: fileNameOf(header as Header), content: content as AsyncIterable<Buffer> });
  }
}

/** One value per line, by names in lower case; one octet per character. */
type Header = Readonly<Partial<Record<string, readonly string[]>>>;

const parameter = /;[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))[ \t]*/y;

/** RFC 7578 §4.2. */
function fileNameOf(header: Header): string | undefined {
  const [disposition = '', ...others] = header['content-disposition'] ?? [];
  const start = /^form-data[ \t]*/i.exec(disposition)?.[0];
  if (start === undefined || others.length > 0) throw malformed('the Content-Disposition of a part cannot be read');
  refuseEncoding(header);
  const parameters = new Map<string, string>();
  for (let at = start.length; at < disposition.length; at = parameter.lastIndex) {
    parameter.lastIndex = at;
    const [, name = '', quoted, plain = ''] = parameter.exec(disposition) ?? [];
    if (name === '' || parameters.has(name.toLowerCase()))
      throw malformed('the Content-Disposition of a part cannot be read');
    // Some clients put a backslash before a quote. Others leave one as it is, which no name may have in it.
    parameters.set(name.toLowerCase(), quoted?.replaceAll('\\"', '"') ?? plain);
  }
  const fileName = parameters.get('filename');
  // RFC 7578 §4.2 forbids filename*; alone, it would be taken for a field that is no file.
  if (fileName === undefined && parameters.has('filename*')) throw malformed('the file name of a part cannot be read');
  return fileName === undefined ? undefined : decodeFileName(fileName);
}

/** RFC 7578 §4.7: deprecated, and nobody sends it; but to store what is coded as if it were not would be a loss. */
function refuseEncoding(header: Header): void {
  const encoding = header['content-transfer-encoding']?.join() ?? 'binary';
  if (!/^(?:binary|7bit|8bit)$/i.test(encoding)) throw new HttpError(415, 'A part of the form is encoded.');
}

/** Browsers send UTF-8 as it is, but percent-encode a quote and a line break. */
function decodeFileName(octets: string): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(octets, 'latin1'));
    return text.replace(/%(22|0D|0A)/gi, (coded) => decodeURIComponent(coded));
  } catch {
    throw malformed('the file name of a part cannot be read');
  }
}

const malformed = (what: string): HttpError => new HttpError(400, `The form is malformed: ${what}.`);
