/** The checker of histories finds what is wrong with one, and nothing wrong with one that can have been. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import fc from 'fast-check';
import { flawsOf, type Operation } from './history';
import { assertRegisters, flawsIn } from './registers';

/** `w a 1-3`: a write of `a` from 1 to 3; `r`: a read; `w! a`: one that failed; `w? a`: one that nobody heard of. */
function historyOf(text: string): Operation[] {
  return text.split(', ').map((line) => {
    const [kind = '', value = '', times = ''] = line.split(' ');
    const [begin, end] = times.split('-').map(Number);
    const outcome = kind.endsWith('!') ? 'failed' : kind.endsWith('?') ? 'unknown' : 'done';
    return {
      client: 0,
      name: 'x',
      kind: kind.startsWith('w') ? 'write' : 'read',
      value,
      begin: begin ?? 0,
      end: end ?? 0,
      outcome,
    };
  });
}

const rows: readonly (readonly [promise: string, history: string, flaw: RegExp | undefined])[] = [
  ['a write and its read', 'w a 1-2, r a 3-4', undefined],
  ['a read of the old or the new while it is written', 'w a 1-2, w b 3-9, r a 4-5, r b 6-7', undefined],
  ['a read of the old while two are written', 'w a 1-2, w b 3-9, w c 3-9, r a 4-5', undefined],
  ['two writes at once, of which either is last', 'w a 1-5, w b 2-6, r a 7-8, r a 9-10', undefined],
  ['a write that nobody heard of, and somebody read', 'w a 1-2, w? b 3-4, r b 9-10', undefined],
  ['a write that nobody heard of, and nobody read', 'w a 1-2, w? b 3-4, r a 9-10', undefined],
  ['a write that failed', 'w a 1-2, w! b 3-4, r a 5-6', undefined],
  ['a read of what was never written', 'w a 1-2, r b 3-4', /never written/],
  ['a read of a write that failed', 'w a 1-2, w! b 3-4, r b 5-6', /had failed/],
  ['a read before the write', 'r a 1-2, w a 3-4', /before it was written/],
  ['a read that is older than what was acknowledged', 'w a 1-2, w b 3-4, r a 5-6', /after b had replaced it/],
  ['a read of the new, and then of the old', 'w a 1-2, w b 3-9, r b 4-5, r a 6-7', /held at once|replaced/],
  ['two orders of one pair of writes', 'w a 1-9, w b 1-9, r a 10-11, r b 12-13, r a 14-15', /held at once|replaced/],
  ['a read of two writes mixed', 'w a 1-2, w b 3-4, r ab 5-6', /never written/],
  ['a read of the old by one of two that read at once', 'w a 1-2, w b 3-4, r b 5-9, r a 5-9', /held at once|replaced/],
  ['a write that nobody heard of, undone again', 'w a 1-2, w? b 3-4, r b 5-6, r a 7-8', /held at once|replaced/],
  ['a write that is lost', 'w a 1-2, w b 3-4, w c 5-6, r b 7-8', /after c had replaced it/],
];

describe('the check of a history', () => {
  for (const [promise, history, flaw] of rows) {
    it(`${flaw === undefined ? 'passes' : 'finds'} ${promise}`, () => {
      const flaws = flawsOf(historyOf(history));
      if (flaw === undefined) assert.deepEqual(flaws, []);
      else assert.match(flaws.join(), flaw);
    });
  }

  it('is made once more of a history that was wrong, which is kept', () => {
    const history = historyOf('w a 1-2, w b 3-4, r a 5-6');
    let message = '';
    assert.throws(
      () => assertRegisters(history, 17),
      (error: Error) => (message = error.message).startsWith('seed 17, kept in '),
    );
    const file = /kept in (.+\.json):/.exec(message)?.[1] ?? '';
    assert.deepEqual(flawsIn(file), flawsOf(history));
    rmSync(dirname(file), { recursive: true });
    assertRegisters(historyOf('w a 1-2, r a 3-4'), 17);
  });

  const step = fc.record({ kind: fc.constantFrom('write', 'read'), before: fc.nat(5), after: fc.nat(5) });

  /** One step at each moment, seen from before and after it. */
  const lived = (steps: readonly { kind: string; before: number; after: number }[]): Operation[] => {
    let value = 'v';
    const first = { client: 0, name: 'x', kind: 'write', value, begin: -20, end: -10, outcome: 'done' } as const;
    return [
      first,
      ...steps.map(({ kind, before, after }, at): Operation => {
        if (kind === 'write') value = `v${at}`;
        const times = { begin: at - before - 0.1, end: at + after + 0.1 };
        return { client: 0, name: 'x', kind: kind === 'write' ? 'write' : 'read', value, ...times, outcome: 'done' };
      }),
    ];
  };

  it('passes whatever one register did, however late it was heard of', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 40 }), (steps) => assert.deepEqual(flawsOf(lived(steps)), [])));
  });

  it('finds a read of what had been replaced before it began, wherever it is', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const history = lived(steps);
        const now: Operation = { ...history[0]!, value: 'now', begin: 100, end: 101 };
        const stale = { ...now, kind: 'read', value: 'v', begin: 102, end: 103 } as const;
        assert.notDeepEqual(flawsOf([...history, now, stale]), []);
      }),
    );
  });

  const times = fc
    .uniqueArray(fc.nat(60), { minLength: 2, maxLength: 2 })
    .map((pair) => pair.toSorted((a, b) => a - b));
  const write = fc.record({ times, outcome: fc.constantFrom('done', 'done', 'failed', 'unknown') });
  const read = fc.record({ times, of: fc.nat(3) });

  it('says of few operations what trying every order says', () => {
    let [good, bad] = [0, 0];
    fc.assert(
      fc.property(fc.array(write, { maxLength: 3 }), fc.array(read, { maxLength: 4 }), (writes, reads) => {
        // At no moment do two things begin or end.
        const at = ([begin = 0, end = 0]: number[], i: number) => ({ begin: begin + i / 20, end: end + i / 20 });
        const history: Operation[] = [
          ...writes.map((one, i) =>
            operation({ kind: 'write', value: `v${i}`, outcome: one.outcome, ...at(one.times, i) }),
          ),
          ...reads.map((one, i) => operation({ kind: 'read', value: `v${one.of}`, ...at(one.times, i + 3) })),
        ];
        const isRegister = canBe(history);
        if (isRegister) good++;
        else bad++;
        assert.equal(flawsOf(history).length === 0, isRegister, JSON.stringify(history));
      }),
      { numRuns: 3000 },
    );
    assert.ok(good > 100 && bad > 100, `${good} and ${bad}`);
  });
});

const operation = (of: Partial<Operation>): Operation => ({
  ...{ client: 0, name: 'x', kind: 'read', value: '', begin: 0, end: 0, outcome: 'done', ...of },
});

/** Whether some order of the operations, by trying them all, is that of a register which holds `value` at first. */
function canBe(left: readonly Operation[], value?: string): boolean {
  const counted = left.filter(({ outcome }) => outcome !== 'failed');
  const mustCome = counted.filter(({ outcome }) => outcome === 'done');
  if (mustCome.length === 0) return true;
  const firstEnd = Math.min(...mustCome.map(({ end }) => end));
  return counted.some((one) => {
    if (one.begin > firstEnd || (one.kind === 'read' && one.value !== value)) return false;
    return canBe(
      counted.filter((other) => other !== one),
      one.kind === 'write' ? one.value : value,
    );
  });
}
