/** CONTRIBUTING and the pages of `docs` show the house that stands. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import {
  blocksOf,
  codeIn,
  filesBelow,
  filesLinkedBy,
  manifest,
  projectRoot,
  read,
  rowsOf,
  scriptsIn,
  sectionOf,
} from './markdown';

const text = read('CONTRIBUTING.md');
const tests = read('docs/tests.md');
/** They speak of files of whoever reads them. */
const forUsers = ['docs/http.md', 'docs/editor.md', 'docs/terminal.md'];
const names = readdirSync(path.join(projectRoot, 'docs')).filter((name) => name.endsWith('.md'));
const pages = ['CONTRIBUTING.md', ...names.map((name) => `docs/${name}`)];

/** The code in the running text and in tables, such as names of files. */
const codesIn = (text: string): string[] =>
  [...text.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

const exists = (file: string): boolean =>
  [projectRoot, path.join(projectRoot, 'src')].some((base) => existsSync(path.join(base, file)));

const sources = filesBelow('src').filter((file) => /\.tsx?$/.test(file));

/** The packages that a source imports, without what Node.js and the editor bring. */
function packagesOf(file: string): string[] {
  const modules = [...read(file).matchAll(/^(?:import|export) [^;]*?from '([^']+)'/gm)].map(([, name = '']) => name);
  const packages = modules.filter((name) => !/^(\.|node:|vscode$)/.test(name) && !builtinModules.includes(name));
  // Of a package that has several modules, its name.
  return [...new Set(packages.map((name) => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name))];
}

/** Whether a text has that line, in which `…` stands for what is left out. */
function hasLine(text: string, line: string): boolean {
  const [head = '', tail = ''] = line.split('…');
  const isIt = (each: string): boolean =>
    line.includes('…') ? each.startsWith(head) && each.endsWith(tail) : each === line;
  return text.split('\n').some(isIt);
}

describe('CONTRIBUTING', () => {
  it('is short enough to be read', () => assert.ok(text.split('\n').length <= 120));

  it('names no file that is not there', () => {
    const own = pages.filter((page) => !forUsers.includes(page));
    const files = own.flatMap((page) =>
      codesIn(read(page)).filter((code) => /^[\w./-]+(\.(ts|mjs|md|svg)|\/)$/.test(code)),
    );
    assert.ok(files.length > 30);
    // What is made is not there in a fresh copy.
    const made = ['dist/', 'out/', 'screenshots/', '.vscode-test/'];
    assert.deepEqual(
      files.filter((file) => !made.includes(file) && !exists(file)),
      [],
    );
  });

  const architecture = read('docs/architecture.md');
  /** The names of files in a text. */
  const filesIn = (text: string): string[] => codesIn(text).filter((code) => /^[\w./-]+\.(?:ts|js|md)$/.test(code));

  it('answers what newcomers ask by a few files that are there', () => {
    const rows = rowsOf(sectionOf(architecture, '## What newcomers ask'));
    assert.ok(rows.length >= 10);
    for (const [question = '', answer = ''] of rows) {
      const files = filesIn(answer);
      assert.ok(question.endsWith('?') && files.length > 0 && files.length <= 4, question);
      assert.deepEqual(
        files.filter((file) => !exists(file)),
        [],
        question,
      );
    }
  });

  for (const walk of ['A GET', 'A POST', 'An event', 'A line of the log']) {
    it(`walks ${walk} in at most eight stops, each at a file that is there`, () => {
      const stops = sectionOf(architecture, `## ${walk}`)
        .split(/^\d+\. /m)
        .slice(1);
      assert.ok(stops.length > 0 && stops.length <= 8);
      for (const stop of stops) assert.ok(filesIn(stop).length > 0, stop);
      const files = stops.flatMap(filesIn);
      assert.deepEqual(
        files.filter((file) => !exists(file)),
        [],
      );
    });
  }

  it('has a place in the house for every source', () => {
    const places = rowsOf(sectionOf(read('docs/architecture.md'), '## The house')).map(([cell]) => codeIn(cell));
    assert.deepEqual(
      sources.filter(
        (file) => !places.some((place) => (place.endsWith('/') ? file.startsWith(place) : file === place)),
      ),
      [],
    );
  });

  it('names every suite', () => {
    const { stderr } = spawnSync(process.execPath, ['scripts/test.mjs', '?'], { cwd: projectRoot, encoding: 'utf8' });
    const suites = /There are: (.*)\.$/m.exec(stderr)?.[1]?.split(', ');
    const table = tests.slice(tests.indexOf('| Suite |')).split('\n\n')[0] ?? '';
    assert.deepEqual(
      rowsOf(table).flatMap(([cell = '']) => cell.split(', ').map(codeIn)),
      suites,
    );
  });

  it('has a task in VS Code for every suite', () => {
    const { inputs } = JSON.parse(read('.vscode/tasks.json')) as { inputs: readonly { readonly options: string[] }[] };
    const table = tests.slice(tests.indexOf('| Suite |')).split('\n\n')[0] ?? '';
    assert.deepEqual(
      inputs[0]?.options,
      rowsOf(table).flatMap(([cell = '']) => cell.split(', ').map(codeIn)),
    );
  });

  it('has no two helpers of tests by one name', () => {
    const programs = ['main.ts', 'index.ts', 'extension.ts'];
    const helpers = filesBelow('test')
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .map((file) => path.basename(file))
      .filter((name) => !programs.includes(name));
    assert.deepEqual(
      helpers.filter((name, i) => helpers.indexOf(name) !== i),
      [],
    );
  });

  it('names only variables that the tests look at', () => {
    const variables = codesIn(tests).filter(
      (code) => /^[A-Z]+(_[A-Z]+)*$/.test(code) && code.length > 5 && code !== 'DELETE',
    );
    const sources = filesBelow('test').filter((file) => file.endsWith('.ts'));
    const code = sources.map(read).join('\n');
    assert.ok(variables.length > 0);
    assert.deepEqual(
      variables.filter((name) => !code.includes(`process.env.${name}`)),
      [],
    );
  });

  it('says of every package that is bundled where it is used', () => {
    const said = rowsOf(sectionOf(text, '## Runtime dependencies')).map(
      ([name, file]) => `${codeIn(name)} in src/${codeIn(file)}`,
    );
    // A row may be about a whole room.
    const placeOf = (name: string, file: string): string =>
      said.find((row) => row.startsWith(`${name} in `) && row.endsWith('/') && `${name} in ${file}`.startsWith(row)) ??
      `${name} in ${file}`;
    const used = [...new Set(sources.flatMap((file) => packagesOf(file).map((name) => placeOf(name, file))))];
    assert.deepEqual(said.sort(), used.sort());
  });

  it('knows no package that is not installed for the build', () => {
    const used = new Set(sources.flatMap(packagesOf));
    assert.deepEqual(
      [...used].filter((name) => manifest.devDependencies[name] === undefined),
      [],
    );
  });

  it('shows how to add something by lines that are there', () => {
    const added = blocksOf(text).filter(({ language }) => language === 'diff');
    assert.equal(added.length, 3);
    const missing: string[] = [];
    for (const diff of added) {
      let file = '';
      for (const line of diff.text.trimEnd().split('\n')) {
        if (line.startsWith('+++ ')) file = line.slice(4);
        else if (!hasLine(read(file), line.slice(1))) missing.push(`${file}: ${line}`);
      }
    }
    assert.deepEqual(missing, []);
  });

  it('names no script that is not there', () => {
    assert.deepEqual(
      pages.flatMap((page) => scriptsIn(read(page))).filter((script) => manifest.scripts[script] === undefined),
      [],
    );
  });

  it('links to no file that is not there', () => {
    assert.deepEqual(
      pages.flatMap((page) => filesLinkedBy(read(page)).filter((file) => !exists(path.join(path.dirname(page), file)))),
      [],
    );
  });
});
