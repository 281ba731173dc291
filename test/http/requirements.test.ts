/** The table of requirements is true: every test it names exists, and docs/rfc9112.md shows it. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { accepted, refused } from '../support/data/corpus';
import { requirements, requirementsTable } from '../support/data/requirements';

const root = resolve(__dirname, '../../..');
const rows = new Set([...accepted, ...refused].map(({ name }) => name));

describe('the requirements of RFC 9112', () => {
  for (const { section, asks, shown } of requirements) {
    it(`§${section}: ${asks}`, () => {
      assert.notEqual(shown.length, 0);
      for (const name of shown) {
        const [, file, title] = /^(\w+\/\w+): (.*)$/s.exec(name) ?? [];
        if (file === undefined || title === undefined || rows.has(name)) assert.ok(rows.has(name), `no row ${name}`);
        else assertTitle(file, title);
      }
    });
  }

  it('every row of the corpus names a section', () => {
    for (const { name, section } of [...accepted, ...refused])
      assert.match(section, /^\d+(\.\d+)*( rule \d)?( \(9110\))?$/, name);
  });

  it('are listed in docs/rfc9112.md (UPDATE=1 writes the list)', () => {
    const file = resolve(root, 'docs/rfc9112.md');
    const text = readFileSync(file, 'utf8');
    const wanted = text.replace(
      /(<!-- rfc9112:begin -->\n)[^]*(<!-- rfc9112:end -->)/,
      (_, begin: string, end: string) => `${begin}\n${requirementsTable()}\n\n${end}`,
    );
    assert.match(text, /<!-- rfc9112:begin -->/);
    if (process.env.UPDATE === '1') writeFileSync(file, wanted);
    else assert.equal(text, wanted);
  });
});

/** A title may stand in its file with a part that is computed. */
function assertTitle(file: string, title: string): void {
  const source = readFileSync(resolve(root, 'test', `${file}.test.ts`), 'utf8');
  assert.ok(source.includes(title), `no test “${title}” in ${file}`);
}
