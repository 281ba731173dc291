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
    assert.deepEqual(map(), [['src/somewhere/x.ts is in no room of scripts/rooms.mjs.'], 1]);
  });

  it('says which files need each other, but for their types', () => {
    write('files/x.ts', `import { y } from './y';`);
    write('files/y.ts', `import { x } from './z';`);
    write('files/z.ts', `import type { x } from './x';`);
    assert.deepEqual(map(), [[], 0]);
    write('files/z.ts', `import { x } from './x';`);
    const [lines] = map();
    assert.deepEqual(lines, ['These need each other in a circle: files/x.ts, files/y.ts, files/z.ts, files/x.ts.']);
  });

  it('says which name nobody imports', () => {
    // This file has words, too.
    const name = ['nobodys', 'Name'].join('');
    write('files/x.ts', `export const ${name} = 1;\nexport const somebodysName = 2;`);
    write('files/y.ts', `import { somebodysName } from './x';`);
    assert.deepEqual(map(), [[`src/files/x.ts exports ${name}, which nobody imports.`], 1]);
  });

  it('is out of date when a file has come, and is drawn anew', () => {
    write('files/x.ts', '');
    assert.deepEqual(map('--check'), [['The map in docs/architecture.md is out of date: npm run map.'], 1]);
    map();
    assert.deepEqual(map('--check'), [[], 0]);
  });
});
