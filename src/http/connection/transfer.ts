/** Moves content that is not in memory to the peer: from a source of known length, or from an iterable. */
import { borrow, giveBack, largestBlock, smallestBlock } from './blocks';
import type { ByteSource, FieldLine } from '../message/message';
import { encodeEnd } from '../wire/encode';
import { Allowance } from './allowance';
import type { Writer } from './writer';

/** What all reads of all responses together should hold, in octets. */
const budget = 16 * 1024 * 1024;

let active = 0;

/** Large reads are fast, many large reads are memory: each stream gets its part of the budget. */
function readSize(): number {
  const size = 2 ** Math.floor(Math.log2(budget / (2 * active)));
  return Math.min(largestBlock, Math.max(smallestBlock, size));
}

/**
 * Sends `source.length` octets, reading one piece ahead of the one being written. Does not close the source.
 *
 * @throws Error if the source ends early or the connection closes
 */
export async function sendSource(writer: Writer, source: ByteSource, onSent: (octets: number) => void): Promise<void> {
  active++;
  try {
    const size = Math.min(readSize(), source.length);
    // What is left after one read is nothing, or little.
    const blocks = [borrow(size), borrow(source.length > size ? size : 0)] as const;
    await pump(writer, source, blocks, onSent);
    // After a failure a write may still be under way.
    blocks.forEach(giveBack);
  } finally {
    active--;
  }
}

async function pump(
  writer: Writer,
  source: ByteSource,
  blocks: readonly [Buffer, Buffer],
  onSent: (octets: number) => void,
): Promise<void> {
  const allowance = new Allowance();
  let left = source.length;
  let [current, next] = blocks;
  let reading = fill(source, current, left, allowance);
  let sent = Promise.resolve();
  try {
    while (left > 0) {
      const length = await reading;
      left -= length;
      await sent;
      sent = quiet(writer.send(current.subarray(0, length)).then(() => onSent(length)));
      [current, next] = [next, current];
      if (left > 0) reading = quiet(fill(source, current, left, allowance));
    }
    await sent;
  } finally {
    // Whoever closes the source may do so only when no read of it is under way.
    await reading.catch(() => undefined);
  }
}

/** Marks a promise whose failure is seen by a later `await`, so that meanwhile it is not an unhandled one. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

async function fill(source: ByteSource, into: Buffer, left: number, allowance: Allowance): Promise<number> {
  const most = await allowance.turn(left);
  const length = await source.read(into.length > most ? into.subarray(0, most) : into);
  if (length === 0) throw new Error('The content ended early.');
  return length;
}

const crlf = Buffer.from('\r\n');

/**
 * Sends what `content` yields. The producer is one piece ahead of the writer at most.
 *
 * @param chunked that it goes in chunks, and the trailers behind them
 */
export async function sendIterable(
  writer: Writer,
  content: AsyncIterable<Uint8Array>,
  chunked: (() => readonly FieldLine[]) | undefined,
  onSent: (octets: number) => void,
): Promise<void> {
  let sent = Promise.resolve();
  for await (const piece of content) {
    await sent;
    if (piece.length === 0) continue;
    const wire = chunked !== undefined ? chunkOf(piece) : piece;
    sent = quiet(writer.send(wire).then(() => onSent(piece.length)));
  }
  await sent;
  if (chunked !== undefined) await writer.send(encodeEnd(chunked()));
}

/** RFC 9112 §7.1. */
const chunkOf = (piece: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`, 'latin1'), piece, crlf]);
