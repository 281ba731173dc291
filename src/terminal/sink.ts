/** Where octets go: to a file, which takes them at once or never, or to a stream, which takes its time. Neither throws or blocks. */
import { writeSync } from 'node:fs';
import { Socket } from 'node:net';

/** What of a text was not written. */
export interface Loss {
  readonly error: NodeJS.ErrnoException;
  /** How many of its lines are not there, or not whole. */
  readonly lost: number;
  /** What is there of the text: nothing, whole lines, or also a piece of one. */
  readonly there: 'nothing' | 'lines' | 'piece';
}

export interface Sink {
  /** How many octets wait for the reader. */
  readonly waiting: number;
  /** @param done called once, at once or later */
  write(text: Buffer, done: (loss?: Loss) => void): void;
  /** Calls back when nothing waits any more. */
  whenEmpty(callback: () => void): void;
}

/** One of the streams of the process, which Node.js says is a `Socket` even where it is none. */
export type Standard = NodeJS.WritableStream & { readonly fd: number; readonly isTTY?: boolean };

export const sinkOf = (stream: Standard): Sink =>
  stream instanceof Socket ? new StreamSink(stream) : new FileSink(stream.fd);

const newline = 0x0a;

function lossOf(error: NodeJS.ErrnoException, text: Buffer, written: number): Loss {
  let lost = 0;
  for (let i = written; i < text.length; i++) if (text[i] === newline) lost++;
  const there = text[written - 1] === newline ? 'lines' : 'piece';
  return { error, lost, there: written === 0 ? 'nothing' : there };
}

/** A file or a device. The stream that Node.js has for it is of no use after its first failure. */
class FileSink implements Sink {
  readonly waiting = 0;

  constructor(private readonly descriptor: number) {}

  write(text: Buffer, done: (loss?: Loss) => void): void {
    let written = 0;
    try {
      while (written < text.length) written += writeSync(this.descriptor, text, written);
    } catch (error) {
      done(lossOf(error as NodeJS.ErrnoException, text, written));
      return;
    }
    done();
  }

  whenEmpty(callback: () => void): void {
    callback();
  }
}

/** A pipe, a socket or a terminal. */
class StreamSink implements Sink {
  constructor(private readonly stream: Socket) {
    unblock(stream);
    // Each write is told its own failure; without a listener this one would end the process.
    stream.on('error', () => undefined);
  }

  get waiting(): number {
    return this.stream.writableLength;
  }

  write(text: Buffer, done: (loss?: Loss) => void): void {
    this.stream.write(text, (error) => (error ? done(lossOf(error, text, 0)) : done()));
  }

  whenEmpty(callback: () => void): void {
    if (this.stream.writableNeedDrain) this.stream.once('drain', callback);
    else if (this.waiting > 0) this.stream.write('', () => callback());
    else callback();
  }
}

/** Node.js has terminals block, so that Ctrl+S would hold the whole server, and no public way to say otherwise. */
function unblock(stream: Socket & { readonly _handle?: { setBlocking?: (on: boolean) => number } | null }): void {
  if (process.platform !== 'win32') stream._handle?.setBlocking?.(false);
}
