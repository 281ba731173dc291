/** The map of the sources is true, and says what is not as it should be. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { projectRoot } from './markdown';

describe('the map', () => {
  let copy: string;
  const written: string[] = [];
  before(() => {
    copy = mkdtempSync(path.join(tmpdir(), 'http-server-map-'));
    for (const part of ['src', 'test', 'scripts', 'docs'])
      cpSync(path.join(projectRoot, part), path.join(copy, part), { recursive: true });
  });
  after(() => rmSync(copy, { recursive: true }));
  afterEach(() => {
    for (const file of new Set(written.splice(0))) rmSync(file);
    cpSync(path.join(projectRoot, 'src/globs.ts'), path.join(copy, 'src/globs.ts'));
    cpSync(path.join(projectRoot, 'docs/architecture.md'), path.join(copy, 'docs/architecture.md'));
  });

  const write = (name: string, text: string): void => {
    const file = path.join(copy, 'src', name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    written.push(file);
  };

  /** What it says, and how it ends. */
  function map(...args: string[]): [lines: string[], status: number | null] {
    const { stderr, status } = spawnSync(process.execPath, [path.join(copy, 'scripts/map.mjs'), ...args], {
      encoding: 'utf8',
    });
    return [stderr.split('\n').filter((line) => line !== ''), status];
  }

  it('has nothing to say of what stands', () => assert.deepEqual(map('--check'), [[], 0]));

  const faults: readonly (readonly [promise: string, name: string, text: string, said: string])[] = [
    [
      'goes up',
      'files/x.ts',
      `import { x } from '../endpoints/router';`,
      'src/files/x.ts imports src/endpoints/router.ts, but files may not use endpoints.',
    ],
    [
      'goes up for types alone, over lines',
      'http/wire/x.ts',
      `import type {\n  Connection,\n} from '../connection/connection';`,
      'src/http/wire/x.ts imports src/http/connection/connection.ts, but http/wire may not use http/connection.',
    ],
    [
      'goes to a room beside its own',
      'endpoints/guard/x.ts',
      `export { store } from '../storing/store';`,
      'src/endpoints/guard/x.ts imports src/endpoints/storing/store.ts, but endpoints/guard may not use endpoints/storing.',
    ],
    [
      'goes to a program',
      'editor/server/x.ts',
      `const x = import('../../serve');`,
      'src/editor/server/x.ts imports src/serve.ts, but editor/server may not use serve.ts.',
    ],
    [
      'is for its effect alone, and goes up',
      'files/x.ts',
      `import '../endpoints/router';`,
      'src/files/x.ts imports src/endpoints/router.ts, but files may not use endpoints.',
    ],
    [
      'leaves what is below everything',
      'globs.ts',
      `import { x } from './files/names';`,
      'src/globs.ts imports src/files/names.ts, but globs.ts may not use files.',
    ],
  ];
  for (const [promise, name, text, said] of faults) {
    it(`says which import ${promise}`, () => {
      write(name, text);
      const [lines, status] = map();
      assert.deepEqual([lines.includes(said), status], [true, 1], lines.join('\n'));
    });
  }

  it('says which file is in no room', () => {
    write('somewhere/x.ts', '');
    const said = ['src/somewhere/x.ts is in no program.', 'src/somewhere/x.ts is in no room of scripts/rooms.mjs.'];
    assert.deepEqual(map(), [said, 1]);
  });

  it('says which file no program needs, whoever needs it otherwise', () => {
    write('files/x.ts', `import { y } from './y';`);
    write('files/y.ts', '');
    assert.deepEqual(map(), [['src/files/x.ts is in no program.', 'src/files/y.ts is in no program.'], 1]);
    write('globs.ts', `import type { x } from './files/x';`);
    assert.ok(!map()[0].some((line) => /^src\/files\/[xy]\.ts is in no program/.test(line)));
  });

  it('says which files need each other, but for their types', () => {
    write('files/x.ts', `import { y } from './y';`);
    write('files/y.ts', `import { x } from './z';`);
    write('files/z.ts', `import type { x } from './x';`);
    const circles = (): string[] => map()[0].filter((line) => line.includes('circle'));
    assert.deepEqual(circles(), []);
    write('files/z.ts', `import { x } from './x';`);
    assert.deepEqual(circles(), ['These need each other in a circle: files/x.ts, files/y.ts, files/z.ts, files/x.ts.']);
  });

  it('says which name nobody imports', () => {
    // This file has words, too.
    const name = ['nobodys', 'Name'].join('');
    write('files/x.ts', `export const ${name} = 1;\nexport const somebodysName = 2;`);
    write('files/y.ts', `import { somebodysName } from './x';`);
    const [lines, status] = map();
    assert.deepEqual(
      [lines.filter((line) => line.includes('exports')), status],
      [[`src/files/x.ts exports ${name}, which nobody imports.`], 1],
    );
  });

  it('says which files or types have one name', () => {
    write('files/x.ts', 'export interface Thing {}\nexport const thing = 1;\nclass Own {}');
    write('http/wire/x.ts', 'export class Thing {}\nexport const thing = 2;\nexport class Own {}');
    assert.deepEqual(
      map()[0].filter((line) => line.includes('two places')),
      ['x.ts', 'Thing'].map((word) => `${word} is in two places: src/files/x.ts, src/http/wire/x.ts.`),
    );
  });

  it('is out of date when a file has come, and is drawn anew', () => {
    const outOfDate = (): boolean => map('--check')[0].some((line) => line.endsWith('is out of date: npm run map.'));
    write('files/x.ts', '');
    assert.ok(outOfDate());
    map();
    assert.ok(!outOfDate());
  });
});
