/** The audit finds what is amiss. */
import assert from 'node:assert/strict';
import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { needsLinux } from '../support/needs';
import { Arena } from './arena';
import { audit, beginAudit, digestOf, type Acknowledged, type Usage } from './audit';

const nothing = (): void => undefined;

describe('the audit at the end of each torture', () => {
  let arena: Arena;
  let atFirst: Usage;

  before(async function () {
    needsLinux(this);
    arena = await Arena.start();
    atFirst = await beginAudit(arena);
  });
  after(async () => {
    // Nothing was made where the tests are skipped.
    await (arena as Arena | undefined)?.remove();
  });

  /** @returns what takes it away again */
  const put = (path: string, content: string) => (): (() => void) => {
    const file = join(arena.directory, path);
    writeFileSync(file, content);
    return () => rmSync(file);
  };
  const open = (): (() => void) => {
    const descriptor = openSync(arena.directory, 'r');
    return () => closeSync(descriptor);
  };

  type Row = readonly [what: string, spoil: () => () => void, acknowledged: Acknowledged, says: RegExp];
  const none: Acknowledged = new Map();
  const rows: readonly Row[] = [
    ['a file that is not there', () => nothing, new Map([['a', digestOf('a')]]), /a/],
    ['a file that is not whole', put('b', 'b'), new Map([['b', digestOf('bb')]]), /b/],
    ['a file that was removed, and is there', put('c', 'c'), new Map([['c', 'gone']]), /c was removed/],
    ['an unfinished file', put('.http-server-0.tmp', ''), none, /unfinished: .*\.http-server-0\.tmp/],
    ['a descriptor that is open', open, none, /not given back/],
  ];
  for (const [what, spoil, acknowledged, says] of rows) {
    it(`finds ${what}`, async () => {
      const mend = spoil();
      try {
        await assert.rejects(audit(arena, { acknowledged, before: atFirst, patience: 300 }), says);
      } finally {
        mend();
      }
    });
  }

  for (const what of ['timers', 'threads', 'heap'] as const) {
    it(`finds more ${what} than before`, async () => {
      // What the server has now is more than nothing.
      const before = { ...atFirst, [what]: what === 'heap' ? -(2 ** 26) : -1 };
      await assert.rejects(audit(arena, { acknowledged: none, before, patience: 300 }), /not given back/);
    });
  }

  it('finds nothing where nothing is amiss', () => audit(arena, { acknowledged: none, before: atFirst }));
});
