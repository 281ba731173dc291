/** Work that goes on for long learns that nobody waits for it any more. */
import assert from 'node:assert/strict';
import type { Request, Response } from '../../src/http/message/message';
import type { Limits } from '../../src/options';
import { field, type RawClient } from '../support/rawClient';
import { startServer, type TestServer } from '../support/testServer';

/** An endpoint that answers when the test says so, and whose signals the test can see. */
class Work {
  readonly requests: Request[] = [];
  readonly reasons: string[] = [];
  private wake = (): void => undefined;
  private readonly answers: (() => void)[] = [];

  /** @param minded beginning of the paths whose signal it reads */
  constructor(private readonly minded = '/') {}

  readonly endpoint = (request: Request): Promise<Response> => {
    this.requests.push(request);
    if (request.path.startsWith(this.minded)) {
      request.signal.addEventListener('abort', () => {
        this.reasons.push((request.signal.reason as Error).message);
        this.wake();
      });
    }
    this.wake();
    return new Promise((resolve) =>
      this.answers.push(() => resolve({ status: 200, fields: [], body: Buffer.from('done') })),
    );
  };

  answer(): void {
    for (const answer of this.answers.splice(0)) answer();
  }

  async begun(count = 1): Promise<void> {
    while (this.requests.length < count) await new Promise<void>((resolve) => (this.wake = resolve));
  }

  async ended(count = 1): Promise<void> {
    while (this.reasons.length < count) await new Promise<void>((resolve) => (this.wake = resolve));
  }
}

describe('the signal of a request', function () {
  let server: TestServer;
  afterEach(() => server.stop());

  async function begin(work: Work, version = '1.1', limits: Partial<Limits> = {}): Promise<RawClient> {
    server = await startServer(work.endpoint, limits);
    const client = await server.client();
    await client.write(`GET / HTTP/${version}\r\nHost: a\r\n\r\n`);
    await work.begun();
    return client;
  }

  it('fires when the connection is reset', async () => {
    const work = new Work();
    const client = await begin(work);
    client.reset();
    await work.ended();
    assert.deepEqual(work.reasons, ['The client went away.']);
    work.answer();
    assert.equal((await server.logged(1))[0]?.status, 499);
  });

  for (const version of ['1.1', '1.0']) {
    it(`F15: fires when a client of HTTP/${version} closes without a word`, async () => {
      const work = new Work();
      const client = await begin(work, version, { responseTimeout: 1000 });
      client.close();
      await work.ended();
      work.answer();
      assert.equal((await server.logged(1))[0]?.status, 499);
    });
  }

  it('fires when the server stops and does not wait any longer', async () => {
    const work = new Work();
    await begin(work, '1.1', { stopTimeout: 100 });
    const stopped = server.listener.stop();
    await work.ended();
    await stopped;
  });

  it('does not fire for a client that has closed its half and waits: it hears that it is being worked for', async () => {
    const work = new Work();
    const client = await begin(work);
    client.end();
    const interim = await client.read();
    assert.equal(interim.status, 100);
    work.answer();
    let response = await client.read();
    while (response.status === 100) response = await client.read();
    assert.equal(response.status, 200);
    assert.equal(response.body.toString(), 'done');
    assert.deepEqual(work.reasons, []);
  });

  it('fires at last for a client of HTTP/1.0 that has closed its half, for it cannot be asked', async () => {
    const work = new Work();
    const client = await begin(work, '1.0', { responseTimeout: 1000 });
    client.end();
    await work.ended();
    assert.equal((await client.readToEnd()).length, 0);
    assert.equal(client.ending, 'reset');
  });

  it('that nobody minds costs no client that has closed its half anything', async () => {
    const work = new Work('/minded');
    const client = await begin(work, '1.0', { responseTimeout: 500 });
    client.end();
    // One that is minded, and came later, is cut: then the time of the other would be over, too.
    const control = await server.client();
    await control.write('GET /minded HTTP/1.0\r\n\r\n');
    control.end();
    await work.ended();
    work.answer();
    assert.equal((await client.read()).body.toString(), 'done');
  });

  it('does not fire when the response was sent, and the connection goes on', async () => {
    const work = new Work();
    const client = await begin(work);
    work.answer();
    assert.equal(field(await client.read(), 'content-length'), '4');
    await client.write('GET /next HTTP/1.1\r\nHost: a\r\n\r\n');
    await work.begun(2);
    assert.deepEqual(work.reasons, []);
    client.reset();
    await work.ended();
    assert.equal(work.requests[0]?.signal.aborted, false);
    assert.equal(work.requests[1]?.signal.aborted, true);
  });

  it('that is read too late has fired already', async () => {
    const work = new Work('/minded');
    const client = await begin(work);
    client.reset();
    await server.logged(1);
    assert.equal(work.requests[0]?.signal.aborted, true);
  });
});
