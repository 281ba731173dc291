/** Requests and responses as values (RFC 9110 §6). */
import type { Options } from '../../options';
import type { Recording } from '../../recording';
import type { Fields } from './fields';

/** A field name and its value, as they go on the wire. */
export type FieldLine = readonly [name: string, value: string];

export interface Peer {
  /** IP literal of the client. */
  readonly address: string;
  readonly port: number;
  /** IP literal and port of our end of the connection. */
  readonly localAddress: string;
  readonly localPort: number;
}

/**
 * The content of a request, to be read once and in order. Reading starts the upload: a client that sent
 * `Expect: 100-continue` is told to go on by the first read (RFC 9110 §10.1.1). A piece is good until the next one is
 * asked for: then its memory is used again.
 * Iteration throws {@link HttpError} when framing is broken, the body is too large or too slow,
 * and an `Error` when the client went away; either way not all of the body was seen.
 */
export interface RequestBody extends AsyncIterable<Buffer> {
  /** In octets, 0 when there is none; undefined when the client does not say beforehand. */
  readonly length: number | undefined;
  /** The trailer section (RFC 9110 §6.5): empty without one, and as long as the content was not read to its end. */
  readonly trailers: Fields;
  /** All of it, if all has come before any was read; undefined otherwise, and then nothing is taken. */
  whole(): Buffer | undefined;
  /** Has whoever reads it get `error` instead of what would have come; once all of it was received, it does nothing. */
  fail(error: Error): void;
}

export interface Request {
  /** Case-sensitive, as sent. */
  readonly method: string;
  /** The request target as it was sent. */
  readonly target: string;
  /** Absolute path, still percent-encoded; `*` in asterisk form. */
  readonly path: string;
  /** What follows the `?`, still percent-encoded; undefined without one. */
  readonly query: string | undefined;
  /** Host and port asked for: the authority of an absolute-form target, else Host; empty if neither. */
  readonly authority: string;
  /** x in HTTP/1.x, as we understand it. */
  readonly minorVersion: 0 | 1;
  readonly fields: Fields;
  readonly body: RequestBody;
  readonly peer: Peer;
  /** Requests of the same batch had all been received before the first of them was answered. */
  readonly batch: number;
  /**
   * Fires when nobody waits for the response any more: the client is gone, or the server has stopped. Whatever goes on for
   * longer than a turn minds it. It costs nothing unless it is read.
   */
  readonly signal: AbortSignal;
  /** Has `listener`, the only one, called when the signal fires. Costs a tenth of it. */
  whenForsaken(listener: () => void): void;
  /**
   * Sends an interim response (RFC 9110 §15.2) ahead of the one that is returned; after that it does nothing.
   * Undefined where the client does not expect any: in HTTP/1.0, and for a GET.
   */
  readonly interim?: ((status: number, fields: readonly FieldLine[]) => void) | undefined;
  /** What is noted of the exchange; undefined unless it is one of those that are kept. */
  readonly recording?: Recording | undefined;
}

/**
 * Bytes of a known length that are read on demand, such as part of an open file.
 * Whoever sends a response closes its source exactly once, read or not.
 */
export interface ByteSource {
  /** In octets. */
  readonly length: number;
  /**
   * Fills `into`, or its beginning, with the octets that follow those of the read before.
   * Resolves to how many there were: 0 when the source ended early.
   */
  read(into: Buffer): Promise<number>;
  close(): void;
}

/**
 * `undefined` is no content. An iterable has no known length: it is sent chunked. It is iterated once; when nobody wants
 * more of it, `return` is called on an iterator of it, perhaps while a `next` is pending, and perhaps twice.
 */
export type Body = Uint8Array | ByteSource | AsyncIterable<Uint8Array> | undefined;

/**
 * A response is a value; `http/wire/encode.ts` adds the framing fields, `Date`, `Connection` and
 * `X-Content-Type-Options`, and leaves out the content where RFC 9110 §6.4.1 forbids one.
 */
export interface Response {
  readonly status: number;
  readonly fields: readonly FieldLine[];
  readonly body?: Body;
  /** Paths, relative to the served folder, of the files that the exchange stored; for the log. */
  readonly stored?: readonly string[];
  /** Why the request was refused; for the log. */
  readonly reason?: string;
  /** The option that made it so; for the log. */
  readonly option?: keyof Options;
  /** Whoever asked may not ask, or not any more for now: it costs us no more than the answer, and the connection ends. */
  readonly refusesEntry?: true;
  /** The Date of another server that made it (RFC 9110 §6.6.1), as it goes on the wire; ours without one. */
  readonly date?: string;
  /** Number of the rule that answered, from 1; for the log. */
  readonly rule?: number;
  /** Behind content that is an iterable (RFC 9110 §6.5), asked for when that has ended. */
  readonly trailers?: () => readonly FieldLine[];
  /**
   * The content does not wait for that of the request, which goes on to be read while this is sent: then the connection
   * ends with it, if nobody knows yet where that one ends.
   */
  readonly duplex?: true;
  /**
   * With 101 (RFC 9110 §15.2.2): from now on the connection is for another protocol. Called once, with what the client goes
   * on to send; the response's content, an iterable, is what it is sent. When that ends, so does the connection.
   */
  readonly tunnel?: (content: AsyncIterable<Buffer>) => void;
  /** The endpoint will return this very value again, so its encoding is worth remembering. */
  readonly lasting?: true;
  /** The content, an iterable, goes on until the client closes its half of the connection or the server stops. */
  readonly endless?: true;
}

/** What a URL means. May answer at once: a promise is not needed for what is in memory. */
export type Endpoint = (request: Request) => Response | Promise<Response>;
