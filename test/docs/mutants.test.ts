/** The page about mutants says what was counted, and explains what is there. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { linesIn } from '../mutation/changes';
import { explained } from '../mutation/explained';
import { mutatedRooms, mutantPlan } from '../mutation/mutatedRooms';
import {
  laterReport,
  lineOf,
  mutantsIn,
  patternsAgain,
  percentages,
  scoreOf,
  unexplained,
  type Report,
} from '../mutation/mutants';
import { codeIn, projectRoot, read, rowsOf, sectionOf } from './markdown';

const page = read('docs/mutants.md');
const onOneLine = (text: string): string => text.replace(/\s+/g, ' ');

describe('the mutants of the documents', () => {
  it('are of rooms that are mutated, and their numbers agree', () => {
    const rows = rowsOf(page.slice(page.indexOf('| Room |')).split('\n\n')[0] ?? '');
    const scored = rows.map(([room]) => codeIn(room));
    assert.ok(scored.length > 0);
    assert.deepEqual(
      scored,
      mutatedRooms.map(({ room }) => room).filter((room) => scored.includes(room)),
    );
    for (const [room, all, noticed, , known, survived, ...shares] of rows) {
      const score = { noticed: Number(noticed), timedOut: 0, explained: Number(known), survived: Number(survived) };
      assert.equal(Number(all), score.noticed + score.explained + score.survived, room);
      assert.deepEqual(shares, percentages(score), room);
    }
  });

  it('are explained where the code still stands', () => {
    const gone = explained.filter(({ file, code }) => !onOneLine(read(`src/${file}`)).includes(code.replace(/…$/, '')));
    assert.deepEqual(gone, []);
  });

  it('are explained on the page as in the table it is made of', () => {
    const items = [...sectionOf(page, '## Not noticed, and why').matchAll(/^ {2}- `([^`]+)`: .*$/gm)];
    assert.deepEqual(items.map(([, file]) => file).sort(), explained.map(({ file }) => file).sort());
  });

  it('are tried by tests that are there', () => {
    const tests = mutatedRooms.flatMap((room) => room.tests);
    assert.deepEqual(
      tests.filter((name) => !existsSync(path.join(projectRoot, 'test', `${name}.test.ts`))),
      [],
    );
  });
});

describe('a run of mutants', () => {
  const diff = [
    'diff --git a/src/http/wire/head.ts b/src/http/wire/head.ts',
    '--- a/src/http/wire/head.ts',
    '+++ b/src/http/wire/head.ts',
    '@@ -3,0 +4,2 @@ import',
    '+a',
    '+b',
    '@@ -10,2 +12,0 @@',
    '-c',
    '-d',
    '@@ -20 +20 @@',
    '-e',
    '+f',
    'diff --git a/src/cli.ts b/src/cli.ts',
    '--- a/src/cli.ts',
    '+++ b/src/cli.ts',
    '@@ -1 +1 @@',
    '-g',
    '+h',
  ].join('\n');

  it('is about the lines that a difference adds', () => {
    const file = 'src/http/wire/head.ts';
    const lines = [
      { file, first: 4, last: 5 },
      { file, first: 20, last: 20 },
      { file: 'src/cli.ts', first: 1, last: 1 },
    ];
    assert.deepEqual(linesIn(diff), lines);
    const plan = mutantPlan([], lines).map(({ room, lines: own }) => [room, own]);
    assert.deepEqual(plan, [['http/wire', lines.slice(0, 2)]]);
  });

  it('is about the rooms that are asked for, or all of them', () => {
    const roomsOf = (...names: string[]): string[] => mutantPlan(names, undefined).map(({ room }) => room);
    assert.deepEqual(roomsOf('src/http/wire/', 'files'), ['http/wire', 'files']);
    assert.deepEqual(
      roomsOf(),
      mutatedRooms.map(({ room }) => room),
    );
    assert.throws(() => roomsOf('editor'), { message: /^No mutants are made of "editor"; there are http\/message, / });
  });

  const at = (line: number, from: number, to: number) => ({
    location: { start: { line, column: from }, end: { line: line + (to < from ? 1 : 0), column: to } },
    mutatorName: 'M',
  });
  const report: Report = {
    files: {
      'src/a.ts': {
        source: 'if (a < b) {\n  c();\n}\n',
        mutants: [
          { ...at(1, 5, 10), replacement: 'a <= b', status: 'Survived' },
          { ...at(1, 5, 10), replacement: 'false', status: 'Killed' },
          { ...at(1, 5, 10), replacement: 'true', status: 'Timeout' },
          { ...at(1, 12, 7), replacement: '{}', status: 'NoCoverage' },
          { ...at(2, 3, 4), replacement: '', status: 'CompileError' },
        ],
      },
    },
  };

  it('tells what was noticed, and what was not', () => {
    const mutants = mutantsIn(report);
    const score = scoreOf(mutants);
    assert.deepEqual(score, { noticed: 2, timedOut: 1, explained: 0, survived: 2 });
    assert.deepEqual(percentages(score), ['50.0', '50.0']);
    assert.deepEqual(unexplained(mutants).map(lineOf), [
      '  src/a.ts:1 M\n    a < b\n    → a <= b',
      '  src/a.ts:1 M, which no test runs\n    { c();\n    → {}',
    ]);
  });

  it('is told apart by parts of a room, each with files of its own', () => {
    const files = mutantPlan([], [{ file: 'src/files/writing/staging.ts', first: 1, last: 2 }]);
    assert.deepEqual(
      files.map(({ room }) => room),
      ['files/writing:place'],
    );
    const all = mutatedRooms.flatMap(({ room, directory = room, files: own }) =>
      (own ?? []).map((name) => `${directory}/${name}`),
    );
    assert.deepEqual(all, [...new Set(all)]);
    assert.deepEqual(
      all.filter((name) => !existsSync(path.join(projectRoot, 'src', `${name}.ts`))),
      [],
    );
  });

  it('tries again what was not noticed, and counts the rest as before', () => {
    const file = report.files['src/a.ts'];
    assert.ok(file);
    assert.deepEqual(patternsAgain('src/a.ts', file), ['src/a.ts:1:4-1:9', 'src/a.ts:1:11-2:6']);
    const [first, ...others] = file.mutants;
    assert.ok(first);
    const later = { files: { 'src/a.ts': { ...file, mutants: [{ ...first, status: 'Killed' }] } } };
    const other = { files: { 'src/b.ts': file } };
    assert.deepEqual(laterReport(report, later).files['src/a.ts']?.mutants, [
      { ...first, status: 'Killed' },
      ...others,
    ]);
    assert.deepEqual(laterReport(report, other), { files: { ...report.files, ...other.files } });
  });

  it('says 100 only where all were noticed', () => {
    assert.deepEqual(percentages({ noticed: 99_999, timedOut: 0, explained: 1, survived: 0 }), ['99.9', '100.0']);
    assert.deepEqual(percentages({ noticed: 0, timedOut: 0, explained: 0, survived: 0 }), ['–', '–']);
  });
});
