/** A resumable upload that is complete: it says so to whoever asks again, for the last answer may have been lost. */
import { HttpError } from '../../http/message/httpError';
import type { FieldLine, Request, Response } from '../../http/message/message';
import type { Limits } from '../../options';
import { completeLine, completeOf, limitLine, offsetLine } from './uploadFields';

/** What the request that completed it was answered with. */
export interface Final {
  /** Of the whole, in octets. */
  readonly size: number;
  readonly status: number;
  readonly fields: readonly FieldLine[];
}

interface Ways {
  readonly limits: Limits;
  /** Called whenever there is a sign of life. */
  readonly onSign: () => void;
  /** Called when nothing is to be known of it any more. */
  readonly onNews: () => void;
}

export class FinishedUpload {
  readonly isIncomplete = false;
  hasEnded = false;
  private since = performance.now();

  constructor(
    readonly final: Final,
    private readonly ways: Ways,
  ) {}

  get offset(): number {
    return this.final.size;
  }

  get length(): number {
    return this.final.size;
  }

  get idle(): number {
    return performance.now() - this.since;
  }

  describe(): Promise<Response> {
    this.sign();
    const fields: FieldLine[] = [...this.known, ['Upload-Length', String(this.length)]];
    return Promise.resolve({
      status: 204,
      fields: [...fields, limitLine(this.ways.limits), ['Cache-Control', 'no-store']],
    });
  }

  /** Answers as before. @throws {@link HttpError} for what does not ask for that */
  append({ body, fields }: Request, offset: number): Promise<Response> {
    this.sign();
    const { size, status, fields: lines } = this.final;
    const refuse = (code: number, message: string): Promise<never> =>
      Promise.reject(new HttpError(code, message, this.known));
    if (offset !== size) return refuse(409, `The upload has come to ${size} octets, not to ${offset}.`);
    if (body.length !== 0) return refuse(400, 'The upload is complete: nothing can be put behind it.');
    if (completeOf(fields) !== true) return refuse(410, 'The upload is complete.');
    return Promise.resolve({ status, fields: lines });
  }

  /** Leaves what is known of it for a later server. */
  park(): Promise<void> {
    this.hasEnded = true;
    return Promise.resolve();
  }

  cancel(): Promise<void> {
    return this.drop();
  }

  /** The file stays: it is in its place. */
  drop(): Promise<void> {
    this.hasEnded = true;
    this.ways.onNews();
    return Promise.resolve();
  }

  private get known(): FieldLine[] {
    return [completeLine(true), offsetLine(this.final.size)];
  }

  private sign(): void {
    this.since = performance.now();
    this.ways.onSign();
  }
}
