/** The sending half of a connection: the one way by which responses go out. */
import type { Socket } from 'node:net';
import type { Recording } from '../../recording';
import type { Service } from './service';
import type { Exchange } from './exchange';
import { sendIterable, sendSource } from './transfer';
import { beginRecording, noteResponse } from './exchangeNotes';
import { Writer, type Writing } from './writer';
import type { Head } from '../wire/head';
import type { ByteSource, FieldLine, Peer, Response } from '../message/message';
import { discardBody, encode, isByteSource, type Encoded } from '../wire/encode';

/** A response on its way. */
interface BegunResponse {
  /** Whether it told the client that the connection persists. */
  readonly persist: boolean;
  /**
   * Undefined if all of it is in the writer; else it settles when the kernel has all of it, or rejects when the content
   * failed or the connection closed: then the connection must be cut.
   */
  readonly rest: Promise<void> | undefined;
}

/** The answer to a request that was not read. */
export interface Refusal {
  readonly response: Response;
  readonly recording: Recording | undefined;
}

const noTrailers = (): readonly FieldLine[] => [];

export class Sender {
  readonly writer: Writer;

  /** @param owner as that of {@link Writer} */
  constructor(
    socket: Socket,
    private readonly service: Service,
    owner: Writing,
  ) {
    this.writer = new Writer(socket, owner);
  }

  /**
   * Begins to send. A response that cannot be encoded is replaced by the one for its defect. Its body is closed when it was
   * sent, or will not be.
   */
  send(exchange: Exchange, response: Response): BegunResponse {
    const encoded = this.encode(exchange, response);
    const { octets, contained, content, chunked, persist } = encoded;
    const { recording } = exchange.request;
    if (recording !== undefined) noteResponse(recording, encoded, exchange.elapsed);
    this.writer.write(octets);
    exchange.bytesOut = contained;
    if (content === undefined) {
      if (exchange.response !== undefined) discardBody(exchange.response);
      return { persist, rest: undefined };
    }
    if (content instanceof Uint8Array) {
      this.writer.write(Buffer.from(content.buffer, content.byteOffset, content.byteLength));
      exchange.bytesOut = content.length;
      return { persist, rest: undefined };
    }
    return { persist, rest: this.transfer(exchange, content, chunked) };
  }

  /** Encodes the response or, if it has a defect, the one that tells of that, which becomes the exchange's. */
  private encode(exchange: Exchange, response: Response): Encoded {
    const { method, minorVersion } = exchange.request;
    const persist = exchange.mayPersist && !this.service.stopping && response.refusesEntry !== true;
    const context = { head: method === 'HEAD', minorVersion, persist };
    exchange.response = response;
    try {
      return encode(response, context);
    } catch (error) {
      discardBody(response);
      exchange.response = this.service.onError(error, exchange.request);
      return encode(exchange.response, context);
    }
  }

  private async transfer(
    exchange: Exchange,
    content: ByteSource | AsyncIterable<Uint8Array>,
    chunked: boolean,
  ): Promise<void> {
    const { response } = exchange;
    const count = (octets: number): void => void (exchange.bytesOut += octets);
    exchange.openTunnel();
    try {
      if (isByteSource(content)) await sendSource(this.writer, content, count);
      else await sendIterable(this.writer, content, chunked ? (response?.trailers ?? noTrailers) : undefined, count);
    } finally {
      if (response !== undefined) discardBody(response);
    }
  }

  /** Writes the answer to a request that was not read, or could not be. @param peer of one that is noted down */
  refuse(error: unknown, peer?: Peer, head?: Head): Refusal {
    const recording = peer && beginRecording(this.service.recorder, Date.now(), peer, head);
    const response = this.service.onError(error, undefined);
    const encoded = encode(response, { head: false, minorVersion: 1, persist: false });
    if (recording !== undefined) noteResponse(recording, encoded, 0);
    this.writer.write(encoded.octets);
    return { response, recording };
  }
}
