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
import { Deadline, type Wait } from './deadline';
import { HttpError } from './errors';
import { Exchange, refusedEvent, type Carrier } from './exchange';
import type { Head } from './head';
import type { Input } from './input';
import type { Peer, Response } from './message';
import { peerOf } from './peer';
import { discardBody, endIteration } from './response';
import { Receiver } from './receiver';
import { Sender } from './sender';
import { answer, type Service } from './service';
import { reset } from './socketInternals';
import { beginTurn } from './turn';
import type { Writer } from './writer';

type Phase = 'idle' | 'exchange' | 'draining' | 'closing' | 'closed';

export class Connection implements Carrier {
  private phase: Phase = 'idle';
  private readonly deadline: Deadline;
  private readonly peer: Peer;
  private readonly receiver: Receiver;
  private readonly sender: Sender;
  private readonly writer: Writer;
  private exchange: Exchange | undefined;
  /** A response that waits for the end of the body (see {@link Exchange.mustEndFirst}). */
  private held: Response | undefined;
  private begun = 0;
  private advancing = false;
  private moved = false;

  constructor(
    private readonly socket: Socket,
    private readonly service: Service,
    private readonly onClosed: (connection: Connection) => void,
  ) {
    this.deadline = new Deadline(service.limits);
    this.receiver = new Receiver(socket, service.limits, this);
    this.sender = new Sender(socket, service, () => this.advance());
    this.writer = this.sender.writer;
    this.peer = peerOf(socket);
    // A failed socket closes next, and there is nobody to tell.
    socket.on('error', () => undefined);
    socket.on('close', () => this.whenClosed());
    this.regulate();
  }

  /** Answers instead of reading a request, and closes. @param head what could be read of the request */
  refuse(error: unknown, head?: Head): void {
    this.sender.finish(refusedEvent(head, this.peer, this.sender.refuse(error)));
    this.close();
    this.regulate();
  }

  /** Closes at once if nothing is under way, else after the response. */
  stop(): void {
    this.exchange?.endEndless();
    if (this.phase === 'idle' && this.writer.flushed) this.socket.destroy();
    else if (this.phase === 'idle' || this.phase === 'draining') this.close();
    this.advance();
  }

  /** Cuts the connection, so that nobody takes what was sent so far for a whole response. */
  cut(): void {
    reset(this.socket);
  }

  /** Enforces the deadlines. @param now monotonic, in milliseconds; to be called at least twice a second */
  tick(now: number): void {
    if (this.writer.stalledFor(now) >= this.service.limits.responseTimeout) this.cut();
    else if (this.deadline.passed(now)) this.expire();
    if (this.phase === 'idle') this.receiver.input.forget();
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
    return exchange !== undefined && exchange === this.exchange && this.phase === 'exchange' && this.held === undefined;
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
    beginTurn();
    while (this.moved) {
      this.moved = false;
      if (this.phase === 'exchange') this.proceed();
      else if (this.phase === 'draining') this.drain();
      else if (this.phase === 'idle' && !this.writer.blocked) this.begin();
    }
    this.advancing = false;
    this.writer.flush();
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
      this.exchange = new Exchange(head, this.peer, this.service.limits, this);
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
    const { exchange, held } = this;
    if (exchange === undefined) return;
    if (held === undefined) {
      exchange.feed(this.receiver.input, this.receiver.ended);
      return;
    }
    exchange.discard(this.receiver.input, this.receiver.ended);
    if (exchange.received || exchange.drainedTooMuch) this.send(exchange, held);
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
    if (exchange.mustEndFirst) this.held = response;
    else this.send(exchange, response);
    this.advance();
  }

  private send(exchange: Exchange, response: Response): void {
    this.held = undefined;
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
    this.sender.finish(exchange);
    exchange.abandon();
    if (!persist || this.service.stopping) this.close();
    else if (exchange.received) this.becomeIdle();
    else {
      this.phase = 'draining';
      this.moved = true;
    }
  }

  /** Sends a FIN behind what is written; what still comes in is thrown away, so that the answer is not reset away. */
  private close(): void {
    this.exchange?.lose(new Error('The connection was closed.'));
    this.exchange = undefined;
    this.phase = 'closing';
    this.receiver.close();
    this.writer.end();
  }

  private whenClosed(): void {
    const { exchange, held, phase } = this;
    this.phase = 'closed';
    this.sender.log(true);
    if (held !== undefined) discardBody(held);
    exchange?.lose(new Error('The client went away.'));
    // Reads of a source may be under way: that is closed by whoever reads it.
    endIteration(exchange?.response?.body);
    if (exchange !== undefined && phase === 'exchange') this.service.onExchange(exchange.logEvent(true));
    this.onClosed(this);
  }

  /** Stops reading when enough waits for its turn, and sets the deadline of what the peer has to do next. */
  private regulate(): void {
    if (this.phase === 'closed') return;
    this.receiver.regulate();
    this.deadline.set(this.waitingFor());
  }

  private waitingFor(): Wait {
    switch (this.phase) {
      case 'idle':
        if (this.writer.blocked) return 'nothing';
        if (this.receiver.input.length > 0) return 'head';
        return this.begun === 0 ? 'first' : 'request';
      case 'exchange':
        if (this.held !== undefined) return 'grace';
        return this.exchange?.starved === true ? 'body' : 'nothing';
      case 'draining':
        return 'drain';
      case 'closing':
        return this.writer.flushed ? 'close' : 'nothing';
      case 'closed':
        return 'nothing';
    }
  }

  private expire(): void {
    const { exchange, held } = this;
    switch (this.deadline.wait) {
      case 'first':
        // A browser opens connections in advance: one that never spoke is no exchange, and not logged.
        this.sender.refuse(new HttpError(408, 'No request came in time.'));
        this.close();
        break;
      case 'head':
        this.refuse(new HttpError(408, 'The request head did not come in time.'));
        break;
      case 'body':
        exchange?.lose(new HttpError(408, 'The request body did not come in time.'));
        break;
      case 'grace':
        if (exchange !== undefined && held !== undefined) this.send(exchange, held);
        break;
      case 'request':
      case 'drain':
        this.close();
        break;
      case 'close':
        this.socket.destroy();
        break;
      case 'nothing':
    }
    this.advance();
  }
}
