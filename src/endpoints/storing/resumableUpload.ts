/** One resumable upload: what has come of it, and what has yet to. */
import { succeeds } from '../../files/fileError';
import { Pace } from '../../files/pace';
import type { UploadSource } from '../../files/writing/progress';
import type { Stored, Upload } from '../../files/writing/write';
import { HttpError } from '../../http/message/httpError';
import type { FieldLine, Request, Response } from '../../http/message/message';
import type { Limits } from '../../options';
import { noFields } from '../../http/message/fields';
import { FinishedUpload, type Final } from './finishedUpload';
import { checkTrailers, Expectations } from './integrity';
import {
  completeLine,
  completeOf,
  inconsistent,
  interopLine,
  lengthOf,
  limitLine,
  offsetLine,
  teller,
  withCompleteness,
} from './uploadFields';

/** `ended`: cancelled, expired or failed; nothing is left of it. */
type State = 'incomplete' | FinishedUpload | 'ended';

/** @param digests of the whole, which were checked */
export type RespondToStored = (stored: Stored, digests: Expectations) => Response;

interface Ways {
  readonly limits: Limits;
  /** Puts its file in its place. */
  readonly finish: (upload: Upload) => Promise<Stored>;
  /** What the request that created it is answered with in the end. */
  readonly respond: RespondToStored;
  /** What its client hears of a failure at the end. */
  readonly explain: (error: unknown) => unknown;
  /** Called whenever there is a sign of life. */
  readonly onSign: () => void;
  /**
   * Called when what is to be known of it, should its server end, has changed.
   *
   * @param size how many octets count, if what comes behind them is not checked yet
   */
  readonly onNews: (size?: number) => void;
  /** Has what has come of it on the disk, where that is wanted and somebody could go on with it then. */
  readonly keep: (() => Promise<void>) | undefined;
}

export class ResumableUpload implements UploadSource {
  private state: State = 'incomplete';
  /** The length of the whole, in octets, as far as it is known by now. */
  length: number | undefined;
  /** The numbers of the last request, and of the one that is under way. */
  private latest = 0;
  private current = 0;
  private last: Promise<unknown> = Promise.resolve();
  /** Ends the wait for content of the request that is under way. */
  private interrupt: (reason: Error) => void = () => undefined;
  /** Why that request may not go on once another supersedes it. */
  private interruption: Error | undefined;
  /** How many octets are on the disk for sure. */
  private kept = -1;
  /** Whether the digests have not seen what was written. */
  private isUnseen = false;
  /** The last head of a PATCH, or trailer section, with a digest of the whole. */
  private saying = noFields;
  /** When the last request ended; undefined while one is under way. */
  private since: number | undefined;

  /**
   * @param digests of the whole
   * @param earlier what is known of it from an earlier server
   */
  constructor(
    private readonly upload: Upload,
    private digests: Expectations,
    private readonly ways: Ways,
    earlier?: Pick<ResumableUpload, 'length'>,
  ) {
    if (earlier === undefined) return;
    this.length = earlier.length;
    // Of an earlier server's digests nothing is left: at the end they are made of what was written.
    this.isUnseen = true;
    this.since = performance.now();
  }

  get isIncomplete(): boolean {
    return this.state === 'incomplete';
  }

  get hasEnded(): boolean {
    return this.state === 'ended';
  }

  /** What the request that completed it was answered with. */
  get final(): Final | undefined {
    return this.finished?.final;
  }

  private get finished(): FinishedUpload | undefined {
    return this.state instanceof FinishedUpload ? this.state : undefined;
  }

  get idle(): number {
    return this.since === undefined ? 0 : performance.now() - this.since;
  }

  get offset(): number {
    return this.final?.size ?? this.upload.size;
  }

  /** What a client asks for that wants to go on. */
  async describe(): Promise<Response> {
    return this.alone(async () => {
      if (this.finished !== undefined) return this.finished.describe();
      await this.keep();
      const fields: FieldLine[] = [completeLine(false), offsetLine(this.offset)];
      if (this.length !== undefined) fields.push(['Upload-Length', String(this.length)]);
      fields.push(limitLine(this.ways.limits), ['Cache-Control', 'no-store']);
      return { status: 204, fields };
    });
  }

  /**
   * Appends the content of `request`. If it breaks off, what has come stays.
   *
   * @param offset where the client believes that its content begins
   * @returns undefined if the upload is not complete yet
   * @throws {@link HttpError}; FileError; whatever reading the content throws
   */
  async append(request: Request, offset: number): Promise<Response | undefined> {
    return this.alone(async () => {
      if (this.finished !== undefined) return this.finished.append(request, offset);
      if (offset !== this.offset) await this.refuse(offset);
      this.since = undefined;
      await this.receive(request).finally(() => this.rest());
      if (completeOf(request.fields) === true) return this.finish(request);
      await this.keep();
      return undefined;
    });
  }

  private rest(): void {
    this.since = performance.now();
    if (this.isIncomplete) this.ways.onNews();
  }

  /** Ends here, and leaves what has come of it for a later server. */
  async park(): Promise<void> {
    this.supersede(overtaken());
    await this.last;
    if (this.isIncomplete) this.upload.park();
    this.state = 'ended';
  }

  /** Ends the upload, as its client wants: nothing unfinished is left behind. */
  async cancel(): Promise<void> {
    await this.alone(() => {
      this.end();
      return Promise.resolve();
    });
  }

  /** Ends the upload, whoever wants that: a request that is under way is given up. @param reason what a request that is under way is told */
  async drop(reason: Error = overtaken()): Promise<void> {
    this.supersede(reason);
    await this.last;
    this.end();
  }

  fail(reason: Error): void {
    void this.drop(reason);
  }

  /** Runs `work` when the request that is under way has ended, which it does at once: its client has given it up. */
  private alone<T>(work: () => Promise<T>): Promise<T> {
    const number = this.supersede();
    const result = this.last.then(() => {
      if (this.hasEnded) throw noSuchUpload();
      this.current = number;
      this.ways.onSign();
      return work();
    });
    this.last = result.catch(() => undefined);
    return result;
  }

  private supersede(reason: Error = overtaken()): number {
    this.interruption = reason;
    this.interrupt(reason);
    return ++this.latest;
  }

  /** No client is told of octets that may be lost. @throws FileError: then nothing is left of it */
  private async keep(): Promise<void> {
    const { size } = this.upload;
    if (this.ways.keep === undefined || this.kept === size) return;
    try {
      await this.ways.keep();
      this.kept = size;
    } catch (error) {
      this.end();
      throw error;
    }
  }

  private async refuse(offset: number): Promise<never> {
    await this.keep();
    const fields = [offsetLine(this.offset), completeLine(false)];
    throw new HttpError(409, `The upload has come to ${this.offset} octets, not to ${offset}.`, fields);
  }

  private async receive(request: Request): Promise<void> {
    const { fields, body, signal } = request;
    this.length = lengthOf(request, this.offset, this.length);
    this.checkSize(this.length ?? 0);
    const content = Expectations.of(fields, ['content-digest'], []);
    // RFC 9530 §3.1: of what a PATCH encloses. Whoever knows the whole only now says that; the creation's is known already.
    const enclosed = Expectations.of(request.method === 'PATCH' ? fields : noFields, ['repr-digest'], []);
    const before = { size: this.offset, digests: this.digests.copy() };
    if (!content.none) this.ways.onNews(before.size);
    // What may have to be taken back is not told of: an offset never goes down.
    const mayTell = content.none && body.length !== undefined;
    const isDue = mayTell ? teller(request) : () => false;
    for await (const bytes of this.contentOf(request)) {
      this.checkSize(this.offset + bytes.length);
      await this.write(bytes);
      content.update(bytes);
      enclosed.update(bytes);
      this.ways.onSign();
      if (isDue()) await this.tell(request);
    }
    try {
      content.check();
      const part = (): AsyncIterable<Uint8Array> => this.upload.pieces(before.size);
      await checkTrailers({ trailers: body.trailers, signal }, ['content-digest'], part);
      if (!enclosed.isMet()) this.saying = fields;
      if (!Expectations.of(body.trailers, ['repr-digest'], []).none) this.saying = body.trailers;
    } catch (error) {
      this.takeBack(before.size);
      this.digests = before.digests;
      throw error;
    }
  }

  private async tell(request: Request): Promise<void> {
    await this.keep();
    request.interim?.(104, [offsetLine(this.offset), interopLine]);
  }

  /** Writes `bytes`; of what cannot be written whole, nothing counts. */
  private async write(bytes: Uint8Array): Promise<void> {
    const { size } = this.upload;
    try {
      await this.upload.write(bytes);
      if (!this.isUnseen) this.digests.update(bytes);
    } catch (error) {
      this.takeBack(size);
      throw error;
    }
  }

  /** Where the disk does not let it, the upload ends: nobody is to go on behind what does not count. */
  private takeBack(size: number): void {
    if (!succeeds(() => this.upload.truncate(size))) this.end();
  }

  private async *contentOf({ body }: Request): AsyncGenerator<Uint8Array, undefined> {
    const iterator = body[Symbol.asyncIterator]();
    for (;;) {
      if (this.latest > this.current) throw this.interruption ?? overtaken();
      const next = await new Promise<IteratorResult<Buffer, unknown>>((resolve, reject) => {
        this.interrupt = reject;
        iterator.next().then(resolve, reject);
      });
      if (next.done === true) return undefined;
      yield next.value;
    }
  }

  /** Refuses what is too large, or larger than was told: it can never come to a good end. */
  private checkSize(size: number): void {
    if (size <= Math.min(this.ways.limits.body, this.length ?? Infinity)) return;
    this.end();
    if (size <= this.ways.limits.body) throw inconsistent();
    const message = `The upload is larger than the ${this.ways.limits.body} octets allowed here.`;
    throw new HttpError(413, message, [limitLine(this.ways.limits)], { option: 'limits' });
  }

  private async finish({ signal }: Request): Promise<Response> {
    try {
      if (this.length !== undefined && this.length !== this.offset) throw inconsistent();
      if (this.isUnseen) await this.see(signal);
      this.digests.check();
      await checkTrailers({ trailers: this.saying, signal }, ['repr-digest'], () => this.upload.pieces(0));
      const size = (this.length = this.offset);
      const response = this.ways.respond(await this.ways.finish(this.upload), this.digests);
      const fields = [...response.fields, offsetLine(size), completeLine(true)];
      this.state = new FinishedUpload({ size, status: response.status, fields }, this.ways);
      this.ways.onNews();
      return { ...response, fields };
    } catch (error) {
      this.end();
      throw withCompleteness(this.ways.explain(error), true);
    }
  }

  /** As background work. */
  private async see(signal: AbortSignal): Promise<void> {
    if (this.digests.none) return;
    const pace = await Pace.begin(signal);
    for await (const bytes of this.upload.pieces(0)) {
      this.digests.update(bytes);
      await pace.rest();
    }
  }

  private end(): void {
    if (this.isIncomplete) this.upload.discard();
    this.state = 'ended';
    this.ways.onNews();
  }
}

export const noSuchUpload = (): HttpError => new HttpError(404, 'There is no such upload.');
const overtaken = (): HttpError => new HttpError(409, 'Another request goes on with the upload.');
