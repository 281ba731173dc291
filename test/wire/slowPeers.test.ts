/** Connections that take their time: who reads slowly is served, and who is idle costs nothing. */
import assert from 'node:assert/strict';
import type { Request, Response } from '../../src/http/message/message';
import { MiB } from '../../src/options';
import { needs, needsLinux } from '../support/needs';
import { mirror, startServer } from '../support/testServer';

function endpoint(request: Request): Response | Promise<Response> {
  if (request.path === '/never') return new Promise(() => undefined);
  if (request.path === '/large') return { status: 200, fields: [], body: Buffer.alloc(64 * MiB) };
  return mirror(request);
}

describe('H2: a client that reads slowly, but steadily', function () {
  this.slow(20_000);

  before(function () {
    needsLinux(this);
  });

  it('is served to the end, though the kernel frees its buffer in lumps', async () => {
    const responseTimeout = 2000;
    const server = await startServer(endpoint, { responseTimeout });
    const client = await server.client();
    const { socket } = client;
    socket.pause();
    await client.write('GET /large HTTP/1.1\r\nHost: a\r\n\r\n');
    // One read of 64 KiB at a time: a third of the kernel's buffer takes longer than the deadline. TLS has 16 KiB (RFC 8446 §5.1).
    const wait = (): void => void socket.pause();
    socket.on('data', wait);
    const reading = setInterval(() => socket.resume(), process.env.TEST_TRANSPORT === 'tls' ? 50 : 200);
    await new Promise((resolve) => setTimeout(resolve, 6 * responseTimeout));
    clearInterval(reading);
    const { ending } = client;
    socket.off('data', wait).resume();
    assert.equal(ending, 'open');
    assert.equal((await client.read()).body.length, 64 * MiB);
    await server.stop();
  });
});

describe('H9: a connection that is idle', function () {
  this.slow(10_000);

  /** How often the event loop has gone round, or undefined where Node.js does not tell. */
  const rounds = (): number | undefined =>
    (performance.nodeTiming as { uvMetricsInfo?: { loopCount: number } }).uvMetricsInfo?.loopCount;

  for (const [what, request] of [
    ['before its first request', ''],
    ['after a request', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['while its endpoint works', 'GET /never HTTP/1.1\r\nHost: a\r\n\r\n'],
  ] as const) {
    it(`wakes nobody up more than once a second: ${what}`, async function () {
      const server = await startServer(endpoint);
      const client = await server.client();
      if (request !== '') await client.write(request);
      if (what === 'after a request') await client.read();
      await new Promise((resolve) => setTimeout(resolve, 100));
      // What the engine does in the background, such as collecting garbage, only adds rounds: the quietest two seconds count.
      let quietest: number | undefined;
      for (let look = 0; look < 8 && (quietest === undefined || quietest > 5); look++) {
        const before = rounds();
        await new Promise((resolve) => setTimeout(resolve, 2000));
        const after = rounds();
        if (before === undefined || after === undefined) break;
        quietest = Math.min(quietest ?? Infinity, after - before);
      }
      client.reset();
      await server.stop();
      needs(this, 'a Node.js that counts its rounds', quietest !== undefined);
      // Two looks, our own timer, and another round for each timer that is early by less than a millisecond.
      assert.ok(quietest <= 5, `${quietest} rounds in two seconds`);
    });
  }
});
