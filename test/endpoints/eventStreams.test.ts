/** Event streams are bounded: in number, in what waits for a slow reader, and in what is remembered. */
import assert from 'node:assert/strict';
import { Audience } from '../../src/endpoints/live/audience';
import { Live } from '../../src/endpoints/live/live';
import { EventStreams } from '../../src/endpoints/live/eventStreams';
import type { News, EventStream } from '../../src/endpoints/live/eventStream';

const newsOf = async (stream: EventStream): Promise<News> => {
  const { value } = await stream.next();
  return JSON.parse(/^data: (.*)$/m.exec(String(value))?.[1] ?? '') as News;
};

function add(streams: EventStreams): EventStream {
  return streams.add(() => undefined);
}

describe('event streams', () => {
  it('are counted', async () => {
    const counts: number[] = [];
    const streams = new EventStreams((count) => counts.push(count));
    const all = Array.from({ length: 256 }, () => add(streams));
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
      const streams = new EventStreams(() => undefined);
      const all = Array.from({ length: 10 }, () => add(streams));
      assert.equal(timers, 1);
      for (const stream of all) await stream.return();
      assert.equal(timers, 0);
    } finally {
      Object.assign(globalThis, { setInterval: set, clearInterval: clear });
    }
  });

  it('keep what a slow reader has not taken as one piece', async () => {
    const streams = new EventStreams(() => undefined);
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
    const streams = new EventStreams(() => undefined);
    const stream = add(streams);
    await stream.next();
    for (let i = 1; i <= 10_000; i++) streams.tell([`/${i}`]);
    const news = await newsOf(stream);
    assert.deepEqual([news.from, news.changes.map(([number, , paths]) => [number, paths])], [1, [[10_000, 'all']]]);
    await stream.return();
  });

  it('name no more than 500 files of one change', async () => {
    const streams = new EventStreams(() => undefined);
    streams.tell(Array.from({ length: 501 }, (_, i) => `/${i}`));
    const stream = add(streams);
    assert.equal((await newsOf(stream)).changes[0]?.[2], 'all');
    await stream.return();
  });

  it('name no more than 500 files to a newcomer, either', async () => {
    const streams = new EventStreams(() => undefined);
    for (let i = 0; i < 3; i++) streams.tell(Array.from({ length: 200 }, (_, k) => `/${i}/${k}`));
    const stream = add(streams);
    const { from, changes } = await newsOf(stream);
    assert.deepEqual([from, changes.map(([number, , paths]) => [number, paths])], [1, [[3, 'all']]]);
    await stream.return();
  });

  it('tell a newcomer from where on nothing is missing', async () => {
    const streams = new EventStreams(() => undefined);
    for (let i = 1; i <= 250; i++) streams.tell([`/${i}`]);
    const stream = add(streams);
    const { from, changes } = await newsOf(stream);
    assert.deepEqual([from, changes[0]?.[0], changes.at(-1)?.[0]], [151, 151, 250]);
    await stream.return();
  });

  it('end for whoever waits, too', async () => {
    const stream = add(new EventStreams(() => undefined));
    await stream.next();
    const waiting = stream.next();
    await stream.return();
    assert.deepEqual(await waiting, { done: true, value: undefined });
    assert.deepEqual(await stream.next(), { done: true, value: undefined });
  });

  it('R16: of one server take no place of another’s', async () => {
    const live = new Live();
    const [owner, guests] = [new Audience(live), new Audience(live)];
    const page = owner.join(3);
    const visitors = Array.from({ length: 10 }, () => guests.join(3));
    assert.equal(live.streams.size, 4);
    await page.next();
    live.changed('all');
    assert.equal((await newsOf(page)).changes[0]?.[2], 'all');
    for (const stream of [page, ...visitors]) await stream.return();
    assert.equal(live.streams.size, 0);
  });

  it('R16: end for a newcomer where there are too many: the one whose client takes nothing', async () => {
    const audience = new Audience(new Live());
    const [slow, first, second] = [audience.join(3), audience.join(3), audience.join(3)];
    await first.next();
    await second.next();
    const newcomer = audience.join(3);
    assert.deepEqual(await slow.next(), { done: true, value: undefined });
    assert.equal(audience.live.streams.size, 3);
    for (const stream of [first, second, newcomer]) await stream.return();
  });

  it('R16: that give way have their clients come back later', async () => {
    const audience = new Audience(new Live());
    const first = audience.join(1);
    await first.next();
    const waiting = first.next();
    const second = audience.join(1);
    assert.equal(String((await waiting).value), 'retry: 30000\n\n');
    assert.deepEqual(await first.next(), { done: true, value: undefined });
    assert.equal(audience.live.streams.size, 1);
    await second.return();
  });

  it('have another name for each server', async () => {
    const names = await Promise.all(
      [1, 2].map(async () => {
        const stream = add(new EventStreams(() => undefined));
        const { server } = await newsOf(stream);
        await stream.return();
        return server;
      }),
    );
    assert.notEqual(names[0], names[1]);
  });
});
