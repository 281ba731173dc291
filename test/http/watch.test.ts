/** The time that is charged to peers, and how often somebody looks. */
import assert from 'node:assert/strict';
import { Watch } from '../../src/http/connection/watch';

/** Stops the thread, as a debugger or Ctrl+Z does. */
const standStill = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

describe('a watch', function () {
  this.slow(6000);
  let watch: Watch | undefined;
  afterEach(() => watch?.stop());

  /** Starts one, whose deadlines are `due`; resolves with the times of its looks when there were `count`. */
  const looks = (count: number, due: (now: number) => number): Promise<readonly number[]> =>
    new Promise((resolve) => {
      const times: number[] = [];
      watch = new Watch((now) => {
        times.push(now);
        if (times.length === count) resolve(times);
        return due(now);
      });
      watch.start();
    });

  const gaps = (times: readonly number[]): number[] => times.slice(1).map((time, i) => time - times[i]!);

  it('H9: looks once a second while nothing can expire sooner', async () => {
    for (const gap of gaps(await looks(3, () => Number.POSITIVE_INFINITY))) assert.ok(gap >= 995, `${gap} ms`);
  });

  it('looks when something expires', async () => {
    for (const gap of gaps(await looks(5, (now) => now + 100))) assert.ok(gap >= 95 && gap < 900, `${gap} ms`);
  });

  it('does not look again and again at what is over, but takes a moment to be gone', async () => {
    for (const gap of gaps(await looks(5, (now) => now))) assert.ok(gap >= 5, `${gap} ms`);
  });

  it('looks sooner if somebody asks for it', async () => {
    const looked = looks(2, () => Number.POSITIVE_INFINITY);
    const begun = watch!.now;
    watch!.expect(begun + 100);
    watch!.expect(begun + 500);
    const [first = 0] = await looked;
    assert.ok(first - begun >= 95 && first - begun < 450, `${first - begun} ms`);
  });

  it('H3: charges nobody for time in which the process stood still', async () => {
    const looked = looks(2, () => Number.POSITIVE_INFINITY);
    const begun = watch!.now;
    standStill(3000);
    // Before anybody has looked, too.
    assert.ok(watch!.now - begun < 1500);
    const [first = 0, second = 0] = await looked;
    assert.ok(first - begun < 1500, `${first - begun} ms`);
    assert.ok(second - first < 1500, `${second - first} ms`);
  });

  it('has no timer before it is started, nor after it is stopped', () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    watch = new Watch(() => Number.POSITIVE_INFINITY);
    watch.expect(0);
    assert.equal(timers(), before);
    watch.start();
    watch.start();
    assert.equal(timers(), before + 1);
    watch.stop();
    assert.equal(timers(), before);
  });
});
