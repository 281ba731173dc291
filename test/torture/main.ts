/** `npm run torture -- NAME [--seed N] [--cases N] [--seconds N]`: faults and load, for as long as asked. */
import { parseArgs } from 'node:util';
import { MiB } from '../../src/options';
import { burst, checkBurst } from './burst';
import { assertFaultless, faults } from './faults';
import { fuzz } from './fuzz';
import { handOn, mostGrowth, ways } from './handedOn';
import { uploads } from './uploads';

interface Asked {
  readonly seed: number;
  readonly cases: number;
  readonly seconds: number;
}

const tortures: Readonly<Record<string, (asked: Asked) => Promise<string>>> = {
  fuzz: async ({ seed, cases, seconds }) => {
    const progress = (done: number): void => console.log(`  ${done} cases`);
    const result = await fuzz({ seed, cases, milliseconds: seconds * 1000, progress });
    return `${result.cases} cases, ${result.answers} answers, by status ${JSON.stringify(result.statuses)}`;
  },
  faults: async ({ seconds }) => {
    const result = await faults({
      milliseconds: seconds * 1000,
      onRow: (row) => console.log(`  ${JSON.stringify(row)}`),
    });
    assertFaultless(result);
    return `${result.cases} cases`;
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

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      cases: { type: 'string', default: '1000000' },
      seconds: { type: 'string', default: '600' },
    },
  });
  const asked = { seed: Number(values.seed), cases: Number(values.cases), seconds: Number(values.seconds) };
  for (const name of positionals.length > 0 ? positionals : Object.keys(tortures)) {
    const torture = tortures[name];
    if (torture === undefined)
      throw new Error(`There is no torture ${name}; there are ${Object.keys(tortures).join(', ')}.`);
    console.log(`${name}: seed ${asked.seed}`);
    console.log(`${name}: ${await torture(asked)}`);
  }
}

main().catch((error: unknown) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
