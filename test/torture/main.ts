/** `npm run torture -- NAME [--seed N] [--cases N] [--seconds N] [--write]`: faults and load, for as long as asked. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { MiB } from '../../src/options';
import { burst, checkBurst } from './burst';
import { assertFaultless, faults } from './faults';
import { writeFaults } from './faultTable';
import { fuzz } from './fuzz';
import { handOn, mostGrowth, ways } from './handedOn';
import { crowd, type CrowdAsked } from './crowd';
import { soak, type Sample } from './soak';
import { chartOf } from './soakChart';
import { steps } from './steps';
import { uploads } from './uploads';

interface Asked {
  readonly seed: number;
  readonly cases: number;
  readonly seconds: number;
  /** Whether the tables of the documents are made anew. */
  readonly isWritten: boolean;
}

async function loaded(asked: CrowdAsked): Promise<string> {
  const { operations, kills, outcomes } = await crowd(asked);
  return `${operations} operations, ${kills} deaths, ${JSON.stringify(outcomes)}`;
}

/** Of `load` and `kill`: as many as there can be in the time. */
const load200 = { clients: 200, size: 300_000 } as const;

const tortures: Readonly<Record<string, (asked: Asked) => Promise<string>>> = {
  fuzz: async ({ seed, cases, seconds }) => {
    const progress = (done: number): void => console.log(`  ${done} cases`);
    const result = await fuzz({ seed, cases, milliseconds: seconds * 1000, progress });
    return `${result.cases} cases, ${result.answers} answers, by status ${JSON.stringify(result.statuses)}`;
  },
  faults: async ({ seconds, isWritten }) => {
    const result = await faults({
      milliseconds: seconds * 1000,
      onRow: (row) => console.log(`  ${JSON.stringify(row)}`),
    });
    assertFaultless(result);
    if (isWritten) writeFaults(result.rows);
    return `${result.cases} cases`;
  },
  load: ({ seed, cases, seconds }) => loaded({ ...load200, seed, operations: cases, milliseconds: seconds * 1000 }),
  kill: async ({ seed, cases, seconds }) => {
    const operations = Math.min(cases, 100_000);
    const { deaths, states } = await steps({ first: 1, stride: 1, milliseconds: seconds * 500 });
    console.log(`  killed at ${deaths} steps: ${JSON.stringify(states)}`);
    return loaded({ ...load200, seed, operations, milliseconds: seconds * 500, kills: 100 });
  },
  soak: async ({ seed, seconds, isWritten }) => {
    const onSample = (sample: Sample): void => console.log(`  ${JSON.stringify(sample)}`);
    const asked = { seed, clients: 50, milliseconds: seconds * 1000, round: 20_000, onSample };
    const samples = await soak(asked);
    if (isWritten) writeFileSync(resolve(__dirname, '../../../media/soak.svg'), chartOf(samples));
    return `${samples.length} rounds, ${samples.reduce((sum, { operations }) => sum + operations, 0)} operations`;
  },
  uploads: async ({ seed, seconds }) => {
    const result = await uploads({ seed, count: 50, size: 20_000_000, milliseconds: seconds * 1000 });
    return `${result.stored} stored, ${result.brokenOff} broken off, ${Math.round(result.octets / 1e6)} MB`;
  },
  burst: async () => {
    const count = 300_000;
    const result = await burst(count);
    checkBurst(count, result);
    const { told, numbered, kept, counted, looks, grown } = result;
    return `${told} told: ${numbered} with a number, of which ${kept} kept, and ${counted} counted; ${looks} looks; ${Math.round(grown / MiB)} MiB more`;
  },
  handedOn: async () => {
    const grown: string[] = [];
    for (const way of ways) {
      const octets = await handOn(way, 1024);
      if (octets > mostGrowth) throw new Error(`A GiB ${way} takes ${Math.round(octets / MiB)} MiB more.`);
      grown.push(`${way} ${Math.round(octets / MiB)} MiB`);
    }
    return `a GiB handed on takes more memory: ${grown.join('; ')}`;
  },
};

/** How long each goes on, in seconds, if it is not ten minutes. */
const usual: Readonly<Record<string, number>> = { soak: 3600 };

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      cases: { type: 'string', default: '1000000' },
      seconds: { type: 'string' },
      write: { type: 'boolean', default: false },
    },
  });
  const { seed, cases, write: isWritten } = values;
  const common = { seed: Number(seed), cases: Number(cases), isWritten };
  for (const name of positionals.length > 0 ? positionals : Object.keys(tortures)) {
    const torture = tortures[name];
    if (torture === undefined)
      throw new Error(`There is no torture ${name}; there are ${Object.keys(tortures).join(', ')}.`);
    const seconds = Number(values.seconds ?? usual[name] ?? 600);
    const asked = { ...common, seconds };
    console.log(`${name}: seed ${asked.seed}, ${seconds} s at most`);
    console.log(`${name}: ${await torture(asked)}`);
  }
}

// A run that comes to no end has not gone well.
process.exitCode = 1;
main().then(
  () => (process.exitCode = 0),
  (error: unknown) => console.error((error as Error).message),
);
