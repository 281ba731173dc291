/**
 * One socket's life.
 *
 *     idle ──head──► exchange ──response sent──► draining ──body ended──► idle
 *       │               │                            │
 *       └───────────────┴── not to be used again ────┴──► closing ──peer closed, or too slow──► closed
 *
 * A connection returns to `idle` only when both halves of an exchange ended cleanly. `advance` is the only thing that
 * moves it on: what happens outside (bytes, demand, a response) is noted first, and then `advance` is called.
 */
import type { Socket } from 'node:net';
import { Deadline } from './deadline';
import { HttpError } from '../message/httpError';
import { Exchange, type Carrier } from './exchange';
import { ExchangeLog, refusedEvent } from './exchangeLog';
import type { Head } from '../wire/head';
import type { Input } from '../wire/input';
import type { Peer, Response } from '../message/message';
import { peerOf } from '../message/peer';
import { continueLine, discardBody, endIteration } from '../wire/encode';
import { Receiver } from './receiver';
import { Sender } from './sender';
import { answer, type Service } from './service';
import { reset } from './nodeInternals';
import { Stall } from './stall';
import { beginBatch, currentBatch } from './batch';
import { expire, waitOf, type Overdue, type Phase } from './waits';
import type { Watch } from './watch';
import type { Writer } from './writer';

const ignore = (): void => undefined;

/** How long a client that was refused entry may go on sending, in milliseconds. */
const refusedLinger = 1000;

export class Connection implements Carrier, Overdue {
  phase: Phase = 'idle';
  private readonly deadline: Deadline;
  /** Only while something waits for the peer at a look, as for most at any time nothing does. */
  private stall: Stall | undefined;
  private readonly peer: Peer;
  readonly receiver: Receiver;
  readonly sender: Sender;
  readonly writer: Writer;
  private readonly log: ExchangeLog;
  exchange: Exchange | undefined;
  pending: Response | undefined;
  begun = 0;
  /** Whether the server stops. */
  private leaving = false;
  /** The batch in which the last exchange ended. */
  private rested = currentBatch();
  private advancing = false;
  private moved = false;

  constructor(
    private readonly socket: Socket,
    private readonly service: Service,
    private readonly watch: Watch,
    private readonly onClosed: (connection: Connection) => void,
  ) {
    this.deadline = new Deadline(service.limits, watch);
    this.receiver = new Receiver(socket, service.limits, this);
    this.sender = new Sender(socket, service, this);
    this.writer = this.sender.writer;
    this.log = new ExchangeLog(service, this.writer);
    this.peer = peerOf(socket);
    // A failed socket closes next, and there is nobody to tell.
    socket.on('error', ignore);
    this.regulate();
  }

  /** Answers instead of reading a request, and closes. @param head what could be read of the request */
  refuse(error: unknown, head?: Head): void {
    this.log.add(refusedEvent(head, this.peer, this.sender.refuse(error, this.peer, head)));
    this.close();
    this.regulate();
  }

  /** Closes at once if nothing is under way, else after the response. */
  stop(): void {
    this.leaving = true;
    this.exchange?.endEndless();
    if (this.phase === 'idle' && this.writer.flushed) this.socket.destroy();
    else if (this.phase === 'idle' || this.phase === 'draining') this.close();
    else if (this.phase === 'closing') this.deadline.hurry(0);
    this.advance();
  }

  /** The batch since which nothing was asked for, or only waits for the peer's FIN; undefined while an exchange is under way. */
  get restsSince(): number | undefined {
    if (!this.writer.flushed) return undefined;
    return this.phase === 'exchange' || this.phase === 'closed' ? undefined : this.rested;
  }

  /** Ends without a word. */
  destroy(): void {
    this.socket.destroy();
  }

  /** Cuts the connection, so that nobody takes what was sent so far for a whole response. */
  cut(): void {
    reset(this.socket);
  }

  /** Enforces the deadlines. @param now that of the watch. @returns when the next of them will have passed */
  tick(now: number): number {
    // It begins anew when something waits again.
    if (this.writer.flushed) this.stall = undefined;
    else this.stall ??= new Stall(this.socket, this.watch, this.service.limits.responseTimeout);
    const stalled = this.stall?.due(now) ?? Number.POSITIVE_INFINITY;
    if (stalled <= now) this.cut();
    else if (this.deadline.due(now) <= now) this.expire();
    return Math.min(stalled, this.deadline.due(now));
  }

  /** All that was written has been handed to the kernel. */
  flushed(): void {
    this.log.flush();
    this.advance();
  }

  /** Content goes to the endpoint that waits for it without having to wait itself. */
  pass(): void {
    if (this.serves(this.exchange)) this.exchange.feed(this.receiver.input, false);
  }

  /** As {@link Carrier} says. */
  inputOf(exchange: Exchange): Input | undefined {
    return this.serves(exchange) ? this.receiver.input : undefined;
  }

  /** Whether the endpoint has to take content before more of it is read. */
  get sated(): boolean {
    return this.serves(this.exchange) && this.exchange.sated;
  }

  /** Whether content is for the exchange's endpoint, which has not answered yet. */
  private serves(exchange: Exchange | undefined): exchange is Exchange {
    return (
      exchange !== undefined && exchange === this.exchange && this.phase === 'exchange' && this.pending === undefined
    );
  }

  received(): void {
    this.deadline.renew();
    if (this.receiver.ended) this.exchange?.endEndless();
    this.advance();
  }

  /** Moves on until nothing sets `moved` any more. */
  private advance(): void {
    this.moved = true;
    if (this.advancing) return;
    this.advancing = true;
    beginBatch();
    while (this.moved || this.writer.flush()) {
      this.moved = false;
      if (this.phase === 'exchange') this.proceed();
      else if (this.phase === 'draining') this.drain();
      else if (this.phase === 'idle' && !this.writer.blocked) this.begin();
    }
    this.advancing = false;
    this.regulate();
  }

  /** Reads the next head and answers it. */
  private begin(): void {
    let head: Head | undefined;
    try {
      head = this.receiver.input.takeHead();
      if (head === undefined) {
        if (this.receiver.ended) this.endIdle();
        return;
      }
      this.exchange = new Exchange(head, this.peer, this.service, this);
    } catch (error) {
      this.refuse(error, head);
      return;
    }
    this.begun++;
    this.phase = 'exchange';
    this.moved = true;
    const { exchange } = this;
    answer(this.service, exchange, (response) => this.respond(exchange, response));
  }

  /** The peer has said its last word between two requests, or in the midst of a head. */
  private endIdle(): void {
    if (this.receiver.input.length === 0) this.close();
    else this.refuse(new HttpError(400, 'The connection ended in the midst of a request head.'));
  }

  /** As {@link Carrier} says. */
  demand(exchange: Exchange, interim: Buffer | undefined): void {
    if (!this.serves(exchange)) return;
    if (interim !== undefined) this.writer.write(interim);
    this.advance();
  }

  private proceed(): void {
    const { exchange, pending } = this;
    if (exchange === undefined) return;
    if (pending === undefined) {
      exchange.feed(this.receiver.input, this.receiver.ended);
      return;
    }
    exchange.discard(this.receiver.input, this.receiver.ended);
    if (exchange.received || exchange.drainedTooMuch) this.send(exchange, pending);
  }

  private drain(): void {
    const { exchange } = this;
    if (exchange === undefined) return;
    exchange.discard(this.receiver.input, this.receiver.ended);
    if (exchange.drainedTooMuch || !exchange.mayPersist) this.close();
    else if (exchange.received) this.becomeIdle();
  }

  private becomeIdle(): void {
    this.exchange = undefined;
    this.phase = 'idle';
    this.deadline.restart();
    this.moved = true;
  }

  private respond(exchange: Exchange, response: Response): void {
    if (this.phase === 'closed') {
      discardBody(response);
      return;
    }
    if (exchange.mustEndFirst && (response.refusesEntry ?? response.duplex) !== true) this.pending = response;
    else this.send(exchange, response);
    this.advance();
  }

  send(exchange: Exchange, response: Response): void {
    this.pending = undefined;
    const { persist, rest } = this.sender.send(exchange, response);
    if (this.receiver.ended) exchange.endEndless();
    if (rest === undefined) {
      this.endResponse(exchange, persist);
      return;
    }
    rest.then(
      () => {
        this.endResponse(exchange, persist);
        this.advance();
      },
      (error: unknown) => {
        exchange.failure = error instanceof Error ? error.message : String(error);
        this.cut();
      },
    );
  }

  private endResponse(exchange: Exchange, persist: boolean): void {
    if (this.phase === 'closed') return;
    this.rested = currentBatch();
    this.log.add(exchange);
    exchange.abandon();
    if (!persist || this.service.stopping) this.close();
    else if (exchange.received) this.becomeIdle();
    else {
      this.phase = 'draining';
      this.moved = true;
    }
  }

  /** Sends a FIN behind what is written; what still comes in is thrown away, so that the answer is not reset away. */
  close(): void {
    this.limitLinger();
    this.exchange?.lose(new Error('The connection was closed.'));
    this.exchange = undefined;
    this.phase = 'closing';
    this.receiver.close();
    this.writer.end();
  }

  /** Nobody waits for a client that was refused entry, whatever it sends; nor, at a stop, for one whose request is over. */
  private limitLinger(): void {
    const { exchange } = this;
    if (this.leaving && exchange?.received !== false) this.deadline.hurry(0);
    if (exchange?.response?.refusesEntry !== true) return;
    this.deadline.hurry(refusedLinger);
    this.rested = Number.NEGATIVE_INFINITY;
  }

  /** The socket has closed. */
  closed(): void {
    const { exchange, pending, phase } = this;
    this.phase = 'closed';
    if (pending !== undefined) discardBody(pending);
    exchange?.lose(new Error('The client went away.'));
    exchange?.request.forsake();
    // A read of a source may be under way: whoever reads the source closes it.
    endIteration(exchange?.response?.body);
    this.log.close(phase === 'exchange' ? exchange : undefined);
    this.onClosed(this);
  }

  /** Stops reading when enough waits, and sets the deadline of what the peer has to do next. */
  private regulate(): void {
    if (this.phase === 'closed') return;
    this.receiver.regulate();
    this.deadline.set(waitOf(this));
  }

  /** An interim response is lost on nobody, and a peer that is gone answers it by RST. */
  probe(): void {
    if (this.exchange?.isUncertain === true) this.writer.write(continueLine);
    this.deadline.restart();
  }

  private expire(): void {
    expire(this.deadline.wait, this);
    this.advance();
  }
}
