/** Called in a copy of the project whose sources have mutants in them: compiles it as the tests are compiled, but for the types. */
import { buildSync } from 'esbuild';
import { readdirSync } from 'node:fs';
import path from 'node:path';

const entryPoints = ['src', 'test'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => path.join(folder, name)),
);
// The mutants are chosen by a variable of the running program, so one compilation is enough for all.
buildSync({
  entryPoints,
  outdir: 'out',
  outbase: '.',
  format: 'cjs',
  platform: 'node',
  target: 'es2023',
  sourcemap: false,
  tsconfigRaw: {},
  logLevel: 'warning',
});
