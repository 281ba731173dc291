/** `npm run torture -- NAME [--seed N] [--cases N] [--seconds N] [--write]`: faults and load, for as long as asked. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { MiB } from '../../src/options';
import { audited } from './audit';
import { burst, checkBurst } from './burst';
import { assertFaultless, faults, type FaultRow } from './faults';
import { writeFaults, writeFlushes, writeStrace } from './faultTable';
import { powerRows, writePower } from './powerTable';
import { writeEditor, writeKill, writeLoad, writeSoak } from './figures';
import { fuzz } from './fuzz';
import { handOn, mostGrowth, ways } from './handedOn';
import { crowd, type CrowdAsked, type CrowdResult } from './crowd';
import { editor } from './editor';
import { flawsIn } from './registers';
import { soak, type Sample } from './soak';
import { answersOf, chartOf } from './soakChart';
import { steps } from './steps';
import { strace } from './strace';
import { uploads } from './uploads';

interface Asked {
  readonly seed: number;
  readonly cases: number;
  readonly seconds: number;
  /** Whether the figures of the documents are made anew. */
  readonly isWritten: boolean;
}

interface Torture {
  /** One sentence for whoever asks what there is. */
  readonly says: string;
  /** How long it goes on at most, in seconds, unless it is told; without it, ten minutes. */
  readonly seconds?: number;
  /** How many cases it has at most, unless it is told. */
  readonly cases?: number;
  /** Ends with the audit. @returns what came of it; rejects with what went wrong */
  readonly run: (asked: Asked) => Promise<string>;
}

const loadedText = ({ operations, kills, outcomes }: CrowdResult): string =>
  `${operations} operations, ${kills} deaths, ${JSON.stringify(outcomes)}`;

/** Of `load` and `kill`: as many as there can be in the time. */
const load200 = { clients: 200, size: 300_000 } as const;

async function loaded(
  asked: Omit<CrowdAsked, 'clients' | 'size'>,
): Promise<CrowdResult & { readonly clients: number }> {
  return { ...(await crowd({ ...load200, ...asked })), clients: load200.clients };
}

async function kill({ seed, cases, seconds, isWritten }: Asked): Promise<string> {
  const stepped = await steps({ first: 1, stride: 1, milliseconds: (seconds * 2000) / 3 });
  const whole = stepped.isWhole ? 'all' : 'not all, for the time was over';
  console.log(`  killed at ${stepped.deaths} steps, ${whole}: ${JSON.stringify(stepped.states)}`);
  const operations = Math.min(cases, 20_000);
  const result = await loaded({ seed, operations, milliseconds: (seconds * 1000) / 3, kills: 100 });
  if (isWritten) writeKill(stepped, result);
  return loadedText(result);
}

async function soaked({ seed, seconds, isWritten }: Asked): Promise<string> {
  const onSample = (sample: Sample): void => console.log(`  ${JSON.stringify(sample)}`);
  const asked = { seed, clients: 12, milliseconds: seconds * 1000, round: 20_000, pause: 150, onSample };
  const samples = await soak(asked);
  if (isWritten) {
    writeFileSync(resolve(__dirname, '../../../media/soak.svg'), chartOf(samples));
    writeSoak(samples);
  }
  return `${samples.length} rounds, ${answersOf(samples)} answers`;
}

async function edited({ seed, cases, seconds, isWritten }: Asked): Promise<string> {
  const result = await editor({ seed, cycles: cases, seconds, windows: 10, reloads: 20 });
  if (isWritten) writeEditor(result);
  const { cycles, windows } = result;
  return `${cycles.ends.length} cycles, ${cycles.operations} operations; 10 windows: ${JSON.stringify(windows)}`;
}

async function handedOn(): Promise<string> {
  const grown: string[] = [];
  for (const way of ways) {
    const octets = await handOn(way, 1024);
    if (octets > mostGrowth) throw new Error(`A GiB ${way} takes ${Math.round(octets / MiB)} MiB more.`);
    grown.push(`${way} ${Math.round(octets / MiB)} MiB`);
  }
  return `a GiB handed on takes more memory: ${grown.join('; ')}`;
}

async function bursts(): Promise<string> {
  const count = 300_000;
  const result = await burst(count);
  checkBurst(count, result);
  const { told, numbered, kept, counted, looks, grown } = result;
  return `${told} told: ${numbered} with a number, of which ${kept} kept, and ${counted} counted; ${looks} looks; ${Math.round(grown / MiB)} MiB more`;
}

async function fuzzed({ seed, cases, seconds }: Asked): Promise<string> {
  const progress = (done: number): void => console.log(`  ${done} cases`);
  const result = await fuzz({ seed, cases, milliseconds: seconds * 1000, progress });
  return `${result.cases} cases, ${result.answers} answers, by status ${JSON.stringify(result.statuses)}`;
}

interface Cases {
  readonly cases: number;
  readonly isWhole: boolean;
  readonly rows: readonly FaultRow[];
}

/** @throws Error instead of writing a table that is not whole */
function casesText({ cases, isWhole, rows }: Cases, write?: (rows: readonly FaultRow[]) => void): string {
  if (!isWhole && write !== undefined)
    throw new Error(`Only ${cases} cases in the time: no table is written. --seconds has more.`);
  write?.(rows);
  return `${cases} cases, ${isWhole ? 'all' : 'not all, for the time was over'}`;
}

const printRow = (row: object): void => console.log(`  ${JSON.stringify(row)}`);

const tortures: Readonly<Record<string, Torture>> = {
  fuzz: {
    says: 'sends a million mutated requests, or as many as --cases says',
    run: (asked) =>
      audited(
        () => fuzz({ ...asked, cases: 500, milliseconds: 60_000 }),
        () => fuzzed(asked),
      ),
  },
  faults: {
    says: 'lets every call of the file system fail, in every work, in every way',
    run: async ({ seconds, isWritten }) => {
      const result = await faults({ milliseconds: seconds * 1000, onRow: printRow });
      assertFaultless(result);
      return casesText(result, isWritten ? writeFaults : undefined);
    },
  },
  flushes: {
    says: 'does the same to a server that flushes to the disk what it stores',
    run: async ({ seconds, isWritten }) => {
      const result = await faults({ isSynced: true, milliseconds: seconds * 1000, onRow: printRow });
      assertFaultless(result);
      return casesText(result, isWritten ? writeFlushes : undefined);
    },
  },
  power: {
    says: 'replays what such a server calls, with a power cut after each call',
    run: async ({ seed, seconds, isWritten }) => {
      const rows = await audited(
        () => powerRows(seed, 0),
        () => powerRows(seed, seconds * 1000),
      );
      rows.forEach(printRow);
      if (isWritten) writePower(rows);
      return `${rows[0]?.cuts} cuts, ${rows[0]?.states} states`;
    },
  },
  strace: {
    says: 'has the kernel refuse the calls themselves, where strace is',
    run: async ({ seconds, isWritten }) => {
      const result = await strace({ milliseconds: seconds * 1000, onRow: printRow });
      return casesText(result, isWritten ? writeStrace : undefined);
    },
  },
  load: {
    says: 'has 200 clients on four names, whose history must be that of registers',
    run: async ({ seed, cases, seconds, isWritten }) => {
      const result = await loaded({ seed, operations: cases, milliseconds: seconds * 1000 });
      if (isWritten) writeLoad(result);
      return loadedText(result);
    },
  },
  kill: {
    says: 'kills the program before each of its calls, then the thread a hundred times under load',
    run: kill,
  },
  soak: {
    says: 'mixes all there is to ask for, for an hour, with calls that fail, and samples what the server has',
    seconds: 3600,
    run: soaked,
  },
  editor: {
    says: 'starts and stops a server in an editor a thousand times, and loads ten windows anew under load',
    seconds: 1200,
    cases: 1000,
    run: edited,
  },
  uploads: {
    says: 'has 50 uploads at once, some broken off',
    run: async ({ seed, seconds }) => {
      const result = await uploads({ seed, count: 50, size: 20_000_000, milliseconds: seconds * 1000 });
      return `${result.stored} stored, ${result.brokenOff} broken off, ${Math.round(result.octets / 1e6)} MB`;
    },
  },
  burst: {
    says: 'sends 300,000 requests while the list of those that are kept is looked at',
    run: () => audited(() => burst(8000), bursts),
  },
  handedOn: {
    says: 'hands a GiB on to another server, and back',
    run: () => audited(() => handOn(ways[0], 1), handedOn),
  },
};

const usual = { seconds: 600, cases: 1_000_000 } as const;

function help(): string {
  const names = Object.entries(tortures).map(([name, { says }]) => `  ${name.padEnd(10)}${says}`);
  return `npm run torture -- NAME… [--seed N] [--cases N] [--seconds N] [--write]

${names.join('\n')}
  ${'all'.padEnd(10)}all of them, one after the other

Each ends within ten minutes, soak in an hour, editor in half an hour, unless --seconds says otherwise, and with one audit: what was acknowledged is there and whole,
nothing unfinished is left, descriptors, threads, timers and memory are back, and the server answers. --seed repeats
a run; --write makes its figures in docs/reliability.md anew; --history FILE has a history judged that was kept.`;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      cases: { type: 'string' },
      seconds: { type: 'string' },
      write: { type: 'boolean', default: false },
      history: { type: 'string' },
    },
  });
  if (values.history !== undefined) {
    const flaws = flawsIn(values.history);
    if (flaws.length > 0) throw new Error(flaws.join('\n'));
    console.log('Each name is a register.');
    return;
  }
  if (positionals.length === 0) console.log(help());
  const named = positionals.includes('all') ? Object.keys(tortures) : positionals;
  const unknown = named.filter((name) => !(name in tortures));
  if (unknown.length > 0) throw new Error(`There is no torture ${unknown.join(', ')}.\n\n${help()}`);
  for (const name of named) {
    const { seconds = usual.seconds, cases = usual.cases, run } = tortures[name]!;
    const asked: Asked = {
      seed: Number(values.seed),
      seconds: Number(values.seconds ?? seconds),
      cases: Number(values.cases ?? cases),
      isWritten: values.write,
    };
    console.log(`${name}: seed ${asked.seed}, ${asked.seconds} s at most`);
    console.log(`${name}: ${await run(asked)}`);
  }
}

// A run that comes to no end has not gone well.
process.exitCode = 1;
main().then(
  () => (process.exitCode = 0),
  (error: unknown) => console.error((error as Error).message),
);
