// Bundles the three entry points into dist/. Flags: --production (minified, no maps), --watch.
import { build, context } from 'esbuild';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const production = process.argv.includes('--production');

/** @type {import('esbuild').BuildOptions} */
const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  outdir: 'dist',
  minify: production,
  sourcemap: production ? false : 'linked',
  legalComments: 'none',
  logLevel: 'warning',
};

// Only the extension may see `vscode`: a stray import breaks the other two bundles.
const bundles = [
  { ...shared, entryPoints: ['src/extension.ts'], external: ['vscode'] },
  { ...shared, entryPoints: ['src/worker.ts', 'src/cli.ts'] },
];

if (process.argv.includes('--watch')) {
  for (const options of bundles) await (await context({ ...options, logLevel: 'info' })).watch();
} else {
  await rm(new URL('../dist', import.meta.url), { recursive: true, force: true });
  await Promise.all(bundles.map((options) => build(options)));
}
