/** What a release has to have: the fields that only a publisher can fill, and actions that nobody can move. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { filesBelow, manifest, projectRoot, read, rowsOf } from './markdown';

const filled = {
  publisher: 'somebody',
  repository: { type: 'git', url: 'git+https://code.example/somebody/server.git' },
  bugs: { url: 'https://code.example/somebody/server/issues' },
  homepage: 'https://code.example/somebody/server',
};

const files = ['README.md', ...['docs', 'scripts', 'src', 'test'].flatMap(filesBelow)];

describe('a release', () => {
  let copy: string;
  before(() => {
    copy = mkdtempSync(path.join(tmpdir(), 'http-server-release-'));
    cpSync(path.join(projectRoot, 'scripts'), path.join(copy, 'scripts'), { recursive: true });
  });
  after(() => rmSync(copy, { recursive: true }));

  /** What the check says of that manifest, and how it ends. */
  function check(
    fields: object,
    heading = `## ${manifest.version}, 2026-12-01`,
  ): [lines: string[], status: number | null] {
    writeFileSync(path.join(copy, 'package.json'), JSON.stringify({ ...manifest, ...fields }));
    writeFileSync(path.join(copy, 'CHANGELOG.md'), `# Changelog\n\n${heading}\n`);
    const script = path.join(copy, 'scripts/release.mjs');
    const { stderr, status } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
    return [stderr.split('\n').filter((line) => line !== ''), status];
  }

  it('has nothing missing where its publisher has filled the fields', () => assert.deepEqual(check(filled), [[], 0]));

  it('fails without each of the fields that docs/release.md lists', () => {
    const listed = rowsOf(read('docs/release.md')).map(([field = '']) => field.replaceAll('`', ''));
    assert.deepEqual(listed, Object.keys(filled));
    for (const field of listed) {
      const [lines, status] = check({ ...filled, [field]: undefined });
      assert.deepEqual([lines.length, status], [1, 1], field);
      assert.ok(lines[0]?.includes(` ${field}: `), lines[0]);
    }
  });

  it('fails with what stands in the place of the publisher', () => {
    assert.equal(check({ ...filled, publisher: 'workspace-http-server' })[1], 1);
  });

  it('fails if the changes are those of another version, or of none', () => {
    assert.equal(check(filled, '## 9.9.9, 2026-12-01')[1], 1);
    assert.equal(check(filled, `## Unreleased: ${manifest.version}`)[1], 1);
  });

  for (const [what, text, step] of [
    ['publisher', `${manifest.publisher}.${manifest.name}`, /^\| `publisher` .*/m],
    ['version', `${manifest.name}-${manifest.version}.`, /^1\. [^]*?(?=\n2\.)/m],
  ] as const) {
    it(`has its ${what} by hand in the files that docs/release.md names there, and in no others`, () => {
      const said = read('docs/release.md').match(step)?.[0] ?? '';
      const places = files.filter((name) => read(name).includes(text));
      assert.deepEqual(
        places,
        files.filter((name) => said.includes(`\`${name}\``)),
      );
      assert.ok(places.length > 1);
    });
  }

  it('is made by actions that are named by their commits', () => {
    const folder = path.join(projectRoot, '.github/workflows');
    const uses = readdirSync(folder).flatMap((name) => read(`.github/workflows/${name}`).match(/uses: .*/g) ?? []);
    assert.ok(uses.length > 5);
    assert.deepEqual(
      uses.filter((line) => !/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line)),
      [],
    );
  });
});
