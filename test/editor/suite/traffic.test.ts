import assert from 'node:assert/strict';
import type { LogEvent } from '../../../src/accessLog';
import { emptyTally } from '../../../src/accessLog';
import { dataUri, sparkline } from '../../../src/editor/status/sparkline';
import { Meter, span } from '../../../src/editor/status/traffic';
import type { Traffic } from '../../../src/messages';

const event = (status: number): LogEvent => ({
  ...{ time: 0, method: 'GET', target: '/', version: 'HTTP/1.1', ms: 1, peer: '', userAgent: '', referer: '' },
  ...{ status, bytesIn: 2, bytesOut: 3, aborted: false },
});

const traffic = (count: number, status = 200): Traffic => ({
  type: 'traffic',
  events: Array.from({ length: count }, () => event(status)),
  connections: 7,
});

describe('the meter', () => {
  it('sums by status class and size', () => {
    const meter = new Meter();
    meter.record(traffic(2), 0);
    meter.record(traffic(1, 404), 0);
    assert.deepEqual(meter.total, { count: 3, classes: [0, 0, 2, 0, 1, 0], bytesIn: 6, bytesOut: 9 });
    assert.equal(meter.connections, 7);
  });

  it('counts what was not told one by one', () => {
    const meter = new Meter();
    const dropped = { ...emptyTally(), count: 5, bytesOut: 10 };
    dropped.classes[5] = 5;
    meter.record({ ...traffic(1), dropped }, 1000);
    assert.deepEqual(meter.total, { count: 6, classes: [0, 0, 1, 0, 0, 5], bytesIn: 2, bytesOut: 13 });
    assert.equal(meter.lastMinute(1000).at(-1), 6);
  });

  it('forgets the connections of a server that is gone', () => {
    const meter = new Meter();
    meter.record(traffic(1), 0);
    meter.disconnect();
    assert.equal(meter.connections, 0);
  });

  const start = 1_700_000_000_000;
  const minutes: readonly (readonly [
    promise: string,
    at: readonly number[],
    now: number,
    seen: Record<number, number>,
  ])[] = [
    ['the current second last', [0], 0, { 59: 1 }],
    ['two of one second together', [0, 999], 999, { 59: 2 }],
    ['the second before beside it', [0, 1000], 1000, { 58: 1, 59: 1 }],
    ['what is 59 seconds old first', [0], 59_999, { 0: 1 }],
    ['nothing that is a minute old', [0], 60_000, {}],
    ['nothing of a minute ago in its place', [0, 60_000], 60_000, { 59: 1 }],
    ['nothing after an hour of sleep', [0, 1000], 3_600_000, {}],
  ];
  for (const [promise, at, now, seen] of minutes) {
    it(`shows ${promise}`, () => {
      const meter = new Meter();
      for (const time of at) meter.record(traffic(1), start + time);
      const wanted = Array.from({ length: span }, (_, i) => seen[i] ?? 0);
      assert.deepEqual(meter.lastMinute(start + now), wanted);
    });
  }
});

describe('the picture of the last minute', () => {
  const colors = { bars: '#123456', line: '#654321' };

  it('has a bar for each value that is not 0', () => {
    assert.equal(sparkline([0, 1, 0, 5, 1], colors).match(/v-\d+/g)?.length, 3);
  });

  it('is as high as its highest bar, and shows the lowest', () => {
    const heights = [...sparkline([1, 1_000_000], colors).matchAll(/v-(\d+)/g)].map(([, tall]) => Number(tall));
    assert.deepEqual(heights, [2, 34]);
  });

  it('of nothing is a line', () => {
    assert.doesNotMatch(sparkline([0, 0], colors), /v-\d+h4/);
  });

  it('is an image that Markdown takes', () => {
    assert.match(dataUri(sparkline([1], colors)), /^data:image\/svg\+xml;base64,[A-Za-z0-9+/=]+$/);
  });
});
