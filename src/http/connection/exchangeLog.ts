/**
 * The one door by which exchanges get to the log: each once, when the kernel has all of its response or the connection was
 * cut, never before.
 */
import type { LogEvent } from '../../accessLog';
import { Exchange } from './exchange';
import type { Service } from './service';
import type { Refusal } from './sender';
import type { Writer } from './writer';
import type { Peer } from '../message/message';
import type { Head } from '../wire/head';

export class ExchangeLog {
  /** Those whose response is written, but not yet taken by the kernel; of what never became an exchange, the event. */
  private written: (Exchange | LogEvent)[] = [];

  constructor(
    private readonly service: Service,
    private readonly writer: Writer,
  ) {}

  /** To be called when all of a response is written. */
  add(exchange: Exchange | LogEvent): void {
    this.written.push(exchange);
    if (this.writer.flushed) this.flush();
  }

  /** To be called when the kernel has what was written. */
  flush(): void {
    this.empty(false);
  }

  /** To be called when the connection is closed. @param current an exchange whose response was not written to its end */
  close(current: Exchange | undefined): void {
    this.empty(true);
    if (current !== undefined) this.service.onExchange(eventOf(current, true));
  }

  private empty(aborted: boolean): void {
    if (this.written.length === 0) return;
    const { written } = this;
    this.written = [];
    for (const one of written) this.service.onExchange(one instanceof Exchange ? eventOf(one, aborted) : one);
  }
}

/** @param aborted whether the connection was cut before the response was whole */
function eventOf(exchange: Exchange, aborted: boolean): LogEvent {
  const { request, response, bytesIn, bytesOut } = exchange;
  const event = begunEvent(request, request.peer, exchange.time, response?.status ?? clientClosed);
  event.bytesIn = bytesIn;
  event.bytesOut = bytesOut;
  event.ms = exchange.elapsed;
  event.aborted = aborted;
  const reason = exchange.failure ?? response?.reason;
  if (reason !== undefined) event.reason = reason;
  if (response?.option !== undefined) event.option = response.option;
  if (request.recording !== undefined) event.recording = request.recording;
  if (response?.stored !== undefined) event.stored = response.stored;
  if (response?.rule !== undefined) event.rule = response.rule;
  return event;
}

/** What nginx logs when the client went away before it was answered. No response ever has it. */
const clientClosed = 499;

type Described = Pick<Head, 'method' | 'target' | 'minorVersion' | 'fields'>;
type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Made in one shape and without copies, for there is one per exchange. */
function begunEvent(head: Described | undefined, peer: Peer, time: number, status: number): Writable<LogEvent> {
  return {
    time,
    method: head?.method ?? '',
    target: head?.target ?? '',
    version: head === undefined ? '' : head.minorVersion === 0 ? 'HTTP/1.0' : 'HTTP/1.1',
    status,
    bytesIn: 0,
    bytesOut: 0,
    ms: 0,
    peer: peer.address,
    userAgent: head?.fields.get('user-agent') ?? '',
    referer: head?.fields.get('referer') ?? '',
    aborted: false,
  };
}

/** What the log says of a request that never became an exchange. @param head what could be read of it */
export function refusedEvent(head: Head | undefined, peer: Peer, { response, recording }: Refusal): LogEvent {
  const event = begunEvent(head, peer, Date.now(), response.status);
  if (response.body instanceof Uint8Array) event.bytesOut = response.body.length;
  if (response.reason !== undefined) event.reason = response.reason;
  if (response.option !== undefined) event.option = response.option;
  if (recording !== undefined) event.recording = recording;
  return event;
}
