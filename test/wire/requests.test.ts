/** Requests that the thread of the server keeps: as they came over the wire, and sent again. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import type { FromWorker, Listening, ToWorker } from '../../src/messages';
import { defaultOptions, MiB, type Options } from '../../src/options';
import type { QuestionOf, RequestAnswers, RequestQuestion, RequestSummary } from '../../src/requestQuestions';
import { needs } from '../support/needs';
import { RawClient } from '../support/rawClient';
import { temporaryFolder } from '../support/served';
import { defaultTls } from '../support/tls';

type Kind = RequestQuestion['kind'];

describe('the thread of the server keeps requests', () => {
  let worker: Worker;
  let listening: Listening;
  let directory: string;
  let remove: () => Promise<void>;
  let calls = 0;
  let told = 0;

  const send = (message: ToWorker): void => worker.postMessage(message);

  async function reply(id: number): Promise<FromWorker> {
    for (;;) {
      const [message] = (await once(worker, 'message')) as [FromWorker];
      if ('id' in message && message.type !== 'trash' && message.id === id) return message;
    }
  }

  async function start(options: Partial<Options> = {}, type: 'start' | 'share' = 'start'): Promise<Listening> {
    const id = ++calls;
    const answered = reply(id);
    send({ type, id, options: { ...defaultOptions, directory, port: 0, tls: await defaultTls(), ...options } });
    const message = await answered;
    assert.ok(message.type === 'listening', JSON.stringify(message));
    return message.listening;
  }

  async function question<K extends Kind>(asked: QuestionOf<K>): Promise<RequestAnswers[K]> {
    const id = ++calls;
    const answered = reply(id);
    send({ type: 'ask', id, question: asked });
    const message = await answered;
    if (message.type === 'failed') throw Object.assign(new Error(message.failure.message), message.failure);
    assert.ok(message.type === 'answer');
    return message.answer as RequestAnswers[K];
  }

  /** Does `action`; resolves to the request that is kept of it, which may be a moment later. */
  async function keptOf(action: () => Promise<unknown>): Promise<RequestSummary> {
    const { last: since } = await question({ kind: 'list', filter: {}, limit: 0 });
    await action();
    const request = await question({ kind: 'wait', filter: { shared: true }, since, timeout: 60_000 });
    assert.ok(request);
    return request;
  }

  /** Sends those octets, and reads the answer; resolves when the exchange is kept. */
  const exchange = (head: readonly string[], content: Uint8Array = Buffer.alloc(0)): Promise<RequestSummary> =>
    keptOf(async () => {
      const client = await RawClient.connect(listening.port);
      await client.write(Buffer.concat([Buffer.from([...head, '', ''].join('\r\n')), content]));
      await client.read();
      client.close();
    });

  const digestOf = (content: Uint8Array): string => createHmac('sha256', 'key').update(content).digest('hex');

  /** As senders do, it signs the octets of the content. */
  const webhook = (type: string, content: Uint8Array, ...more: readonly string[]): readonly string[] => [
    ...['POST /hooks/build HTTP/1.1', 'Host: localhost', `Content-Type: ${type}`, `Content-Length: ${content.length}`],
    ...[`X-Hub-Signature-256: sha256=${digestOf(content)}`, ...more],
  ];

  /** Whether who gets what is kept of a request can tell that it is what was signed. */
  async function isSigned(request: number): Promise<boolean> {
    const { requestHead } = await question({ kind: 'whole', request });
    const { bytes } = await question({ kind: 'content', request });
    return /^X-Hub-Signature-256: sha256=(\w+)\r$/m.exec(requestHead)?.[1] === digestOf(bytes);
  }

  beforeEach(async () => {
    ({ path: directory, remove } = await temporaryFolder());
    told = 0;
    worker = new Worker(join(__dirname, '../../src/worker.js'), { workerData: { lastRequest: 41 } });
    worker.on('message', (message: FromWorker) => {
      if (message.type !== 'traffic') return;
      told += message.events.length + (message.dropped?.count ?? 0);
      send({ type: 'read' });
    });
    listening = await start();
  });
  afterEach(async () => {
    await worker.terminate();
    await remove();
  });

  const json = Buffer.from('{"ref":"refs/heads/main","text":"\u20ac"}');
  const odd = Buffer.from(' {"a" : 1.0,\r\n\t"a":"\\u20ac", "b":1e400}\n\n');
  const form = Buffer.from('payload=%7B%22a%22%3A1%7D&b=x+y');
  const gzipped = gzipSync(json);
  const parts = Buffer.from('--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n');
  const large = Buffer.alloc(MiB, 'large');
  const binary = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  const senders: readonly (readonly [promise: string, head: readonly string[], content: Buffer])[] = [
    ['JSON', webhook('application/json', json), json],
    ['JSON that is laid out oddly', webhook('application/json', odd), odd],
    ['a form', webhook('application/x-www-form-urlencoded', form), form],
    ['a form in parts', webhook('multipart/form-data; boundary=x', parts), parts],
    ['coded content', webhook('application/json', gzipped, 'Content-Encoding: gzip'), gzipped],
    ['a MiB', webhook('text/plain', large), large],
    ['a MiB of a client that goes away', webhook('text/plain', large, 'Connection: close'), large],
    ['octets', webhook('application/octet-stream', binary), binary],
  ];
  for (const [promise, head, content] of senders) {
    it(`with ${promise}, whose signature holds, and sends it again as it was`, async () => {
      const { number, status } = await exchange(head, content);
      assert.equal(status, 405);
      const kept = await question({ kind: 'content', request: number });
      assert.ok(kept.whole);
      assert.deepEqual(Buffer.from(kept.bytes), content);
      assert.ok(await isSigned(number));

      const again = await question({ kind: 'replay', request: number });
      assert.ok(again !== undefined && again > number);
      assert.deepEqual(Buffer.from((await question({ kind: 'content', request: again })).bytes), content);
      assert.ok(await isSigned(again));
      const heads = await Promise.all([number, again].map((request) => question({ kind: 'whole', request })));
      const fields = heads.map(({ requestHead }) =>
        requestHead.split('\r\n').filter((line) => !/^(?:content-length|connection): /i.test(line)),
      );
      assert.deepEqual(fields[1], fields[0]);
    });
  }

  it('as chunks without their frames, on a connection that goes on', async () => {
    const head = ['POST /hooks HTTP/1.1', 'Host: localhost', 'Transfer-Encoding: chunked'];
    const { number } = await exchange(head, Buffer.from('3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n'));
    const { bytes, whole } = await question({ kind: 'content', request: number });
    assert.deepEqual([Buffer.from(bytes).toString(), whole], ['abcde', true]);
  });

  it('of a sender that is a library, however it frames its content', async function () {
    needs(this, 'plain HTTP', process.env.TEST_TRANSPORT !== 'tls');
    const parts = new FormData();
    parts.append('payload', '{"a":1}');
    parts.append('file', new Blob([binary], { type: 'image/png' }), 'ü"\r\n.png');
    for (const [bodyOf, half] of [
      [() => parts, false],
      [() => new URLSearchParams({ a: '€ &' }), false],
      [() => new Blob([large]).stream(), true],
    ] as const) {
      // Whose end comes late is answered before it, on a machine that stands still now and then, too.
      for (let isWhole = false; !isWhole;) {
        const sent = new Request(`http://localhost:${listening.port}/hooks`, {
          ...{ method: 'POST', body: bodyOf() },
          ...(half && { duplex: 'half' }),
        });
        const copy = sent.clone();
        const { number } = await keptOf(() => fetch(sent).then((response) => response.text()));
        const { bytes, whole } = await question({ kind: 'content', request: number });
        isWhole = whole;
        assert.ok(whole || half);
        if (whole) assert.deepEqual(Buffer.from(bytes), Buffer.from(await copy.arrayBuffer()));
      }
    }
  });

  it('with the heads as they were sent, secrets masked', async () => {
    const head = ['GET /nothing?token=secret HTTP/1.1', 'Host: localhost', 'x-UPPER:  two', 'Cookie: secret'];
    const { number } = await exchange(head);
    const { requestHead, responseHead } = await question({ kind: 'whole', request: number });
    const shown = ['GET /nothing?token=*** HTTP/1.1', 'Host: localhost', 'x-UPPER: two', 'Cookie: ***', '', ''];
    assert.equal(requestHead, shown.join('\r\n'));
    assert.match(responseHead, /^HTTP\/1\.1 404 Not Found\r\nDate: .*\r\nContent-Length: \d+\r\n/s);
  });

  it('with the head only of who was refused entry', async () => {
    const content = Buffer.from('abc');
    const head = ['POST / HTTP/1.1', 'Host: evil.example', `Content-Length: ${content.length}`];
    const { number, status } = await exchange(head, content);
    assert.equal(status, 421);
    const whole = await question({ kind: 'whole', request: number });
    assert.match(whole.requestHead, /Host: evil\.example/);
    assert.equal(whole.content, 'gone');
  });

  it('with what could be read of one that is malformed', async () => {
    const { number, status } = await exchange(['GET / HTTP/1.1', 'Host: localhost', 'Host: localhost']);
    assert.equal(status, 400);
    const { requestHead, responseHead } = await question({ kind: 'whole', request: number });
    assert.equal(requestHead, '');
    assert.match(responseHead, /^HTTP\/1\.1 400 /);
  });

  it('without the content that is in a file', async () => {
    const { number, stored } = await exchange(
      ['PUT /files/a.txt HTTP/1.1', 'Host: localhost', 'Content-Length: 3'],
      Buffer.from('abc'),
    );
    assert.deepEqual(stored, ['a.txt']);
    assert.equal((await question({ kind: 'whole', request: number })).content, 'stored');
    await assert.rejects(question({ kind: 'replay', request: number }), { code: 'CONTENT_GONE' });
  });

  it('with the beginning of content that is more than is kept, without waiting for the rest', async () => {
    const head = ['POST /hooks HTTP/1.1', 'Host: localhost', `Content-Length: ${2 * MiB}`];
    const { number } = await exchange(head, Buffer.alloc(1.5 * MiB, 'large'));
    const { bytes, whole } = await question({ kind: 'content', request: number });
    assert.deepEqual([bytes.length, whole], [MiB, false]);
    await assert.rejects(question({ kind: 'replay', request: number }), { code: 'CONTENT_GONE' });
  });

  it('and answers one whose content does not come', async () => {
    const { status, number } = await exchange(['POST /hooks HTTP/1.1', 'Host: localhost', 'Content-Length: 9']);
    assert.equal(status, 405);
    assert.equal((await question({ kind: 'whole', request: number })).content, 'gone');
  });

  it('and asks for no content by Expect that the answer does without', async () => {
    const head = ['POST /hooks HTTP/1.1', 'Host: localhost', 'Content-Length: 3', 'Expect: 100-continue'];
    const { status, number } = await exchange(head);
    assert.equal(status, 405);
    assert.equal((await question({ kind: 'whole', request: number })).content, 'gone');
  });

  it('by numbers that go on where those of the thread before ended', async () => {
    assert.equal((await exchange(['GET / HTTP/1.1', 'Host: localhost'])).number, 42);
  });

  it('of a share for who asks for them', async () => {
    const shared = await start({}, 'share');
    const request = await keptOf(async () => {
      const client = await RawClient.connect(shared.port);
      await client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await client.read();
      client.close();
    });
    assert.equal(request.shared, true);
    assert.deepEqual((await question({ kind: 'list', filter: {}, limit: 9 })).requests, []);
  });

  it('and sends one again as it was edited, with what is masked, to be let in by it', async () => {
    const token = 'T'.repeat(20);
    const id = ++calls;
    const done = reply(id);
    const tls = await defaultTls();
    send({ type: 'configure', id, options: { ...defaultOptions, directory, port: listening.port, tls, token } });
    await done;
    const head = ['GET /echo/a HTTP/1.1', 'Host: localhost', `Authorization: Bearer ${token}`];
    const { number } = await exchange(head);
    const text = await question({ kind: 'editable', request: number });
    assert.equal(text, 'GET /echo/a HTTP/1.1\nHost: localhost\nAuthorization: ***\n\n');
    const again = await question({ kind: 'replay', request: number, text: text.replace('/a', '/b') });
    const { summary } = await question({ kind: 'whole', request: again ?? 0 });
    assert.deepEqual([summary.target, summary.status], ['/echo/b', 200]);
  });

  it('and tells who waits for one', async () => {
    const wait = question({ kind: 'wait', filter: { text: '/hooks' }, timeout: 60_000 });
    await exchange(['GET / HTTP/1.1', 'Host: localhost']);
    const { number } = await exchange(['GET /hooks HTTP/1.1', 'Host: localhost']);
    assert.equal((await wait)?.number, number);
  });

  it('and lets nobody wait for a server that stops', async () => {
    const wait = question({ kind: 'wait', filter: {}, timeout: 60_000 });
    send({ type: 'stop', id: ++calls });
    await assert.rejects(wait, { code: 'WAIT_ENDED', message: /has stopped/ });
  });

  it('and lets who has waited long enough give up', async () => {
    const id = calls + 1;
    const wait = question({ kind: 'wait', filter: {}, timeout: 60_000 });
    send({ type: 'cancelQuestion', id });
    await assert.rejects(wait, { code: 'WAIT_ENDED' });
  });

  it('of a burst as far as there is room, and counts the others exactly', async () => {
    const [count, rounds] = [200, 100];
    const another = 'GET /user-agent HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(count - 1);
    const burst = `${another}GET /user-agent HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
    for (let i = 0; i < rounds; i++) {
      const client = await RawClient.connect(listening.port);
      await client.write(burst);
      await client.readToEnd();
    }
    while (told < count * rounds) await once(worker, 'message');
    assert.equal(told, count * rounds);
    const { requests, more, counted, last } = await question({ kind: 'list', filter: {}, limit: 10 });
    assert.equal(last - 41 + counted.count, count * rounds);
    assert.equal(requests.length, 10);
    assert.ok(requests.length + more <= last - 41);
  });
});
