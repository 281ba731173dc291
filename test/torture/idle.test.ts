/** What a server costs that nobody asks for anything: no timer, and little memory for each connection. */
import assert from 'node:assert/strict';
import { KiB } from '../../src/options';
import { needsLinux } from '../support/needs';
import type { RawClient } from '../support/rawClient';
import { temporaryFolder } from '../support/served';
import { Arena } from './arena';
import { settled, usageOf } from './audit';
import { ErrandRunner } from './errandRunner';
import { fill } from './soak';

const connections = 400;

describe('a server at rest', function () {
  this.slow(20_000);
  let arena: Arena;
  let own: Awaited<ReturnType<typeof temporaryFolder>> | undefined;

  before(async function () {
    needsLinux(this);
    // A server looks once more after what killed ones have left, and other tortures kill: it has a private folder of its own.
    const { XDG_CACHE_HOME: cache = '' } = process.env;
    own = await temporaryFolder();
    process.env.XDG_CACHE_HOME = own.path;
    try {
      arena = await Arena.start();
    } finally {
      process.env.XDG_CACHE_HOME = cache;
    }
    fill(arena.directory);
  });
  after(async () => {
    // Nothing was made where the tests are skipped.
    await (arena as Arena | undefined)?.remove();
    await own?.remove();
  });

  /** A connection that has been answered once. */
  async function connect(): Promise<RawClient> {
    const client = await arena.client();
    await client.write('GET /site/ HTTP/1.1\r\nHost: localhost\r\n\r\n');
    assert.equal((await client.read()).status, 200);
    return client;
  }

  it('has no timer, waiting or not, when no connection is open, whatever was asked for before', async () => {
    const until = performance.now() + 1000;
    const runner = new ErrandRunner(arena, 1);
    // What needs another server, and pages that wait, have tests of their own.
    const without = ['handed on', 'events'] as const;
    await runner.run({ clients: 4, pause: 1, isOver: () => performance.now() > until, isFaulty: false, without });
    arena.closeClients();
    await settled(
      async () => (await usageOf(arena)).timers === 0,
      () => 'a timer is left',
    );
  });

  it(`has one timer for ${connections} connections, and 4 KiB of heap for each at most`, async () => {
    // What is made for the first ones is there from then on.
    for (const client of await Promise.all(Array.from({ length: connections }, connect))) client.close();
    await settled(async () => (await usageOf(arena)).timers === 0);
    const { heap } = await usageOf(arena);
    const open: RawClient[] = [];
    for (let i = 0; i < connections; i++) open.push(await connect());
    let now = await usageOf(arena);
    const each = (): number => (now.heap - heap) / connections;
    // What is only kept to be faster is let go of within a second, and the traffic is told of.
    await settled(
      async () => ((now = await usageOf(arena)), each() <= 4 * KiB && now.timers === 1),
      () => `${Math.round(each())} octets of heap for each connection, and ${now.timers} timers`,
    );
    for (const client of open) client.close();
  });
});
