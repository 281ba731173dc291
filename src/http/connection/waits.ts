/** What a connection waits for its peer to do, and what it tells one that did not do it in time. */
import type { Wait } from './deadline';
import { HttpError } from '../message/httpError';
import type { Exchange } from './exchange';
import type { Response } from '../message/message';
import type { Receiver } from './receiver';
import type { Sender } from './sender';
import type { Writer } from './writer';

export type Phase = 'idle' | 'exchange' | 'draining' | 'closing' | 'closed';

/** A connection, as far as it tells what is waited for. */
interface Situation {
  readonly phase: Phase;
  readonly exchange: Exchange | undefined;
  /** A response that waits for the end of the body (see {@link Exchange.mustEndFirst}). */
  readonly pending: Response | undefined;
  readonly receiver: Receiver;
  readonly writer: Writer;
  /** How many exchanges have begun. */
  readonly begun: number;
}

export function waitOf(situation: Situation): Wait {
  const { phase, writer, receiver, begun } = situation;
  switch (phase) {
    case 'idle':
      if (writer.blocked) return 'nothing';
      if (receiver.input.length > 0) return 'head';
      return begun === 0 ? 'first' : 'request';
    case 'exchange':
      return waitOfExchange(situation);
    case 'draining':
      return 'drain';
    case 'closing':
      return writer.flushed ? 'close' : 'nothing';
    case 'closed':
      return 'nothing';
  }
}

function waitOfExchange({ exchange, pending, receiver }: Situation): Wait {
  if (pending !== undefined) return 'grace';
  if (exchange?.starved === true) return 'body';
  if (!receiver.ended || exchange?.response !== undefined) return 'nothing';
  // A client that has closed its half may wait for its answer, or be gone: what is sent to it tells. RFC 9110 §15.2: an
  // interim response means nothing to a client that expects none, but HTTP/1.0 has no such thing.
  return exchange?.request.minorVersion === 1 ? 'sign' : 'patience';
}

/** A connection whose peer did not do in time what it waits for. */
export interface Overdue extends Situation {
  readonly sender: Sender;
  /** Answers instead of reading a request, and closes. */
  refuse(error: unknown): void;
  send(exchange: Exchange, response: Response): void;
  /** Sends a FIN behind what is written. */
  close(): void;
  /** By RST. */
  cut(): void;
  destroy(): void;
  /** Finds out whether the peer is still there. */
  probe(): void;
}

export function expire(wait: Wait, connection: Overdue): void {
  const { exchange, pending } = connection;
  switch (wait) {
    case 'first':
      // A browser opens connections in advance: one that never spoke is no exchange, and not logged.
      connection.sender.refuse(tooLate('No request came in time.'));
      connection.close();
      break;
    case 'head':
      connection.refuse(tooLate('The request head did not come in time.'));
      break;
    case 'body':
      exchange?.lose(tooLate('The request body did not come in time.'));
      break;
    case 'grace':
      if (exchange !== undefined && pending !== undefined) connection.send(exchange, pending);
      break;
    case 'sign':
      connection.probe();
      break;
    case 'patience':
      if (exchange?.isUncertain === true) connection.cut();
      break;
    case 'request':
    case 'drain':
      connection.close();
      break;
    case 'close':
      connection.destroy();
      break;
    case 'nothing':
  }
}

const tooLate = (message: string): HttpError => new HttpError(408, message);
