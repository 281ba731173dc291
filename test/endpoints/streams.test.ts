/** Event streams are bounded: in number, in what waits for a slow reader, and in what is remembered. */
import assert from 'node:assert/strict';
import { Streams } from '../../src/endpoints/streams';
import type { News, Stream } from '../../src/endpoints/stream';

const newsOf = async (stream: Stream): Promise<News> => {
  const { value } = await stream.next();
  return JSON.parse(/^data: (.*)$/m.exec(String(value))?.[1] ?? '') as News;
};

function add(streams: Streams): Stream {
  const stream = streams.add();
  assert.ok(stream !== undefined);
  return stream;
}

describe('event streams', () => {
  it('are counted, and are not more than 256', async () => {
    const counts: number[] = [];
    const streams = new Streams((count) => counts.push(count));
    const all = Array.from({ length: 256 }, () => add(streams));
    assert.equal(streams.add(), undefined);
    for (const stream of all) await stream.return();
    await all[0]?.return();
    assert.deepEqual([counts.at(255), counts.at(-1), counts.length], [256, 0, 512]);
  });

  it('share one timer, which is there only while they are', async () => {
    const { setInterval: set, clearInterval: clear } = globalThis;
    let timers = 0;
    const counting = {
      setInterval: (callback: () => void, ms: number) => {
        timers++;
        return set(callback, ms);
      },
      clearInterval: (timer: NodeJS.Timeout | undefined) => {
        timers--;
        clear(timer);
      },
    };
    Object.assign(globalThis, counting);
    try {
      const streams = new Streams(() => undefined);
      const all = Array.from({ length: 10 }, () => add(streams));
      assert.equal(timers, 1);
      for (const stream of all) await stream.return();
      assert.equal(timers, 0);
    } finally {
      Object.assign(globalThis, { setInterval: set, clearInterval: clear });
    }
  });

  it('keep what a slow reader has not taken as one piece', async () => {
    const streams = new Streams(() => undefined);
    const stream = add(streams);
    await stream.next();
    for (const name of ['a', 'b', 'c']) streams.tell([`/${name}`]);
    const news = await newsOf(stream);
    assert.deepEqual(
      news.changes.map(([number, , paths]) => [number, paths]),
      [
        [1, ['/a']],
        [2, ['/b']],
        [3, ['/c']],
      ],
    );
    await stream.return();
  });

  it('keep no more than that everything changed, however slow the reader is', async () => {
    const streams = new Streams(() => undefined);
    const stream = add(streams);
    await stream.next();
    for (let i = 1; i <= 10_000; i++) streams.tell([`/${i}`]);
    const news = await newsOf(stream);
    assert.deepEqual([news.from, news.changes.map(([number, , paths]) => [number, paths])], [1, [[10_000, 'all']]]);
    await stream.return();
  });

  it('name no more than 500 files of one change', async () => {
    const streams = new Streams(() => undefined);
    streams.tell(Array.from({ length: 501 }, (_, i) => `/${i}`));
    const stream = add(streams);
    assert.equal((await newsOf(stream)).changes[0]?.[2], 'all');
    await stream.return();
  });

  it('name no more than 500 files to a newcomer, either', async () => {
    const streams = new Streams(() => undefined);
    for (let i = 0; i < 3; i++) streams.tell(Array.from({ length: 200 }, (_, k) => `/${i}/${k}`));
    const stream = add(streams);
    const { from, changes } = await newsOf(stream);
    assert.deepEqual([from, changes.map(([number, , paths]) => [number, paths])], [1, [[3, 'all']]]);
    await stream.return();
  });

  it('tell a newcomer from where on nothing is missing', async () => {
    const streams = new Streams(() => undefined);
    for (let i = 1; i <= 250; i++) streams.tell([`/${i}`]);
    const stream = add(streams);
    const { from, changes } = await newsOf(stream);
    assert.deepEqual([from, changes[0]?.[0], changes.at(-1)?.[0]], [151, 151, 250]);
    await stream.return();
  });

  it('end for whoever waits, too', async () => {
    const stream = add(new Streams(() => undefined));
    await stream.next();
    const waiting = stream.next();
    await stream.return();
    assert.deepEqual(await waiting, { done: true, value: undefined });
    assert.deepEqual(await stream.next(), { done: true, value: undefined });
  });

  it('have another name for each server', async () => {
    const names = await Promise.all(
      [1, 2].map(async () => {
        const stream = add(new Streams(() => undefined));
        const { server } = await newsOf(stream);
        await stream.return();
        return server;
      }),
    );
    assert.notEqual(names[0], names[1]);
  });
});
