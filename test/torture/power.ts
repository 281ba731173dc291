/**
 * The power goes at any moment of recorded works: whatever of that is on the disk by the model of `powerDisk.ts`, each file that
 * was acknowledged is there and whole.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ownPrivateFolders } from '../../src/files/unfinished/privateFolder';
import { Random } from '../support/data/random';
import { Arena } from './arena';
import { digestOf } from './audit';
import { foundAt, PowerDisk, type DiskManner, type Left, type Loss } from './powerDisk';
import { PowerClient, PowerHistory, type Version } from './powerWorks';
import { answerCall, type Call } from './shim/fault';

export interface PowerAsked {
  readonly seed: number;
  readonly clients: number;
  /** How much each of them does. */
  readonly works: number;
  /** Whether the server flushes. */
  readonly isSynced: boolean;
}

/** How a disk may be, and what the server may fail to do: each is found, or the model has no teeth. */
export interface PowerCase {
  readonly title: string;
  readonly isSynced: boolean;
  /** Whether anything may be lost. */
  readonly loses: boolean;
  readonly manner: (recorded: Recorded) => DiskManner;
}

const ignoring = (title: string, ignores: (call: Call, isOfFolder: boolean, served: string) => boolean): PowerCase => ({
  title,
  isSynced: true,
  loses: true,
  manner: ({ directory }) => ({
    tearsRenames: false,
    ignores: (call, isOfFolder) => ignores(call, isOfFolder, directory),
  }),
});

export const powerCases: readonly PowerCase[] = [
  { title: 'as it is', isSynced: true, loses: false, manner: () => ({ tearsRenames: false }) },
  { title: 'as it is, renames torn by half', isSynced: true, loses: false, manner: () => ({ tearsRenames: true }) },
  ignoring('no file flushed', (_, isOfFolder) => !isOfFolder),
  ignoring('no folder flushed', (_, isOfFolder) => isOfFolder),
  ignoring('no folder above the new ones flushed', ({ path = '' }, _, served) => path.replace(/\/$/, '') === served),
  ignoring('no note of a resumable upload flushed', ({ path = '' }) => path.includes('/uploads/')),
  { title: 'without `sync`', isSynced: false, loses: true, manner: () => ({ tearsRenames: false }) },
];

/** What was done, and all that the server called meanwhile. */
export interface Recorded {
  readonly history: PowerHistory;
  readonly calls: readonly Call[];
  readonly directory: string;
  readonly cache: string;
  /** The folders before all. */
  readonly before: ConstructorParameters<typeof PowerDisk>[0];
}

export async function record({ seed, clients, works, isSynced }: PowerAsked): Promise<Recorded> {
  const arena = await Arena.start({ sync: isSynced });
  try {
    const { directory } = arena;
    const history = new PowerHistory();
    for (const folder of ['shared', 'moved', ...Array.from({ length: clients }, (_, i) => `own${i}`)])
      mkdirSync(join(directory, folder));
    writeFileSync(join(directory, 'shared/s0'), 'old');
    history.begins('shared/s0', digestOf('old'));
    const cache = ownPrivateFolders()[0] ?? '';
    const before = new Map([directory, dirname(cache)].map((path) => [path, foundAt(path)]));
    const all = await Promise.all(Array.from({ length: clients }, (_, i) => PowerClient.of(arena, i, seed, history)));
    await arena.shim.ask({ kind: 'record' });
    await Promise.all(all.map((client) => client.run(works)));
    const { calls } = await arena.shim.ask({ kind: 'disarm' });
    return { history, calls, directory, cache, before };
  } finally {
    await arena.remove();
  }
}

export interface PowerResult {
  /** At how many moments the power went. */
  readonly cuts: number;
  /** How many states were looked at. */
  readonly states: number;
  /** What is wrong, once for each moment. */
  readonly flaws: readonly string[];
}

/** Up to this many changes that may be lost, each choice of them is looked at; of more, some. */
const mostChosen = 6;
const random48 = 48;
const losses: readonly Loss[] = ['none', 'all', 'zeros', 'half'];

/** @param mostFlaws where to stop */
export function check(recorded: Recorded, manner: DiskManner, seed: number, mostFlaws = 20): PowerResult {
  const disk = new PowerDisk(recorded.before, recorded.directory, manner);
  const random = new Random(seed);
  const judge = new Judge(recorded, !manner.tearsRenames);
  const flaws: string[] = [];
  let [cuts, states] = [0, 0];
  for (const [at, call] of recorded.calls.entries()) {
    const isNews = call.name === answerCall ? judge.hear(call) : disk.apply(call, at);
    if (!isNews) continue;
    cuts++;
    let flaw: string | undefined;
    for (const left of statesOf(disk, random)) {
      states++;
      flaw ??= judge.flawOf(left);
    }
    if (flaw !== undefined) flaws.push(`${flaw} (${at}: ${call.name} ${call.path ?? ''})`);
    if (flaws.length >= mostFlaws) break;
  }
  return { cuts, states, flaws };
}

function* statesOf(disk: PowerDisk, random: Random): Generator<Left, undefined> {
  const { undecided } = disk;
  const isThere = (): boolean => random.integer(2) === 0;
  const always = (): boolean => true;
  for (const has of choicesOf(undecided, random)) {
    for (const loss of losses) yield disk.left(has, always, () => loss);
    yield disk.left(has, isThere, () => random.pick(losses));
  }
}

type Choice = (index: number) => boolean;

function* choicesOf(count: number, random: Random): Generator<Choice, undefined> {
  if (count <= mostChosen) {
    for (let bits = 0; bits < 2 ** count; bits++) yield (index) => ((bits >> index) & 1) === 1;
    return;
  }
  for (let length = 0; length <= count; length++) yield (index) => index < length;
  for (let i = 0; i < random48; i++) {
    const chosen = Array.from({ length: count }, () => random.integer(2) === 0);
    yield (index) => chosen[index] === true;
  }
}

/** Knows what has been acknowledged, and so what has to be there. */
class Judge {
  private readonly answered = new Set<string>();
  private readonly counts = new Map<number, number>();
  private allowed: readonly (readonly [path: string, values: ReadonlySet<string>])[] = [];
  private readonly digests = new WeakMap<Buffer, string>();

  constructor(
    private readonly recorded: Recorded,
    /** Whether what goes from one folder to another is always in one of them. */
    private readonly movesWhole: boolean,
  ) {
    this.renew();
  }

  hear({ fd = 0 }: Call): boolean {
    const count = (this.counts.get(fd) ?? 0) + 1;
    this.counts.set(fd, count);
    this.answered.add(`${fd} ${count}`);
    this.renew();
    return true;
  }

  private has = (answer: string | undefined): boolean => answer !== undefined && this.answered.has(answer);

  /** Nothing may be older than what was acknowledged when that began. */
  private renew(): void {
    const { names, directory } = { ...this.recorded, names: this.recorded.history.names };
    this.allowed = [...names].map(([name, versions]) => {
      const known = versions.filter(({ answer }) => this.has(answer));
      const newest = Math.max(0, ...known.map(({ begun }) => begun));
      const values = versions.filter(({ acknowledged }: Version) => acknowledged >= newest).map(({ value }) => value);
      return [join(directory, name), new Set(values)] as const;
    });
  }

  flawOf(left: Left): string | undefined {
    for (const [path, values] of this.allowed) {
      const value = this.valueOf(left.read(path));
      if (!values.has(value))
        return `${path} is ${value.slice(0, 12)}, not ${[...values].map((each) => each.slice(0, 12)).join(' or ')}`;
    }
    return this.movesWhole ? (this.flawOfPassages(left) ?? this.flawOfOffsets(left)) : undefined;
  }

  private flawOfPassages(left: Left): string | undefined {
    const { history, directory } = this.recorded;
    for (const { from, to, value, since, answer } of history.passages) {
      if (!this.has(since) || this.has(answer)) continue;
      const isThere = [from, to].some((name) => this.valueOf(left.read(join(directory, name))) === value);
      if (!isThere) return `${from} is neither there nor at ${to}`;
    }
    return undefined;
  }

  private flawOfOffsets(left: Left): string | undefined {
    const { history, cache, directory } = this.recorded;
    for (const { id, name, content, offset, answer, ended } of history.offsets) {
      if (!this.has(answer) || this.has(ended)) continue;
      if (this.valueOf(left.read(join(directory, name))) === digestOf(content)) continue;
      const record = left.read(join(cache, 'uploads', `${id}.json`));
      const { temporary = '', size, owner = '' } = jsonOf(record);
      const server = jsonOf(left.read(join(cache, owner, 'owner')));
      if (server.pid === undefined)
        return `nobody knows whose the upload of ${name} is: ${JSON.stringify({ owner, temporary })}`;
      const found = left.read(temporary);
      const counted = Buffer.isBuffer(found) ? found.subarray(0, size) : Buffer.alloc(0);
      const isSame = counted.length >= offset && counted.equals(content.subarray(0, counted.length));
      if (!isSame) return `the upload of ${name} has come to ${counted.length} octets, or to others, not to ${offset}`;
    }
    return undefined;
  }

  private valueOf(found: Buffer | 'folder' | undefined): string {
    if (found === undefined) return 'gone';
    if (found === 'folder') return found;
    const digest = this.digests.get(found) ?? digestOf(found);
    this.digests.set(found, digest);
    return digest;
  }
}

/** What of the notes of an upload, and of its server, counts. */
interface UploadNote {
  readonly temporary?: string;
  readonly size?: number;
  readonly owner?: string;
  readonly pid?: number;
}

/** Nothing of what is no such note. */
function jsonOf(found: Buffer | 'folder' | undefined): UploadNote {
  if (!Buffer.isBuffer(found)) return {};
  try {
    return JSON.parse(found.toString()) as UploadNote;
  } catch {
    return {};
  }
}
