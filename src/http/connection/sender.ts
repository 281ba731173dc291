/** The sending half of a connection: responses go out, and are logged when the kernel has them. */
import type { Socket } from 'node:net';
import type { LogEvent } from '../../accessLog';
import type { Service } from './service';
import { Exchange } from './exchange';
import type { Response } from '../message/message';
import { reply } from './reply';
import {
  delimitingOf,
  discardBody,
  encode,
  refusesEntry,
  type Delimiting,
  type ResponseContext,
} from '../wire/response';
import { Writer } from './writer';

const nothing = Buffer.alloc(0);

/** A response on its way. */
interface Sending {
  /** Whether it told the client that the connection persists. */
  readonly persist: boolean;
  /** Undefined if all of it was written; else as {@link reply} says. */
  readonly rest: Promise<void> | undefined;
}

export class Sender {
  readonly writer: Writer;
  /** Exchanges whose response is written, but not yet taken by the kernel. */
  private unlogged: (Exchange | LogEvent)[] = [];

  /** @param onFlushed as that of {@link Writer} */
  constructor(
    socket: Socket,
    private readonly service: Service,
    onFlushed: () => void,
  ) {
    this.writer = new Writer(socket, () => {
      this.log(false);
      onFlushed();
    });
  }

  /** Begins to send. A response that cannot be encoded is replaced by the one for its defect. */
  send(exchange: Exchange, response: Response): Sending {
    const { method, minorVersion } = exchange.request;
    const persist = exchange.mayPersist && !this.service.stopping && !refusesEntry(response);
    const asked = { head: method === 'HEAD', minorVersion, persist };
    const delimiting = delimitingOf(response, asked);
    const context = delimiting === 'close' ? { ...asked, persist: false } : asked;
    return { persist: context.persist, rest: this.reply(exchange, response, context, delimiting) };
  }

  private reply(
    exchange: Exchange,
    response: Response,
    context: ResponseContext,
    delimiting: Delimiting,
  ): Promise<void> | undefined {
    try {
      return reply(this.writer, exchange, response, context, delimiting);
    } catch (error) {
      discardBody(response);
      const excuse = this.service.onError(error, exchange.request);
      return reply(this.writer, exchange, excuse, context, delimitingOf(excuse, context));
    }
  }

  /** Writes the answer to a request that was not read, or could not be. */
  refuse(error: unknown): Response {
    const response = this.service.onError(error, undefined);
    const content = response.body instanceof Uint8Array ? response.body : nothing;
    this.writer.write(encode(response, { head: false, minorVersion: 1, persist: false }, content));
    return response;
  }

  /** Has the exchange logged when what was written up to now has been taken. */
  finish(exchange: Exchange | LogEvent): void {
    this.unlogged.push(exchange);
    if (this.writer.flushed) this.log(false);
  }

  /** Logs what is finished. @param aborted whether the connection was cut before it was taken */
  log(aborted: boolean): void {
    if (this.unlogged.length === 0) return;
    const finished = this.unlogged;
    this.unlogged = [];
    for (const one of finished) this.service.onExchange(one instanceof Exchange ? one.logEvent(aborted) : one);
  }
}
