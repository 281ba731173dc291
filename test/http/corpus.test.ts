/** Every row of the corpus without a socket: the parsers alone understand it or refuse it, whole and octet by octet. */
import assert from 'node:assert/strict';
import { decoderOf } from '../../src/http/wire/body';
import { HttpError } from '../../src/http/message/httpError';
import { framingOf } from '../../src/http/wire/framing';
import { Input } from '../../src/http/wire/input';
import type { Head } from '../../src/http/wire/head';
import { defaultLimits } from '../../src/options';
import { accepted, refused, type Refused } from '../support/data/corpus';

/** `METHOD|path|query|authority|content` of each request that came whole, and the refusal that ended them, if one did. */
interface Parsed {
  readonly understood: string[];
  refusal?: HttpError;
}

/** The parsers of a connection, which takes requests for as long as some come. */
function parse(chunks: readonly Buffer[]): Parsed {
  const input = new Input(defaultLimits);
  const parsed: Parsed = { understood: [] };
  let waiting = nextRequest(input);
  try {
    for (const chunk of chunks) {
      // Its memory is used again.
      const memory = Buffer.from(chunk);
      input.append(memory, () => undefined);
      memory.fill(0xff);
      for (let text = waiting(); text !== undefined; text = waiting()) {
        parsed.understood.push(text);
        waiting = nextRequest(input);
      }
    }
  } catch (error) {
    assert.ok(error instanceof HttpError, String(error));
    parsed.refusal = error;
  }
  return parsed;
}

/** To be called until it gives what was understood. */
function nextRequest(input: Input): () => string | undefined {
  let read: { readonly head: Head; readonly decoder: ReturnType<typeof decoderOf> } | undefined;
  let content = '';
  return () => {
    const head = read?.head ?? input.takeHead();
    if (head === undefined) return undefined;
    read ??= { head, decoder: decoderOf(framingOf(head.minorVersion, head.fields), defaultLimits) };
    const { decoder } = read;
    input.take((bytes) => decoder.decode(bytes, 0, (piece) => (content += piece.toString('latin1'))));
    const { method, path, query = '-', authority } = head;
    return decoder.done ? [method, path, query, authority, content].join('|') : undefined;
  };
}

const whole = (bytes: string): Buffer[] => [Buffer.from(bytes, 'latin1')];
const octets = (bytes: string): Buffer[] => Array.from(Buffer.from(bytes, 'latin1'), (octet) => Buffer.from([octet]));
const ways = [whole, octets];

describe('requests, parsed', () => {
  for (const { name, bytes, understood } of accepted) {
    it(name, () => {
      // That nothing is read behind the last one of a connection is not for the parsers to say.
      for (const way of ways) assert.deepEqual(parse(way(bytes)).understood.slice(0, understood.length), understood);
    });
  }

  // What is well formed, and yet not done here, is not for them, either: an expectation, a body of a length that is too much.
  const isForParsers = ({ persists, status, bytes }: Refused): boolean =>
    persists !== true && !(status === 413 && bytes.includes('Content-Length'));
  for (const { name, bytes, status } of refused.filter(isForParsers)) {
    it(`${name}: ${status}`, () => {
      for (const way of ways) {
        const { refusal } = parse(way(bytes));
        assert.equal(refusal?.status, status);
        assert.match(refusal.message, /^[A-Z].*\.$/s);
      }
    });
  }
});
