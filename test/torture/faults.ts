/** Every work once for each call of the file system that it makes, with that call failing, or all from it on. */
import assert from 'node:assert/strict';
import type { RawResponse } from '../support/rawClient';
import { Arena } from './arena';
import { audit, beginAudit, settled } from './audit';
import { placeOf, workNames, works, type At, type Work, type WorkName } from './faultWorks';
import { faults as allFaults, type Fault } from './shim/fault';

export interface FaultsAsked {
  readonly works?: readonly WorkName[];
  /** Only one fault for each call, another for the next: the short form. */
  readonly isShort?: boolean;
  /** Whether no call fails for ever. */
  readonly isOnce?: boolean;
  /** Whether everything is on the disk before it is answered, so that flushes fail, too. */
  readonly isSynced?: boolean;
  readonly milliseconds: number;
  /** Called with each row as it is complete. */
  readonly onRow?: (row: FaultRow) => void;
}

/** What came of one fault in one work, once for each call. */
export interface FaultRow {
  readonly work: WorkName;
  readonly fault: Fault | 'mixed';
  readonly ever: boolean;
  /** How often the client was told what. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** How often the disk was as before only when calls succeeded again. */
  readonly late: number;
}

export interface FaultsResult {
  readonly cases: number;
  /** Whether the time was enough for all. */
  readonly isWhole: boolean;
  readonly rows: readonly FaultRow[];
  readonly flaws: readonly string[];
}

interface Case {
  readonly work: WorkName;
  readonly at: number;
  readonly fault: Fault;
  readonly ever: boolean;
}

/** The status that says what happened. */
const right: Readonly<Record<Fault, number>> = {
  EIO: 500,
  ENOSPC: 507,
  EDQUOT: 507,
  EMFILE: 503,
  ESTALE: 503,
  EINTR: 503,
  EACCES: 403,
  EROFS: 403,
  KILL: 0,
};

/** By the end of all, the disk has what it should. */
export interface Late {
  readonly name: string;
  readonly isMended: () => boolean;
}

interface Seen {
  readonly outcome: string;
  /** Whether a call was made to fail. */
  readonly isMet: boolean;
  readonly flaw: string | undefined;
  readonly late: Late | undefined;
}

/** A work as what it is where a call that failed is about a list of the system, which tells whose a connection is: that is only read. */
export const readingIn = (work: Work, failed: readonly string[]): Work =>
  failed.some((call) => call.includes('/proc/net/')) ? { ...work, reads: true } : work;

class Faults {
  private names = 0;
  private cases = 0;
  private readonly rows: FaultRow[] = [];
  private readonly flaws: string[] = [];
  private readonly late: Late[] = [];

  constructor(
    private readonly arena: Arena,
    private readonly asked: FaultsAsked,
    private readonly until: number,
  ) {}

  async run(): Promise<FaultsResult> {
    // What is remembered from the first time on is no call of the next.
    for (const work of workNames) await this.one({ work, at: Infinity, fault: 'EIO', ever: false });
    const before = await beginAudit(this.arena);
    for (const work of this.asked.works ?? workNames)
      for (const ever of this.asked.isOnce === true ? [false] : [false, true])
        for (const fault of this.asked.isShort === true ? (['mixed'] as const) : allFaults)
          await this.row(work, fault, ever);
    const isWhole = performance.now() < this.until;
    await settled(
      () => this.late.every(({ isMended }) => isMended()),
      () => `not mended: ${this.unmended()}`,
    );
    if (this.late.length > 0) assert.ok(this.arena.troubles.length > 0, 'what is left for later is told of');
    await audit(this.arena, { acknowledged: new Map(), before });
    return { cases: this.cases, isWhole, rows: this.rows, flaws: this.flaws };
  }

  private unmended(): string {
    return this.late.flatMap(({ name, isMended }) => (isMended() ? [] : [name])).join('; ');
  }

  private async row(work: WorkName, fault: Fault | 'mixed', ever: boolean): Promise<void> {
    const outcomes: Record<string, number> = {};
    let late = 0;
    for (let at = 1; performance.now() < this.until; at++) {
      const one = fault === 'mixed' ? (allFaults[at % allFaults.length] ?? 'EIO') : fault;
      const seen = await this.one({ work, at, fault: one, ever });
      if (seen.flaw !== undefined) this.flaws.push(seen.flaw);
      if (!seen.isMet) break;
      this.cases++;
      outcomes[seen.outcome] = (outcomes[seen.outcome] ?? 0) + 1;
      if (seen.late === undefined) continue;
      this.late.push(seen.late);
      late++;
    }
    const row = { work, fault, ever, outcomes, late };
    this.rows.push(row);
    this.asked.onRow?.(row);
  }

  private async one({ work: which, at, fault, ever }: Case): Promise<Seen> {
    const { shim, directory } = this.arena;
    const work: Work = works[which];
    const name = `w${++this.names}`;
    const place = placeOf(directory, name);
    work.prepare(place);
    const client = await this.arena.client();
    await shim.ask({ kind: 'arm', armed: { at, fault, ever } });
    const response = await work.run(client, name).catch((error: unknown) => error as Error);
    const { calls } = await shim.ask({ kind: 'disarm' });
    client.reset();
    const another = await this.arena.client();
    await work.after?.(another, client);
    another.reset();
    const failures = calls.filter((call) => call.failed);
    const [failed] = failures;
    const where = `${which}, ${fault} ${ever ? 'from' : 'at'} ${at} (${failed?.name ?? ''} ${failed?.path ?? ''})`;
    const flaw = flawOf(
      readingIn(
        work,
        failures.map(({ path = '' }) => path),
      ),
      response,
      fault,
    );
    return {
      outcome: response instanceof Error ? 'cut' : String(response.status),
      isMet: failed !== undefined,
      ...judged(work, place, { where, flaw, isGood: isGood(response), isSynced: this.asked.isSynced === true }),
    };
  }
}

interface Judgement {
  readonly where: string;
  readonly flaw: string | undefined;
  readonly isGood: boolean;
  readonly isSynced?: boolean;
}

/** Old where it failed, new where it did not; what fails for ever may keep the disk from being as before until it ends. */
export function judged(
  work: Work,
  place: At,
  { where, flaw, isGood: good, isSynced }: Judgement,
): Pick<Seen, 'flaw' | 'late'> {
  const wanted = good ? work.new : work.old;
  const state = work.state(place);
  const stays = isSynced === true && work.stays === true && state === work.new;
  const isLate = state !== wanted && !good && !stays;
  const isWrong = state !== wanted && good;
  const what = flaw ?? (isWrong ? `the disk has ${state}, not ${wanted}` : undefined);
  return {
    flaw: what === undefined ? undefined : `${where}: ${what}`,
    late: isLate ? { name: `${where}: ${state}`, isMended: () => work.state(place) === wanted } : undefined,
  };
}

export const isGood = (response: RawResponse | Error): boolean => !(response instanceof Error) && response.status < 300;

export function flawOf(work: Work, response: RawResponse | Error, fault: Fault): string | undefined {
  // Of what is read, the head is gone by the time that the disk fails: then the connection is cut.
  if (response instanceof Error) return work.content === undefined ? `no answer: ${response.message}` : undefined;
  const { status, body } = response;
  if (status < 300)
    return work.content === undefined || body.toString('latin1') === work.content ? undefined : 'other content';
  // What a system never says of what is only read is nothing that anybody expects.
  const isOdd = work.reads === true && ['ENOSPC', 'EDQUOT', 'EROFS'].includes(fault) && status === 500;
  return isOdd || status === right[fault] ? undefined : `${status} ${body.toString().trim()}`;
}

export async function faults(asked: FaultsAsked): Promise<FaultsResult> {
  const arena = await Arena.start({ sync: asked.isSynced === true });
  try {
    return await new Faults(arena, asked, performance.now() + asked.milliseconds).run();
  } finally {
    await arena.remove();
  }
}

/** @throws AssertionError with the first of what went wrong */
export function assertFaultless({ flaws }: FaultsResult): void {
  assert.equal(flaws.length, 0, `${flaws.length} flaws:\n${flaws.slice(0, 40).join('\n')}`);
}
