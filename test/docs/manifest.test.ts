/** The manifest is what the tables of the editor's part say, and whatever is called by a name of ours is there. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { projectRoot } from './markdown';

const parts = [
  'src',
  'scripts',
  'docs',
  'l10n',
  'README.md',
  'package.json',
  'package.nls.json',
  'package.nls.de.json',
];

describe('the manifest', () => {
  let copy: string;
  before(() => {
    copy = mkdtempSync(path.join(tmpdir(), 'http-server-manifest-'));
    for (const part of parts) cpSync(path.join(projectRoot, part), path.join(copy, part), { recursive: true });
    symlinkSync(path.join(projectRoot, 'node_modules'), path.join(copy, 'node_modules'), 'junction');
  });
  after(() => rmSync(copy, { recursive: true }));

  /** What it says, and how it ends. */
  function manifest(...args: string[]): [lines: string[], status: number | null] {
    const { stderr, status } = spawnSync(process.execPath, [path.join(copy, 'scripts/manifest.mjs'), ...args], {
      encoding: 'utf8',
    });
    return [stderr.split('\n').filter((line) => line !== ''), status];
  }

  it('has nothing to say of what stands', () => assert.deepEqual(manifest('--check'), [[], 0]));

  const outOfDate = 'package.json is not what src/editor/manifest says: npm run manifest.';
  const noText = (key: string): string[] =>
    ['package.nls.json', 'package.nls.de.json'].map((file) => `${file} has no text "${key}".`);

  const faults: readonly (readonly [promise: string, file: string, from: string, to: string, said: string[]])[] = [
    [
      'a command that has come',
      'src/editor/manifest/commandTable.ts',
      `  menu: {`,
      `  more: { icon: 'add' },\n  menu: {`,
      [...noText('command.more'), outOfDate],
    ],
    [
      'a setting that has come, and that nobody reads',
      'src/editor/manifest/settingTable.ts',
      `  root: {`,
      `  more: { type: 'boolean', default: true, scope: 'machine' },\n  root: {`,
      [...noText('setting.more'), 'No source reads the setting more.', outOfDate],
    ],
    ['another default of the server', 'src/options.ts', 'port: 4221', 'port: 4222', [outOfDate]],
    [
      'a further value of an enumeration',
      'src/options.ts',
      `['readOnly', 'readWrite', 'full', 'dropBox']`,
      `['readOnly', 'readWrite', 'full', 'dropBox', 'more']`,
      [...noText('setting.access.more'), outOfDate],
    ],
    ['another condition', 'src/editor/manifest/menuTable.ts', `when: 'false'`, `when: 'true'`, [outOfDate]],
    ['another scope in the manifest', 'package.json', `"scope": "machine"`, `"scope": "resource"`, [outOfDate]],
    [
      'a text that nothing asks for',
      'package.nls.de.json',
      `"command.start"`,
      `"command.more": "Mehr",\n  "command.start"`,
      ['package.nls.de.json has "command.more", which nothing asks for.'],
    ],
    [
      'a setting that a text names and that is not there',
      'l10n/bundle.l10n.de.json',
      'httpServer.host',
      'httpServer.most',
      ['l10n/bundle.l10n.de.json names httpServer.most, which is no command, setting or context key.'],
    ],
    [
      'a command that the code names and that is not there',
      'src/editor/log/shareNews.ts',
      `'httpServer.share'`,
      `'httpServer.more'`,
      ['src/editor/log/shareNews.ts names httpServer.more, which is no command, setting or context key.'],
    ],
  ];
  for (const [promise, file, from, to, said] of faults) {
    it(`tells of ${promise}`, () => {
      const name = path.join(copy, file);
      const text = readFileSync(name, 'utf8');
      assert.ok(text.includes(from), 'the sources have changed');
      writeFileSync(name, text.replace(from, to));
      const told = manifest('--check');
      writeFileSync(name, text);
      assert.deepEqual(told, [said, 1]);
    });
  }

  it('is written anew out of the tables', () => {
    const name = path.join(copy, 'package.json');
    const text = readFileSync(name, 'utf8');
    writeFileSync(name, text.replace('"scope": "machine"', '"scope": "resource"').replace('"$(play)"', '"$(stop)"'));
    assert.deepEqual(manifest(), [[], 0]);
    assert.equal(readFileSync(name, 'utf8'), text);
  });
});
