/** A burst of requests while somebody looks at the list of those that are kept: each is counted, and few are kept. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FromWorker, ToWorker } from '../../src/messages';
import { defaultLimits, defaultOptions, MiB } from '../../src/options';
import type { RequestAnswers } from '../../src/requestQuestions';
import { RawClient } from '../support/rawClient';
import { temporaryFolder } from '../support/served';

export interface BurstResult {
  /** Exchanges that the main thread was told of, one by one or as a number. */
  readonly told: number;
  readonly kept: number;
  /** Those that have a number, and those that were only counted. */
  readonly numbered: number;
  readonly counted: number;
  /** How often the list was looked at meanwhile. */
  readonly looks: number;
  /** Octets by which the memory of the process has grown since a tenth of the burst. */
  readonly grown: number;
}

/** Requests of one connection, pipelined, with a head of a size that browsers send. */
const perConnection = 1000;
const connections = 8;
const fields = `Host: localhost\r\nUser-Agent: ${'Mozilla/5.0 '.repeat(20)}\r\nCookie: a=${'b'.repeat(300)}\r\n`;
const round = connections * perConnection;

const request = (i: number, more = ''): string => `GET /user-agent?${i} HTTP/1.1\r\n${fields}${more}\r\n`;

async function converse(port: number): Promise<void> {
  const client = await RawClient.connect(port);
  const most = Array.from({ length: perConnection - 1 }, (_, i) => request(i)).join('');
  const all = client.readToEnd();
  await client.write(most + request(perConnection, 'Connection: close\r\n'));
  const answers = (await all).toString('latin1').split('HTTP/1.1 200 OK').length - 1;
  assert.equal(answers, perConnection);
  client.close();
}

/** @param count of requests, rounded up to whole rounds of 8,000 */
export async function burst(count: number): Promise<BurstResult> {
  const folder = await temporaryFolder();
  const worker = new Worker(join(__dirname, '../../src/worker.js'), { workerData: {} });
  let told = 0;
  let [calls, looks] = [0, 0];
  let news = (): void => undefined;
  const answers = new Map<number, (message: FromWorker) => void>();
  const send = (message: ToWorker): void => worker.postMessage(message);
  const call = (message: object): Promise<FromWorker> => {
    const id = ++calls;
    send({ ...message, id } as ToWorker);
    return new Promise((resolve) => answers.set(id, resolve));
  };
  /** As the view asks. */
  const look = async (): Promise<RequestAnswers['list']> => {
    const reply = await call({ type: 'ask', question: { kind: 'list', filter: { shared: true }, limit: 200 } });
    assert.ok(reply.type === 'answer', JSON.stringify(reply));
    looks++;
    return reply.answer as RequestAnswers['list'];
  };
  worker.on('message', (message: FromWorker) => {
    if (message.type === 'traffic') {
      told += message.events.length + (message.dropped?.count ?? 0);
      send({ type: 'read' });
      news();
    } else if ('id' in message) {
      answers.get(message.id)?.(message);
      answers.delete(message.id);
    }
  });
  try {
    const started = await call({ type: 'start', options: { ...defaultOptions, directory: folder.path, port: 0 } });
    assert.ok(started.type === 'listening', JSON.stringify(started));
    const rounds = Math.ceil(count / round);
    let before = 0;
    for (let i = 0; i < rounds; i++) {
      if (i === Math.ceil(rounds / 10)) before = process.memoryUsage().rss;
      const busy = Promise.all(Array.from({ length: connections }, () => converse(started.listening.port)));
      // While they are answered, not behind them.
      await Promise.all([busy, look()]);
    }
    const grown = process.memoryUsage().rss - before;
    while (told < rounds * round) await new Promise<void>((resolve) => (news = resolve));
    const { requests, more, last, counted } = await look();
    return { told, kept: requests.length + more, numbered: last, counted: counted.count, looks, grown };
  } finally {
    await worker.terminate();
    await folder.remove();
  }
}

/** @throws AssertionError if one was lost, counted twice, or if more is kept than there is room for */
export function checkBurst(count: number, { told, kept, numbered, counted, grown }: BurstResult): void {
  const sent = Math.ceil(count / round) * round;
  assert.deepEqual([told, numbered + counted], [sent, sent]);
  // Each has its heads, and what it takes besides.
  assert.ok(kept > 0 && kept * fields.length <= defaultLimits.requests, `${kept} are kept`);
  assert.ok(grown < 96 * MiB, `${Math.round(grown / MiB)} MiB more`);
}
