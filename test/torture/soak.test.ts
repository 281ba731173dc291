/** The short form of `npm run torture -- soak`, so that it cannot rot. */
import assert from 'node:assert/strict';
import { needsLinux } from '../support/needs';
import { assertFlat } from './flat';
import { soak, type Sample } from './soak';
import { chartOf } from './soakChart';

describe('mixed traffic with faults in between', function () {
  this.slow(20_000);

  it('leaves a server that has what it had', async function () {
    needsLinux(this);
    const samples = await soak({ seed: Date.now() % 2 ** 31, clients: 6, milliseconds: 6000, round: 1000, pause: 10 });
    assert.ok(samples.length > 0);
    assert.match(chartOf(samples), /^<svg [^]*<polyline points="[\d., ]+"[^]*<\/svg>\n$/);
  });

  const flat = (i: number): Sample => ({
    ...{ at: i, isFaulty: false, answers: {}, lateness: { p99: 0, most: 0 } },
    ...{ heap: 1e7 + (i % 3) * 1e5, resident: 1e8, descriptors: 30 + (i % 2), threads: 11, timers: 1, temporary: 0 },
  });
  const all = Array.from({ length: 60 }, (_, i) => flat(i));

  it('is flat where nothing grows but at the beginning', () => {
    assertFlat(all);
    assertFlat(all.map((sample, i) => ({ ...sample, heap: sample.heap - (i < 20 ? 5e6 : 0) })));
  });

  for (const name of ['heap', 'resident', 'descriptors', 'threads', 'timers', 'temporary'] as const) {
    it(`is not flat where there are more ${name} from round to round`, () => {
      const growing = all.map((sample, i) => ({ ...sample, [name]: sample[name] + (i * sample[name]) / 20 + i / 10 }));
      assert.throws(() => assertFlat(growing), new RegExp(`^AssertionError.*: ${name} grows`));
    });
  }
});
