/** The event stream over a real socket: who gets it, what it tells, and that it ends when it should. */
import assert from 'node:assert/strict';
import { Live } from '../../src/endpoints/live/live';
import type { News } from '../../src/endpoints/live/eventStream';
import { field, type RawClient } from '../support/rawClient';
import { startServed, type Served } from '../support/served';

describe('the event stream', () => {
  let live: Live;
  let served: Served;
  let counts: number[];

  beforeEach(async () => {
    counts = [];
    live = new Live((count) => counts.push(count));
    // A stream may be silent for longer than a reader of anything else may dawdle.
    served = await startServed({ liveReload: true }, { responseTimeout: 300, keepAliveTimeout: 300 }, { live });
  });
  afterEach(() => served.stop());

  const ask = async (line: string, fields = ''): Promise<RawClient> => {
    const client = await served.client();
    await client.write(`${line} HTTP/1.1\r\nHost: localhost:${served.port}\r\n${fields}\r\n`);
    return client;
  };
  const open = (): Promise<RawClient> => ask('GET /.http-server/events');

  /** Waits until that has come. */
  async function arrived(client: RawClient, text: string | RegExp): Promise<string> {
    for (;;) {
      const pending = client.pending.toString();
      if (typeof text === 'string' ? pending.includes(text) : text.test(pending)) return pending;
      await new Promise(setImmediate);
    }
  }

  const newsIn = (text: string): News[] =>
    [...text.matchAll(/^data: (\{.*\})$/gm)].map(([, json = '']) => JSON.parse(json) as News);

  it('is one that nobody stores, and begins at once', async () => {
    const text = await arrived(await open(), 'retry: 1000\n\n');
    assert.match(text, /^HTTP\/1\.1 200 OK\r\n/);
    assert.match(text, /\r\nContent-Type: text\/event-stream\r\n/);
    assert.match(text, /\r\nCache-Control: no-store, no-transform\r\n/);
    assert.doesNotMatch(text, /Content-Encoding|Content-Length/);
  });

  it('tells what changed, but for what nobody may ask for', async () => {
    const client = await open();
    await arrived(client, 'retry');
    const started = performance.now();
    live.changed(['/a.html', '/.env', '/sub/ä b.css', '/.git/index', '/key.pem']);
    const [, news] = newsIn(await arrived(client, 'a.html'));
    const [[number, age, paths] = []] = news?.changes ?? [];
    assert.deepEqual([number, paths, news?.changes.length], [1, ['/a.html', '/sub/ä b.css'], 1]);
    // In milliseconds: how long ago it was when it was told, and the machine may have been elsewhere meanwhile.
    assert.ok(age !== undefined && age >= 0 && age < performance.now() - started, String(age));
  });

  it('begins with what happened before', async () => {
    live.changed(['/a.html']);
    live.changed('all');
    const [news] = newsIn(await arrived(await open(), 'retry'));
    assert.equal(news?.from, 1);
    assert.deepEqual(
      news.changes.map(([number, , paths]) => [number, paths]),
      [
        [1, ['/a.html']],
        [2, 'all'],
      ],
    );
  });

  it('goes on in silence, and is still there after it', async () => {
    const client = await open();
    await arrived(client, 'retry');
    // Other exchanges that begin and time out show that the time has passed.
    const idle = await ask('GET /user-agent');
    await idle.readToEnd();
    live.changed(['/late.html']);
    await arrived(client, 'late.html');
    assert.equal(client.ending, 'open');
  });

  it('is for the pages of this site alone', async () => {
    for (const [mode, dest] of [
      ['cors', 'empty'],
      ['navigate', 'iframe'],
      ['navigate', 'document'],
    ]) {
      const fields = `Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: ${mode}\r\nSec-Fetch-Dest: ${dest}\r\n`;
      const client = await ask('GET /.http-server/events', fields);
      assert.equal((await client.read()).status, 403, dest);
    }
    assert.deepEqual(counts, []);
  });

  it('is not begun by HEAD', async () => {
    const client = await ask('HEAD /.http-server/events');
    const response = await client.read('HEAD');
    assert.equal(field(response, 'content-type'), 'text/event-stream');
    // RFC 9110 §8.6: a GET has none.
    assert.equal(field(response, 'content-length'), undefined);
    assert.deepEqual(counts, []);
  });

  for (const path of ['/.http-server/events', '/.http-server/live.js']) {
    it(`${path} is not there when live reload is off`, async () => {
      served.server.configure({ ...served.options, port: served.port, liveReload: false });
      assert.equal((await (await ask(`GET ${path}`)).read()).status, 404);
    });
  }

  it('ends when the client is gone, and counts down', async () => {
    const client = await open();
    await arrived(client, 'retry');
    client.reset();
    await served.logged(() => true);
    assert.deepEqual(counts, [1, 0]);
  });

  it('tells its readers to stay away, and ends, when live reload is turned off', async () => {
    const client = await open();
    await arrived(client, 'retry');
    served.server.configure({ ...served.options, port: served.port, liveReload: false });
    assert.match((await client.readToEnd()).toString(), /event: end\ndata\n\n\r\n0\r\n\r\n$/);
    assert.deepEqual(counts, [1, 0]);
  });

  for (const grace of [0, 60_000]) {
    it(`does not hold up a stop with ${grace} ms of grace`, async () => {
      const client = await open();
      await arrived(client, 'retry');
      const stopped = served.server.stop(grace);
      await client.readToEnd();
      client.close();
      await stopped;
      assert.deepEqual(counts, [1, 0]);
    });
  }

  it('serves the script, with a validator and coded', async () => {
    const client = await ask('GET /.http-server/live.js', 'Accept-Encoding: br\r\n');
    const response = await client.read();
    assert.equal(field(response, 'content-type'), 'text/javascript; charset=utf-8');
    assert.equal(field(response, 'content-encoding'), 'br');
    const etag = field(response, 'etag') ?? '';
    await client.write(
      `GET /.http-server/live.js HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: br\r\nIf-None-Match: ${etag}\r\n\r\n`,
    );
    assert.equal((await client.read()).status, 304);
  });
});
