/** What is noted of a resumable upload, so that a later server can judge it anew and go on with it. */
import type { Ledger } from '../../files/writing/uploads';
import type { Upload } from '../../files/writing/write';
import { Fields } from '../../http/message/fields';
import type { Request } from '../../http/message/message';
import type { ResumableUpload } from './resumableUpload';

/** What of the request that creates an upload counts to its end. */
export type CreatingRequest = Pick<Request, 'method' | 'path' | 'fields'>;

/** As it is noted. */
export interface About {
  readonly method: string;
  readonly path: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Of the whole upload, in octets; undefined as long as nobody knows. */
  readonly length: number | undefined;
}

/** Fields that count to the end: none of them is a secret. */
const lasting: readonly string[] = [
  ...['if-match', 'if-none-match', 'if-unmodified-since'],
  ...['repr-digest', 'want-repr-digest', 'x-oc-mtime'],
];

/** Undefined for what another version has noted. */
export function aboutOf(value: unknown): About | undefined {
  const { method, path, fields, length } = (value ?? {}) as Partial<Record<keyof About, unknown>>;
  if ((method !== 'POST' && method !== 'PUT') || typeof path !== 'string' || !Array.isArray(fields)) return undefined;
  const pairs = fields.filter(
    (pair): pair is [string, string] =>
      Array.isArray(pair) && pair.length === 2 && pair.every((each) => typeof each === 'string'),
  );
  return { method, path, fields: pairs, length: Number.isSafeInteger(length) ? (length as number) : undefined };
}

export const requestOf = ({ method, path, fields }: About): CreatingRequest => ({
  method,
  path,
  fields: new Fields(
    fields.map(([name]) => name),
    fields.map(([, value]) => value),
  ),
});

interface Noted {
  readonly id: string;
  readonly upload: Upload;
  readonly request: CreatingRequest;
  /** How long it may wait to be gone on with, in milliseconds. */
  readonly lasts: number;
}

/** How often its end is put off while content comes, in milliseconds. */
const putOffEvery = 60_000;

/** Keeps the note of one upload true. */
export class Noting {
  /** When it was written last, on the clock of `performance.now()`. */
  private last = -Infinity;
  private size: number | undefined;

  constructor(
    private readonly ledger: Ledger,
    private readonly noted: Noted,
  ) {}

  /** @param size how many octets count, if what comes behind them is not checked yet */
  note(resumable: ResumableUpload, size?: number): void {
    const { id, upload, request, lasts } = this.noted;
    this.size = size;
    this.last = performance.now();
    if (!resumable.isIncomplete) {
      this.ledger.remove(id);
      return;
    }
    const { method, path, fields } = request;
    const pairs = lasting.flatMap((name) => {
      const value = fields.get(name);
      return value === undefined ? [] : [[name, value] as const];
    });
    const about: About = { method, path, fields: pairs, length: resumable.length };
    this.ledger.write(id, upload, { size, ends: Date.now() + lasts, about });
  }

  /** There was a sign of life. */
  refresh(resumable: ResumableUpload): void {
    if (resumable.isIncomplete && performance.now() - this.last > putOffEvery) this.note(resumable, this.size);
  }
}
