/** What is noted of a resumable upload, so that a later server can judge it anew and go on with it. */
import type { Ledger } from '../../files/writing/uploads';
import type { Upload } from '../../files/writing/write';
import { Fields } from '../../http/message/fields';
import type { Request } from '../../http/message/message';
import type { Final } from './finishedUpload';

/** What of the request that creates an upload counts to its end. */
export type CreatingRequest = Pick<Request, 'method' | 'path' | 'fields'>;

/** As it is noted. */
export interface About {
  readonly method: string;
  readonly path: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Of the whole upload, in octets; undefined as long as nobody knows. */
  readonly length: number | undefined;
  /** Undefined as long as it is not complete. */
  readonly final?: Final | undefined;
  /** What it was begun on: in a drop box, nothing is replaced. */
  readonly terms: 'open' | 'dropBox';
}

/** Fields that count to the end: none of them is a secret. */
const lasting: readonly string[] = [
  ...['if-match', 'if-none-match', 'if-unmodified-since'],
  ...['repr-digest', 'want-repr-digest', 'x-oc-mtime'],
];

/** Undefined for what another version has noted. */
export function aboutOf(value: unknown): About | undefined {
  const { method, path, fields, length, final, terms } = (value ?? {}) as Partial<Record<keyof About, unknown>>;
  if ((method !== 'POST' && method !== 'PUT') || typeof path !== 'string' || !Array.isArray(fields)) return undefined;
  return {
    ...{ method, path, fields: fields.filter(isPair), length: sizeOf(length), final: finalOf(final) },
    terms: terms === 'dropBox' ? terms : 'open',
  };
}

function finalOf(value: unknown): Final | undefined {
  const { size, status, fields } = (value ?? {}) as Partial<Record<keyof Final, unknown>>;
  const [octets, code] = [sizeOf(size), sizeOf(status)];
  if (octets === undefined || code === undefined || !Array.isArray(fields)) return undefined;
  return { size: octets, status: code, fields: fields.filter(isPair) };
}

const sizeOf = (value: unknown): number | undefined => (Number.isSafeInteger(value) ? (value as number) : undefined);

const isPair = (value: unknown): value is [string, string] =>
  Array.isArray(value) && value.length === 2 && value.every((each) => typeof each === 'string');

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
  /** Undefined if it is complete. */
  readonly upload: Upload | undefined;
  readonly request: CreatingRequest;
  readonly terms: About['terms'];
  /** How long it may wait to be gone on with, in milliseconds. */
  readonly lasts: number;
}

/** What of an upload is noted. */
interface Notable {
  readonly isIncomplete: boolean;
  readonly hasEnded: boolean;
  readonly length: number | undefined;
  readonly final: Final | undefined;
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
    /** Whether what is noted of it has to be on the disk: then that is noted by {@link keep} alone, until it is complete. */
    private readonly isKept: boolean,
  ) {}

  /** @param size how many octets count, if what comes behind them is not checked yet */
  note({ isIncomplete, hasEnded, length, final }: Notable, size?: number): void {
    const { id, upload } = this.noted;
    if (this.isKept && isIncomplete && this.last !== -Infinity) return;
    this.size = size;
    this.last = performance.now();
    if (hasEnded) {
      this.ledger.remove(id);
      return;
    }
    this.ledger.write(id, isIncomplete ? upload : undefined, this.record({ length, final }, size));
  }

  /** Resolves when all that has come of it is on the disk, and noted there. @throws FileError */
  async keep({ length, final, offset }: Notable & { readonly offset: number }): Promise<void> {
    const { id, upload } = this.noted;
    if (upload !== undefined) await this.ledger.keep(id, upload, this.record({ length, final }, offset));
  }

  private record(
    { length, final }: Pick<Notable, 'length' | 'final'>,
    size: number | undefined,
  ): Parameters<Ledger['write']>[2] {
    const { request, terms, lasts } = this.noted;
    const { method, path, fields } = request;
    const pairs = lasting.flatMap((name) => {
      const value = fields.get(name);
      return value === undefined ? [] : [[name, value] as const];
    });
    const about: About = { method, path, fields: pairs, length, final, terms };
    return { size, ends: Date.now() + lasts, about };
  }

  /** There was a sign of life. */
  refresh(resumable: Notable): void {
    if (performance.now() - this.last > putOffEvery) this.note(resumable, this.size);
  }
}
