// Bundles the entry points into dist/, with the licences of what is bundled. Flags: --production (minified, no maps), --watch.
import { build, context } from 'esbuild';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { typesOfNames } from './mediaTypes.mjs';

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
  metafile: true,
  logLevel: 'warning',
};

/** What the server sends to browsers, which lies beside the bundles: as small as it gets. */
const forBrowsers = {
  ...{ absWorkingDir: root, bundle: true, minify: true, target: 'es2022', charset: 'ascii', legalComments: 'none' },
  ...{ metafile: true, logLevel: 'warning', tsconfig: 'src/page/tsconfig.json' },
};
const liveScript = {
  ...forBrowsers,
  ...{ entryPoints: { live: 'src/page/live/liveScript.ts' }, outdir: 'dist/page', format: 'iife' },
};
/** Tells the server which file is which: the names of the entry points' files, in dist/page/names.json. */
const tellNames = {
  name: 'tellNames',
  setup: ({ onEnd }) =>
    onEnd(async ({ metafile }) => {
      const own = Object.entries(metafile?.outputs ?? {}).filter(([, { entryPoint }]) => entryPoint !== undefined);
      const files = own.map(([path]) => path.slice(path.lastIndexOf('/') + 1));
      const names = Object.fromEntries(files.map((file) => [file.slice(0, file.lastIndexOf('-')), file]));
      await writeFile(join(root, 'dist/page/names.json'), `${JSON.stringify(names)}\n`);
    }),
};
/** Their names change with their content, so that nobody has to ask for them again. */
const assets = {
  ...forBrowsers,
  entryPoints: { page: 'src/page/folderScript.tsx', style: 'src/page/page.css', icon: 'src/page/icon.svg' },
  ...{ outdir: 'dist/page/assets', format: 'esm', splitting: true, loader: { '.svg': 'copy' } },
  ...{ entryNames: '[name]-[hash]', chunkNames: '[name]-[hash]', plugins: [tellNames] },
};

/** What `engines` begins with, as the terminal's program says it. */
const { engines } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
const oldestNode = JSON.stringify(/\d+\.\d+/.exec(engines.node)[0]);

/** What few windows need, each in a bundle of its own: what every window loads asks for it by `import()`. */
const onDemand = {
  certificate: 'src/certificate.ts',
  rulePlace: 'src/editor/server/rulePlace.ts',
  ruleRepair: 'src/ruleRepair.ts',
};
/** The same, of what speaks to the editor. */
const onDemandInEditor = { sharePage: 'src/editor/sharing/sharePage.ts' };
const loadsOnDemand = {
  name: 'loads on demand',
  setup: ({ onResolve }) => {
    onResolve({ filter: /\.js$/ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path: `./${basename(path)}`, external: true } : undefined,
    );
  },
};

/** Of `@fastify/busboy` the parser of delimiters: its entry loads all of its readers of forms, which nobody asks. */
const parserAlone = {
  name: 'parser alone',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^@fastify\/busboy$/ }, () => ({ path: 'busboy', namespace: 'parser' }));
    onLoad({ filter: /./, namespace: 'parser' }, () => ({
      contents: `exports.Dicer = require('@fastify/busboy/deps/dicer/lib/Dicer.js');`,
      resolveDir: root,
    }));
  },
};

// Only the extension may see `vscode`: a stray import breaks the other bundles.
const bundles = [
  {
    ...shared,
    entryPoints: ['src/extension.ts'],
    external: ['vscode'],
    plugins: [loadsOnDemand],
    // So that it is loaded by the `require` of the bundle, as is the rest.
    supported: { 'dynamic-import': false },
  },
  { ...shared, entryPoints: onDemandInEditor, external: ['vscode'] },
  // Of the package `jsonc-parser` the modules: what it has for Node.js loads its parts in a way that nobody can follow.
  { ...shared, entryPoints: onDemand, mainFields: ['module', 'main'] },
  { ...shared, entryPoints: ['src/worker.ts'], define: { pageFolder: '"page"' }, plugins: [typesOfNames, parserAlone] },
  // Of the package `open`: where its own file is, beside which it looks for a program that is not bundled.
  {
    ...shared,
    entryPoints: ['src/terminal/main.ts'],
    outdir: 'dist/terminal',
    plugins: [typesOfNames, parserAlone],
    define: { pageFolder: '"../page"', 'import.meta.url': '""' },
  },
  // Whatever runs it has to be able to read it, to say that it is too old.
  { ...shared, entryPoints: ['src/cli.ts'], external: ['./terminal/main.js'], target: 'node6', define: { oldestNode } },
];

/** The folders of the packages whose files are in the bundles. */
function packagesIn(results) {
  const inputs = results.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  const folders = inputs.map((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0]);
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort();
}

/** Name and version of a package, and the text of its licence. One without a licence may not be bundled. */
async function noticeOf(folder) {
  const { name, version } = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'));
  const file = (await readdir(join(root, folder))).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name} has no licence file.`);
  return { name: `${name} ${version}`, text: (await readFile(join(root, folder, file), 'utf8')).trim() };
}

/** What has one text has it once. */
function noticesOf(all) {
  const names = new Map();
  for (const { name, text } of all) names.set(text, [...(names.get(text) ?? []), name]);
  const notices = [...names].map(([text, own]) => `${own.join('\n')}\n\n${text}\n`);
  return notices.join(`\n${'-'.repeat(80)}\n\n`);
}

if (process.argv.includes('--watch')) {
  for (const options of [...bundles, liveScript, assets])
    await (await context({ ...options, logLevel: 'info' })).watch();
} else {
  await rm(new URL('../dist', import.meta.url), { recursive: true, force: true });
  const results = await Promise.all([...bundles, liveScript, assets].map((options) => build(options)));
  const notices = noticesOf(await Promise.all(packagesIn(results).map(noticeOf)));
  await writeFile(join(root, 'dist', 'LICENSES.txt'), notices);
}
