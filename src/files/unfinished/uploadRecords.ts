/**
 * What is known of uploads that outlive their server: in the private folder, one file for each. Whoever has the id of an
 * upload goes on with it at the next server of this user, until its end.
 */
import {
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { giveBack } from '../descriptor';
import { temporaryName } from '../exclusion';
import { succeeds } from '../fileError';
import { flushFile, type Flushes } from '../flushes';
import { removeIfThere } from './journal';

/** Most that earlier servers may have left; if there are more, those go that are complete, then those that end first. */
const most = 100;

export interface UploadRecord {
  /** Name of its server's own folder. */
  readonly owner: string;
  /** Real path of the folder that is served. */
  readonly root: string;
  /** Absolute path of what has come of it; undefined if it is complete, and the file in its place. */
  readonly temporary?: string | undefined;
  /** How many octets of that count, if what came behind them is not checked yet. */
  readonly size?: number | undefined;
  /** When it ends, in milliseconds since the epoch. */
  readonly ends: number;
  /** What whoever answers requests needs to judge it anew. */
  readonly about: unknown;
}

/** While one is taken over, it has the number of the process that does. */
const fileName = /^[0-9a-f]{32}\.json(?:\.\d+)?$/;

export class UploadRecords {
  private readonly folder: string;

  /** @param shared real path of the private folder */
  constructor(shared: string) {
    this.folder = join(shared, 'uploads');
  }

  /** Whole or not at all; nothing is refused because it could not be noted. */
  write(id: string, record: UploadRecord): void {
    succeeds(() => {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      const next = `${this.pathOf(id)}.next`;
      writeFileSync(next, textOf(record), { mode: 0o600 });
      renameSync(next, this.pathOf(id));
    });
  }

  /**
   * As {@link write}, on the disk; one at a time, and nothing is written by {@link write} meanwhile.
   *
   * @throws an `errno` error: then it is not noted
   */
  async keep(id: string, record: UploadRecord, flushes: Flushes): Promise<void> {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const next = `${this.pathOf(id)}.kept`;
    const fd = openSync(next, 'w', 0o600);
    try {
      writeSync(fd, textOf(record));
      await flushFile(fd);
    } finally {
      giveBack(fd);
    }
    renameSync(next, this.pathOf(id));
    await flushes.placeOwn(this.folder, dirname(dirname(this.folder)));
  }

  /** Undefined if there is none that can be read. */
  read(id: string): UploadRecord | undefined {
    return readRecord(this.pathOf(id));
  }

  /**
   * Makes it another server's: of several, one alone gets it.
   *
   * @param owner whose it was when it was read
   * @returns whether this one did
   */
  take(id: string, owner: string, record: UploadRecord): boolean {
    let taken = false;
    succeeds(() => {
      // There is one at any time, so that nobody takes the upload for abandoned.
      const mine = `${this.pathOf(id)}.${process.pid}`;
      renameSync(this.pathOf(id), mine);
      taken = readRecord(mine)?.owner === owner;
      if (taken) this.write(id, record);
      else renameSync(mine, this.pathOf(id));
      removeIfThere(mine);
    });
    return taken;
  }

  remove(id: string): void {
    this.removeFile(`${id}.json`);
    succeeds(() => rmdirSync(this.folder));
  }

  private removeFile(name: string): void {
    succeeds(() => removeIfThere(join(this.folder, name)));
  }

  /**
   * Removes those that have ended, or that nobody can read, and those that are too many.
   *
   * @param isLiving whether a server has not left: then its uploads are its own to remove
   * @returns the files that are kept, and when the first one ends of those that nobody goes on with now
   */
  clear(
    now: number,
    isLiving: (owner: string) => boolean,
  ): { readonly kept: ReadonlySet<string>; readonly next: number } {
    const all = this.names().map((name) => ({ name, record: readRecord(join(this.folder, name)) }));
    const kept = new Set<string>();
    const keep = ({ temporary }: UploadRecord): unknown => temporary !== undefined && kept.add(temporary);
    const left: { readonly name: string; readonly record: UploadRecord }[] = [];
    for (const { name, record } of all) {
      if (record !== undefined && isLiving(record.owner)) keep(record);
      else if (record === undefined || record.ends <= now) this.removeFile(name);
      else left.push({ name, record });
    }
    left.sort((a, b) => byWorth(a.record, b.record));
    for (const { name } of left.splice(most)) this.removeFile(name);
    for (const { record } of left) keep(record);
    succeeds(() => rmdirSync(this.folder));
    return { kept, next: Math.min(...left.map(({ record }) => record.ends)) };
  }

  private names(): string[] {
    let names: string[] = [];
    succeeds(() => (names = readdirSync(this.folder)));
    return names.filter((name) => fileName.test(name));
  }

  private pathOf(id: string): string {
    return join(this.folder, `${id}.json`);
  }
}

/** On disk, its end is a date, which means the same to every process. */
const textOf = (record: UploadRecord): string =>
  JSON.stringify({ ...record, ends: new Date(record.ends).toISOString() });

/** Those first that are not complete, and end last. */
const byWorth = (a: UploadRecord, b: UploadRecord): number =>
  Number(a.temporary === undefined) - Number(b.temporary === undefined) || b.ends - a.ends;

function readRecord(path: string): UploadRecord | undefined {
  let record: UploadRecord | undefined;
  succeeds(() => {
    if (lstatSync(path).isFile()) record = parse(readFileSync(path, 'utf8'));
  });
  return record;
}

/** Undefined for what is no record. */
function parse(text: string): UploadRecord | undefined {
  let value: Partial<Record<keyof UploadRecord, unknown>>;
  try {
    value = JSON.parse(text) as typeof value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
  const { owner, root, temporary, size, ends, about } = value;
  if (typeof owner !== 'string' || typeof root !== 'string' || !isTemporary(temporary)) return undefined;
  const time = Date.parse(String(ends));
  if (Number.isNaN(time) || (size !== undefined && !Number.isSafeInteger(size))) return undefined;
  return { owner, root, temporary, size: size as number | undefined, ends: time, about };
}

const isTemporary = (path: unknown): path is string | undefined =>
  path === undefined || (typeof path === 'string' && isAbsolute(path) && temporaryName.test(basename(path)));
