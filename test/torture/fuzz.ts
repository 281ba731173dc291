/**
 * Mutated requests over real sockets. Whatever comes in: what goes out is whole responses and nothing else, nothing
 * follows a response with close, the connection ends, nothing throws, and how the bytes are cut changes no answer.
 */
import { connect, createServer, type Server } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '../../src/http/connection/connection';
import { HttpError } from '../../src/http/message/httpError';
import { Watch } from '../../src/http/connection/watch';
import type { Response } from '../../src/http/message/message';
import { defaultLimits } from '../../src/options';
import { answersIn } from '../support/answers';
import { accepted, refused } from '../support/data/corpus';
import { Random } from '../support/data/random';
import { mirror } from '../support/testServer';

export interface FuzzOptions {
  readonly seed: number;
  readonly cases: number;
  /** Stops earlier when this many milliseconds have passed. */
  readonly milliseconds: number;
  /** Called now and then. */
  readonly progress?: (cases: number) => void;
}

export interface FuzzResult {
  readonly cases: number;
  readonly answers: number;
  /** How many answers there were of each status. */
  readonly statuses: Readonly<Record<number, number>>;
}

/** A case that went wrong, to be repeated. */
export class FuzzFailure extends Error {
  constructor(seed: number, index: number, bytes: string, cause: unknown) {
    super(`seed ${seed}, case ${index}, ${JSON.stringify(bytes)}: ${(cause as Error).message}`, { cause });
  }
}

const seeds = [...accepted, ...refused].map(({ bytes }) => bytes).filter(({ length }) => length < 1000);

const words = [
  '\r\n', '\n', '\r', '\0', ' ', '\t', ':', ';', ',', '"', '\\', '#', '%', '\x7f', '\x80', '\xff', '0', '1', 'f', '-', '+',
  '\r\n\r\n', '0\r\n\r\n', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', 'Host: a\r\n', 'Content-Length: 5\r\n', 'Content-Length: 0\r\n',
  'Transfer-Encoding: chunked\r\n', 'Connection: close\r\n', 'Connection: keep-alive\r\n', 'Expect: 100-continue\r\n',
  'HTTP/1.0', 'HTTP/1.1', 'HTTP/2.0', 'chunked', '5\r\nabcde\r\n', ';a=b', '99999999999999999999', 'x'.repeat(300),
]; // prettier-ignore

/** One to three small changes to a seed. */
function mutate(random: Random): string {
  let text = random.pick(seeds);
  for (let changes = 1 + random.integer(3); changes > 0; changes--) {
    const at = random.integer(text.length + 1);
    const length = random.integer(12);
    const before = text.slice(0, at);
    switch (random.integer(7)) {
      case 0:
        text = before + random.pick(words) + text.slice(at);
        break;
      case 1:
        text = before + random.pick(words) + text.slice(at + length);
        break;
      case 2:
        text = before + text.slice(at + length);
        break;
      case 3:
        text = before + text.slice(at, at + length) + text.slice(at);
        break;
      case 4:
        text = before + String.fromCharCode(random.integer(256)) + text.slice(at + 1);
        break;
      case 5:
        text += random.pick(seeds);
        break;
      default:
        text = before + random.pick(seeds).slice(random.integer(40));
    }
  }
  return text;
}

/** The server behind a Unix socket (a named pipe on Windows): a million connections would use up the ports. */
async function listen(path: string, defects: unknown[]): Promise<Server> {
  const onError = (error: unknown): Response => {
    if (!(error instanceof HttpError)) defects.push(error);
    const body = Buffer.from(error instanceof HttpError ? error.message : 'defect');
    return { status: error instanceof HttpError ? error.status : 500, fields: [], body };
  };
  const service = {
    limits: defaultLimits,
    endpoint: mirror,
    overPlain: mirror,
    onError,
    onExchange: () => undefined,
    stopping: false,
  };
  // It is never started: each case has a time of its own.
  const watch = new Watch(() => Number.POSITIVE_INFINITY);
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    new Connection(socket, service, watch, () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return server;
}

/** Sends the parts one by one, then a FIN; resolves with everything that was answered. */
function talk(path: string, parts: readonly Buffer[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path, allowHalfOpen: true });
    const answers: Buffer[] = [];
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no end within 5 s; so far ${JSON.stringify(Buffer.concat(answers).toString('latin1'))}`));
    }, 5000);
    socket.on('data', (chunk) => answers.push(chunk));
    // The server may have closed before all was sent; what it said is what counts.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(Buffer.concat(answers).toString('latin1'));
    });
    socket.on('end', () => socket.destroy());
    const send = (index: number): void => {
      const part = parts[index];
      if (part === undefined) socket.end();
      else socket.write(part, () => setImmediate(send, index + 1));
    };
    send(0);
  });
}

/** Cuts `text` at up to three places. */
function cut(text: string, random: Random): Buffer[] {
  const places = [
    0,
    ...Array.from({ length: 1 + random.integer(3) }, () => random.integer(text.length + 1)),
    text.length,
  ];
  places.sort((a, b) => a - b);
  return places.slice(1).map((end, i) => Buffer.from(text.slice(places[i], end), 'latin1'));
}

const withoutDates = (said: string): string => JSON.stringify(answersIn(said));

/** @throws {@link FuzzFailure} at the first case that breaks a promise */
export async function fuzz({ seed, cases, milliseconds, progress }: FuzzOptions): Promise<FuzzResult> {
  const folder = await mkdtemp(join(tmpdir(), 'fuzz-'));
  const path = process.platform === 'win32' ? `\\\\.\\pipe\\${folder}` : join(folder, 'socket');
  const defects: unknown[] = [];
  const unhandled = (error: unknown): void => void defects.push(error);
  process.on('unhandledRejection', unhandled);
  const server = await listen(path, defects);
  const statuses: Record<number, number> = {};
  const ends = performance.now() + milliseconds;
  let next = 0;
  let answered = 0;

  async function one(index: number): Promise<void> {
    const random = new Random(seed + index);
    const bytes = mutate(random);
    try {
      const said = await talk(path, [Buffer.from(bytes, 'latin1')]);
      for (const { status } of answersIn(said)) {
        statuses[status] = (statuses[status] ?? 0) + 1;
        answered++;
      }
      if (index % 4 === 0) {
        const again = await talk(path, cut(bytes, random));
        if (withoutDates(again) !== withoutDates(said)) throw new Error(`in parts it is answered otherwise: ${again}`);
      }
      if (defects.length > 0) throw defects[0];
    } catch (error) {
      throw new FuzzFailure(seed, index, bytes, error);
    }
  }

  async function work(): Promise<void> {
    while (next < cases && performance.now() < ends) {
      const index = next++;
      await one(index);
      if (index % 50_000 === 49_999) progress?.(index + 1);
    }
  }

  try {
    await Promise.all(Array.from({ length: 64 }, work));
    const last = await talk(path, [Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n')]);
    if (answersIn(last)[0]?.status !== 200) throw new Error(`seed ${seed}: in the end it answers ${last}`);
  } finally {
    server.close();
    process.off('unhandledRejection', unhandled);
    await rm(folder, { recursive: true, force: true });
  }
  return { cases: next, answers: answered, statuses };
}
