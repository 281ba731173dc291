/** What is skipped says what it needs, wherever it was found to be lacking. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { isInstalled, needs } from './needs';

/** Runs a suite of its own and gives the titles of what was skipped, in order. */
async function skippedIn(define: (suite: Mocha.Suite, add: (suite: Mocha.Suite, title: string) => void) => void) {
  const { default: Mocha } = await import('mocha');
  const mocha = new Mocha({ reporter: class extends Mocha.reporters.Base {} });
  const run: string[] = [];
  const skipped: string[] = [];
  define(mocha.suite, (suite, title) => suite.addTest(new Mocha.Test(title, () => void run.push(title))));
  await new Promise((resolve) => mocha.run(resolve).on('pending', ({ title }: Mocha.Test) => skipped.push(title)));
  return { run, skipped };
}

describe('what a test needs', () => {
  it('is said by a test that is skipped', async () => {
    const { default: Mocha } = await import('mocha');
    const { run, skipped } = await skippedIn((suite, add) => {
      suite.addTest(
        new Mocha.Test('one', function (this: Mocha.Context) {
          needs(this, 'a moon', false);
        }),
      );
      add(suite, 'two');
    });
    assert.deepEqual({ run, skipped }, { run: ['two'], skipped: ['one [needs a moon]'] });
  });

  it('is said by all that come after a hook, and those in suites below', async () => {
    const { default: Mocha } = await import('mocha');
    const { run, skipped } = await skippedIn((root, add) => {
      const outer = Mocha.Suite.create(root, 'outer');
      const inner = Mocha.Suite.create(outer, 'inner');
      outer.beforeAll(function () {
        needs(this, 'a moon', false);
      });
      add(outer, 'one');
      add(inner, 'two');
      add(Mocha.Suite.create(root, 'other'), 'three');
    });
    const titles = ['one [needs a moon]', 'two [needs a moon]'];
    assert.deepEqual({ run, skipped }, { run: ['three'], skipped: titles });
  });

  it('is said by each test that a hook comes before', async () => {
    const { run, skipped } = await skippedIn((suite, add) => {
      let count = 0;
      suite.beforeEach(function () {
        needs(this, 'luck', count++ === 0);
      });
      for (const title of ['one', 'two']) add(suite, title);
    });
    assert.deepEqual({ run, skipped }, { run: ['one'], skipped: ['two [needs luck]'] });
  });

  it('is found on PATH, if it is a program', () => {
    const before = process.env.PATH;
    process.env.PATH = ['/nowhere', path.dirname(process.execPath)].join(path.delimiter);
    try {
      assert.ok(isInstalled(path.basename(process.execPath, '.exe')));
      assert.ok(!isInstalled('no-such-program'));
    } finally {
      process.env.PATH = before;
    }
  });
});
