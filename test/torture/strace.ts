/** The works of `faults` with refusals of the kernel's own: `strace` has one system call of the terminal's program fail. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { audit, beginAudit, settled } from './audit';
import { flawOf, isGood, judged, readingIn, type FaultRow, type Late } from './faults';
import { placeOf, works, type Work, type WorkName } from './faultWorks';
import { ProgramArena } from './programArena';
import { faults, type Fault } from './shim/fault';

export interface StraceAsked {
  /** Only one fault for each call, another for the next: the short form. */
  readonly isShort?: boolean;
  readonly milliseconds: number;
  /** Called with each row as it is complete. */
  readonly onRow?: (row: FaultRow) => void;
}

export interface StraceResult {
  /** In how many of them a call was refused. */
  readonly cases: number;
  /** Of each work, call and fault. */
  readonly rows: readonly FaultRow[];
  /** Whether the time was enough for all. */
  readonly isWhole: boolean;
}

/** What is called on the way to a disk, by the names that one processor or another has for it. */
const calls = [
  '?open,openat',
  'pwrite64',
  '?rename,?renameat,?renameat2',
  '?unlink,?unlinkat,?rmdir',
  'fchmod',
  'pread64',
] as const;

const tried: readonly WorkName[] = [
  'upload',
  'upload, large',
  'form',
  'resumable upload',
  'MOVE',
  'DELETE',
  'download',
  'download, large',
];

interface Case {
  readonly which: WorkName;
  readonly call: string;
  readonly fault: Fault;
  readonly at: number;
  readonly ever: boolean;
}

/** `strace` at a program's main thread, which does all that a work needs of the disk. */
class Injection {
  private said = '';

  private constructor(private readonly child: ReturnType<typeof spawn>) {}

  static async begin(pid: string, { call, fault, at, ever }: Case): Promise<Injection> {
    const inject = `inject=${call}:error=${fault}:when=${at}${ever ? '+' : ''}`;
    const args = ['-p', pid, '-e', `trace=${call}`, '-e', inject, '-e', 'signal=none'];
    const injection = new Injection(spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] }));
    await injection.attached();
    return injection;
  }

  private async attached(): Promise<void> {
    const { child } = this;
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`strace ended: ${this.said}`)));
      child.stderr?.on('data', (data: Buffer) => {
        this.said += data.toString();
        if (this.said.includes(' attached')) resolve();
      });
    });
  }

  /** @returns what was refused, a line for each call */
  async end(): Promise<readonly string[]> {
    const ended = once(this.child, 'close');
    this.child.kill('SIGINT');
    await ended;
    return this.said.split('\n').filter((line) => line.includes('(INJECTED)'));
  }
}

class Straced {
  private names = 0;
  readonly flaws: string[] = [];
  readonly late: Late[] = [];
  readonly rows: FaultRow[] = [];

  constructor(
    private readonly arena: ProgramArena,
    private readonly isOver: () => boolean,
  ) {}

  /** One call after the other is refused, until the work makes no more of them. */
  async row({ which, call, fault, ever }: Omit<Case, 'at'>): Promise<FaultRow> {
    const outcomes: Record<string, number> = {};
    const before = this.late.length;
    for (let at = 1; !this.isOver(); at++) {
      const outcome = await this.one(which, { which, call, fault, at, ever });
      if (outcome === undefined) break;
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
    const row = { work: which, fault, ever, outcomes, late: this.late.length - before };
    this.rows.push(row);
    return row;
  }

  /** @param injected undefined for a work that nothing disturbs. @returns what came of it, if a call was refused */
  async one(which: WorkName, injected: Case | undefined): Promise<string | undefined> {
    const { arena } = this;
    const work: Work = works[which];
    const name = `s${++this.names}`;
    const place = placeOf(arena.directory, name);
    work.prepare(place);
    const client = await arena.client();
    const injection = injected && (await Injection.begin(arena.process, injected));
    const response = await work.run(client, name).catch((error: unknown) => error as Error);
    const refused = (await injection?.end()) ?? [];
    client.reset();
    const another = await arena.client();
    await work.after?.(another, client);
    another.reset();
    const [first] = refused;
    if (first === undefined || injected === undefined) return undefined;
    const where = `${which}, ${first.slice(0, 200)}`;
    const flaw = flawOf(readingIn(work, refused), response, injected.fault);
    const judgement = judged(work, place, { where, flaw, isGood: isGood(response) });
    if (judgement.flaw !== undefined) this.flaws.push(judgement.flaw);
    if (judgement.late !== undefined) this.late.push(judgement.late);
    return response instanceof Error ? 'cut' : String(response.status);
  }
}

/** @throws AssertionError with what is left; Error with what was answered wrongly */
export async function strace(asked: StraceAsked): Promise<StraceResult> {
  const arena = await ProgramArena.start();
  try {
    // One row there is, however slow the machine.
    const isOver = (): boolean => straced.rows.length > 0 && performance.now() > until;
    const straced = new Straced(arena, isOver);
    // What is remembered from the first time on is no call of the next.
    for (const which of tried) await straced.one(which, undefined);
    const before = await beginAudit(arena);
    const until = performance.now() + asked.milliseconds;
    await all(straced, asked);
    const isWhole = !isOver();
    await settled(
      () => straced.late.every(({ isMended }) => isMended()),
      () => `not mended: ${straced.late.flatMap(({ name, isMended }) => (isMended() ? [] : [name])).join('; ')}`,
    );
    await audit(arena, { acknowledged: new Map(), before });
    if (straced.flaws.length > 0)
      throw new Error(`${straced.flaws.length} flaws:\n${straced.flaws.slice(0, 40).join('\n')}`);
    const counts = straced.rows.flatMap(({ outcomes }) => Object.values(outcomes));
    return { cases: counts.reduce((a, b) => a + b, 0), rows: straced.rows, isWhole };
  } finally {
    await arena.remove();
  }
}

/** A call that was interrupted the runtime makes again until it is not, whoever waits. */
const lasting = faults.filter((fault) => fault !== 'EINTR');

async function all(straced: Straced, { isShort = false, onRow }: StraceAsked): Promise<void> {
  let turn = 0;
  for (const which of tried)
    for (const call of calls)
      for (const ever of isShort ? [false] : [false, true])
        for (const fault of isShort ? [faults[turn++ % faults.length] ?? 'EIO'] : ever ? lasting : faults) {
          const row = await straced.row({ which, call, fault, ever });
          onRow?.(row);
        }
}
