/**
 * `npm run bench [-- NAME… --rounds N --seconds N --peers A,B --folder DIR --load wrk|autocannon|own --before WORKER --profile DIR --write]`:
 * our server side by side with others, as medians of several rounds.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../support/host/paths';
import { chartOf } from './chart';
import { curveText } from './curves';
import { findGenerator, type Generator } from './load';
import { disturbance, facts, pinning } from './machine';
import { markdownOf, textOf } from './report';
import { allNames, bench, type Outcome, type Wish } from './benchmark';
import { bestFolder, full } from './site';

const page = 'test/bench/RESULTS.md';
const picture = 'media/benchmark.svg';

function readFlags() {
  return parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '3' },
      peers: { type: 'string' },
      folder: { type: 'string', default: bestFolder() },
      load: { type: 'string', default: findGenerator().generator },
      before: { type: 'string' },
      profile: { type: 'string' },
      write: { type: 'boolean', default: false },
    },
  });
}

/** What the command line asks for. Without names: everything but the curves, which the page has as well. */
function wishOf({ values, positionals }: ReturnType<typeof readFlags>): Wish & { readonly write: boolean } {
  const { write, seconds, folder, load, before, profile } = values;
  const unknown = positionals.find((name) => name !== 'curves' && !allNames.includes(name));
  if (unknown !== undefined) throw new Error(`There is no "${unknown}"; there are ${allNames.join(', ')}, curves.`);
  if (write && positionals.length > 0) throw new Error('The page is about everything: --write takes no names.');
  if (!['wrk', 'autocannon', 'own'].includes(load)) throw new Error(`There is no load "${load}".`);
  const names = positionals.length > 0 ? positionals : [...allNames, ...(write ? ['curves'] : [])];
  return {
    names,
    peers: values.peers?.split(','),
    scale: full,
    folder: path.resolve(folder),
    rounds: Number(values.rounds),
    seconds: Number(seconds),
    generator: load as Generator,
    before,
    profile: profile === undefined ? undefined : madeFolder(profile),
    write,
    say: (line) => console.error(line),
    report: (result) => console.log('work' in result ? textOf(result) : `\n${curveText(result)}`),
  };
}

function madeFolder(folder: string): string {
  mkdirSync(folder, { recursive: true });
  return path.resolve(folder);
}

function write({ measured, drawn }: Outcome, head: readonly string[]): void {
  const curves = drawn.map((one) => `### ${one.title}\n\n${curveText(one)}\n`).join('\n');
  const text = `${markdownOf(measured, head)}\n## How cost grows\n\n${curves}`;
  writeFileSync(path.join(projectRoot, page), text);
  writeFileSync(path.join(projectRoot, picture), chartOf(measured));
  console.log(`\nWrote ${page} and ${picture}.`);
}

async function main(): Promise<void> {
  const wish = wishOf(readFlags());
  const quiet = disturbance();
  if (quiet !== undefined) console.log(quiet);
  const outcome = await bench(wish);
  const load = wish.generator === 'wrk' ? findGenerator().text : wish.generator;
  const times = `load by ${load}, large files and uploads by a client of our own; ${wish.rounds} rounds of ${wish.seconds} s; files in ${wish.folder}`;
  const head = [...facts(pinning()), outcome.versions.join(', '), times];
  console.log(`\n${head.join('\n')}`);
  if (wish.write) write(outcome, head);
}

main().catch((error: unknown) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
