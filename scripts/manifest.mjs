// The manifest out of the tables in `src/editor/manifest`: `npm run manifest` writes the commands, menus and settings into
// package.json, `npm run manifest -- --check` says what is not as it should be: a manifest that is out of date, a text that a
// language lacks or that nobody uses, a name of ours in the sources or the documents that stands for nothing, a setting that
// nobody reads.
import { build } from 'esbuild';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './suites.mjs';

const read = (name) => readFileSync(join(root, name), 'utf8');

/** What the tables export, together. */
async function tables() {
  const names = ['commandTable', 'menuTable', 'settingTable'];
  const contents = names.map((name) => `export * from './src/editor/manifest/${name}';`).join('\n');
  const { outputFiles } = await build({
    ...{ absWorkingDir: root, stdin: { contents, resolveDir: root }, bundle: true, write: false },
    ...{ platform: 'node', format: 'esm', logLevel: 'warning' },
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

const { commandTable, menuTable, settingTable, otherIds } = await tables();
const idOf = (name) => `httpServer.${name}`;

const commands = Object.entries(commandTable).map(([name, { icon, category, enablement }]) => ({
  command: idOf(name),
  title: `%command.${name}%`,
  ...(category && { category: 'HTTP Server' }),
  icon: `$(${icon})`,
  ...(enablement && { enablement }),
}));

const menus = Object.fromEntries(
  Object.entries(menuTable).map(([place, entries]) => [
    place,
    entries.map(({ command, ...rest }) => ({ command: idOf(command), ...rest })),
  ]),
);

/** @param order its place among the settings */
function settingOf([name, { type, default: value, scope, ...rest }], order) {
  const key = `setting.${name}`;
  const own = { type, default: value, scope, order, markdownDescription: `%${key}%`, ...rest };
  const meanings = rest.enum && { markdownEnumDescriptions: rest.enum.map((each) => `%${key}.${each}%`) };
  return [idOf(name), { ...own, ...meanings }];
}

const properties = Object.fromEntries(Object.entries(settingTable).map(settingOf));

const before = read('package.json');
const manifest = JSON.parse(before);
const { contributes } = manifest;
Object.assign(contributes, { commands, menus });
Object.assign(contributes.configuration, { properties });
const after = `${JSON.stringify(manifest, undefined, 2)}\n`;

/** The keys of texts that the manifest asks for. */
const asked = [...new Set([...after.matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key))];

function* flawsOfTexts() {
  for (const file of ['package.nls.json', 'package.nls.de.json']) {
    const texts = JSON.parse(read(file));
    for (const key of asked) if (!texts[key]) yield `${file} has no text "${key}".`;
    for (const key of Object.keys(texts))
      if (!asked.includes(key)) yield `${file} has "${key}", which nothing asks for.`;
  }
}

const filesBelow = (folder, ending) =>
  readdirSync(join(root, folder), { recursive: true })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((name) => name.endsWith(ending));
const sources = filesBelow('src', '.ts');

/** What the settings, the commands and the rest are called, and the context keys that conditions look at. */
const contexts = [...read('src/editor/manifest/contexts.ts').matchAll(/'(httpServer\.\w+)':/g)].map(([, key]) => key);
const known = new Set([...Object.keys({ ...commandTable, ...settingTable }).map(idOf), ...contexts, ...otherIds]);

function* flawsOfNames() {
  const documents = ['README.md', ...filesBelow('docs', '.md')];
  const others = ['package.json', 'package.nls.json', 'package.nls.de.json', 'l10n/bundle.l10n.de.json'];
  for (const file of [...sources, ...documents, ...others]) {
    const text = file === 'package.json' ? after : read(file);
    for (const [id] of text.matchAll(/\bhttpServer\.[a-z]\w*/gi))
      if (!known.has(id)) yield `${file} names ${id}, which is no command, setting or context key.`;
  }
}

/** By `'NAME'`, which is how settings are asked for. */
function* flawsOfSettings() {
  const code = sources
    .filter((name) => /^src\/editor\/(?!manifest\/)/.test(name))
    .map(read)
    .join();
  for (const name of Object.keys(settingTable))
    if (!code.includes(`'${name}'`)) yield `No source reads the setting ${name}.`;
}

const flaws = [...flawsOfTexts(), ...flawsOfNames(), ...flawsOfSettings()];
if (!process.argv.includes('--check')) writeFileSync(join(root, 'package.json'), after);
else if (after !== before) flaws.push('package.json is not what src/editor/manifest says: npm run manifest.');
for (const flaw of flaws) console.error(flaw);
process.exitCode = flaws.length === 0 ? 0 : 1;
