// Makes the .vsix that editors install: node scripts/package.mjs [--out FILE], by default NAME-VERSION.vsix in the project's folder.
// The bundles are made anew for production first, by the script `vscode:prepublish`.
import { createVSIX } from '@vscode/vsce';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({ options: { out: { type: 'string' } } });
const { name, version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));

await createVSIX({
  cwd: root,
  packagePath: values.out ?? `${root}${name}-${version}.vsix`,
  // The bundles hold what they need of node_modules.
  dependencies: false,
  // The sources have no public address yet, so relative links have nothing to be made absolute with.
  allowMissingRepository: true,
  rewriteRelativeLinks: false,
});
