// Makes the .vsix that editors install: node scripts/package.mjs [--out FILE], by default NAME-VERSION.vsix in the project's folder.
// The bundles are made anew for production first, by the script `vscode:prepublish`.
import { createVSIX, listFiles, PackageManager } from '@vscode/vsce';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { tighten } from './tighten.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({ options: { out: { type: 'string' } } });
const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));

const dataOf = (path) => `data:image/${extname(path).slice(1)};base64,${readFileSync(join(root, path), 'base64')}`;

/**
 * As long as the sources have no public address, an editor that shows README cannot follow a link to a file of theirs: such
 * links become text, with the file's path where that is not the text, and a row of a table about a file that is not in the
 * package is left out. Pictures are in the text, for an editor shows no others.
 */
const standalone = (markdown, packed) =>
  markdown
    .replace(/^\| \[[^\]]*\]\((?!https?:|#)([^)#]*)[^)]*\) \|.*\n/gm, (row, path) => (packed.includes(path) ? row : ''))
    .replace(/^(!\[[^\]]*\])\((?!https:)([^)]*\.(?:png|webp))\)$/gm, (_, text, path) => `${text}(${dataOf(path)})`)
    .replace(/\[([^\]]*)\]\((?!https?:|#|data:)([^)#]*)[^)]*\)/g, (_, text, path) =>
      path === text ? text : `${text} (${path})`,
    );

/** Nobody reads the layout of what an editor reads. */
const compact = async (file) => writeFile(file, JSON.stringify(JSON.parse(await readFile(file, 'utf8'))));

// Of what goes into the package a copy is made, where README can be another one.
const copy = await mkdtemp(join(tmpdir(), 'http-server-package-'));
try {
  // The bundles hold what they need of node_modules.
  const files = await listFiles({ cwd: root, packageManager: PackageManager.None, prepublish: true });
  for (const file of ['.vscodeignore', ...files]) await cp(join(root, file), join(copy, file));
  for (const file of files.filter((name) => name.endsWith('.json'))) await compact(join(copy, file));
  // What is only for npm: `files` names what npm packs, beside which no .vscodeignore may be.
  const forNpm = { scripts: undefined, files: undefined, bin: undefined, devDependencies: undefined };
  const asExtension = { ...manifest, ...forNpm };
  await writeFile(join(copy, 'package.json'), JSON.stringify(asExtension));
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const hasAddress = manifest.repository !== undefined;
  await writeFile(join(copy, 'README.md'), hasAddress ? readme : standalone(readme, files));
  const packagePath = values.out ?? join(root, `${manifest.name}-${manifest.version}.vsix`);
  await createVSIX({
    cwd: copy,
    packagePath,
    dependencies: false,
    allowMissingRepository: true,
    rewriteRelativeLinks: hasAddress,
  });
  await writeFile(packagePath, await tighten(await readFile(packagePath)));
} finally {
  await rm(copy, { recursive: true });
}
