/** One request and its response: what both halves of the connection need to know of it. */
import type { Limits } from '../../options';
import { bodyTooLarge, decoderOf, tunnelDecoder, type BodyDecoder } from '../wire/body';
import { BodyQueue, emptyBody } from './bodyQueue';
import { HttpError } from '../message/httpError';
import { framingOf } from '../wire/framing';
import type { Head } from '../wire/head';
import type { Input } from '../wire/input';
import type { Peer, Request, Response } from '../message/message';
import { ReceivedRequest } from './request';
import { beginRecording } from './exchangeNotes';
import { continueLine, encodeInterim, endIteration } from '../wire/encode';
import type { Service } from './service';
import { noteRequest } from './allowance';
import { currentBatch, currentMoment } from './batch';

/** RFC 9112 §9.3: whether the client wants the connection to persist. */
function wantsPersistence(head: Pick<Head, 'minorVersion' | 'fields'>): boolean {
  if (!head.fields.has('connection')) return head.minorVersion === 1;
  const options = head.fields.list('connection').map((option) => option.toLowerCase());
  return !options.includes('close') && (head.minorVersion === 1 || options.includes('keep-alive'));
}

/** The connection, as its exchange sees it. */
export interface Carrier {
  /** The endpoint wants content that is not here, or has an interim response to be sent before it answers. */
  demand(exchange: Exchange, interim: Buffer | undefined): void;
  /** What has come of the exchange's content, and what follows it; undefined when its content is not wanted any more. */
  inputOf(exchange: Exchange): Input | undefined;
}

export class Exchange {
  readonly request: ReceivedRequest;
  private readonly limits: Limits;
  private readonly carrier: Carrier;
  private decoder: BodyDecoder;
  /** Undefined if the request has no content. */
  private queue: BodyQueue | undefined;
  private readonly persist: boolean;
  /** Whether the client waits for a 100 before it sends the body (RFC 9110 §10.1.1). */
  private awaitsContinue = false;
  /** Whether nobody knows any more where the next request begins. */
  private lost = false;
  /** Octets of the body that were thrown away. */
  private drained = 0;
  /** Set once the response is known; its content may still be on the way. */
  response: Response | undefined;
  /** What cut the response short. */
  failure: string | undefined;
  bytesIn = 0;
  bytesOut = 0;
  private readonly begun = currentMoment();

  /**
   * @throws {@link HttpError} 400 or 501 if the framing is broken: the connection must end
   */
  constructor(head: Head, peer: Peer, { limits, recorder }: Pick<Service, 'limits' | 'recorder'>, carrier: Carrier) {
    this.limits = limits;
    this.carrier = carrier;
    const framing = framingOf(head.minorVersion, head.fields);
    this.decoder = decoderOf(framing, limits);
    if (framing.kind !== 'none') {
      this.queue = new BodyQueue(
        this.decoder.remaining,
        () => carrier.demand(this, this.takeContinue()),
        () => this.takeWhole(carrier),
      );
    }
    this.persist = wantsPersistence(head);
    const informs = head.minorVersion === 1 && head.method !== 'GET';
    const interim: Request['interim'] = informs
      ? (...told) => carrier.demand(this, this.response === undefined ? encodeInterim(...told) : undefined)
      : undefined;
    const body = this.queue ?? emptyBody;
    const batch = currentBatch();
    noteRequest();
    const recording = beginRecording(recorder, this.time, peer, head);
    if (recording !== undefined && this.received) recording.received = 0;
    this.request = new ReceivedRequest(head, { body, peer, batch, interim, recording });
  }

  /** When it began, in milliseconds since 1970. */
  get time(): number {
    return this.begun.time;
  }

  /** Milliseconds since the head had come, and those of its batch. */
  get elapsed(): number {
    return performance.now() - this.begun.steady;
  }

  /**
   * What the head alone lets us refuse, before the body is sent.
   *
   * @throws {@link HttpError} 413 or 417
   */
  check(): void {
    const { fields, minorVersion, body } = this.request;
    // RFC 9110 §10.1.1: ignored in HTTP/1.0, and where there is no content to wait for.
    const expectations = fields.has('expect') ? fields.list('expect').map((value) => value.toLowerCase()) : [];
    this.awaitsContinue = expectations.length > 0 && minorVersion === 1 && !this.decoder.done;
    if ((body.length ?? 0) > this.limits.body) throw bodyTooLarge(this.limits);
    if (expectations.some((expectation) => expectation !== '100-continue')) {
      throw new HttpError(417, 'The only expectation known here is 100-continue.');
    }
  }

  /** Whether the request half is over: its body was read to the end, or never can be. */
  get received(): boolean {
    return this.decoder.done || this.lost;
  }

  /** Whether the endpoint is waiting for content that the client owes. */
  get starved(): boolean {
    return this.queue?.starved === true && !this.isTunnel;
  }

  private get isTunnel(): boolean {
    return this.decoder === tunnelDecoder;
  }

  /** From now on all that comes is content, up to the end of the connection, for whoever speaks another protocol. */
  openTunnel(): void {
    const tunnel = this.response?.tunnel;
    if (tunnel === undefined) return;
    this.decoder = tunnelDecoder;
    this.queue = new BodyQueue(
      undefined,
      () => this.carrier.demand(this, undefined),
      () => undefined,
    );
    tunnel(this.queue);
  }

  /** Whether it has to take some before it gets more. */
  get sated(): boolean {
    return !this.received && this.queue?.full === true;
  }

  /** Whether more of the body was thrown away than a connection is worth. */
  get drainedTooMuch(): boolean {
    return this.drained > this.limits.drain && !this.isRestKept;
  }

  /** Whether what nobody has read yet of the content is to be kept: as much as there is room for. */
  private get isRestKept(): boolean {
    const { recording } = this.request;
    return recording !== undefined && recording.wanted !== 'nothing' && recording.room > 0;
  }

  /** RFC 9110 §10.1.1: only when its content is wanted is the client told to send it, and once. */
  private takeContinue(): Buffer | undefined {
    if (!this.awaitsContinue || this.response !== undefined) return undefined;
    this.awaitsContinue = false;
    return continueLine;
  }

  private takeWhole(carrier: Carrier): Buffer | undefined {
    const { remaining = Infinity } = this.decoder;
    const input = carrier.inputOf(this);
    // Who waits for a 100 is to hear first that the content is wanted (RFC 9110 §10.1.1).
    if (input === undefined || input.length < remaining || this.awaitsContinue || this.received) return undefined;
    let content: Buffer | undefined;
    this.decode(input, false, (bytes) => (content = bytes));
    return content;
  }

  /** Moves content from the input to the endpoint, as far as it wants it. @param ended whether no more input will come */
  feed(input: Input, ended: boolean): void {
    const { queue } = this;
    if (queue === undefined || this.received || !queue.started || queue.full) return;
    this.decode(input, ended && !this.isTunnel, (content) => queue.push(content));
    if (this.decoder.done || (ended && this.isTunnel && input.length === 0)) queue.end(this.decoder.trailers);
  }

  /** Throws content away. @param ended as in {@link feed} */
  discard(input: Input, ended: boolean): void {
    if (this.received) return;
    const { recording } = this.request;
    this.decode(input, ended, (content) => {
      this.drained += content.length;
      if (recording?.wanted === 'unread') recording.take(content);
    });
  }

  private decode(input: Input, ended: boolean, take: (content: Buffer) => void): void {
    const { recording } = this.request;
    try {
      input.take((bytes) =>
        this.decoder.decode(bytes, 0, (content) => {
          this.bytesIn += content.length;
          if (recording?.wanted === 'all') recording.take(content);
          take(content);
        }),
      );
      if (recording !== undefined && this.decoder.done) recording.received ??= this.elapsed;
      if (ended && !this.decoder.done) throw new HttpError(400, 'The body ended early.');
    } catch (error) {
      input.clear();
      this.lose(error as Error);
    }
  }

  /** The rest of the body will not come, or cannot be told from what follows it. */
  lose(error: Error): void {
    if (this.received) return;
    this.lost = true;
    this.queue?.fail(error);
  }

  /**
   * Whether somebody wants to know if the client is still there to be answered: once it has closed its half, only an
   * attempt to send tells.
   */
  get isUncertain(): boolean {
    return this.response === undefined && this.request.isMinded;
  }

  /** Nobody waits for more of a response that would go on for ever. */
  endEndless(): void {
    if (this.response?.endless === true) endIteration(this.response.body);
  }

  /** Nobody reads the body any more; what is still to come of it is thrown away. */
  abandon(): void {
    this.queue?.abandon();
  }

  /**
   * Whether the end of the body must be known before the response is sent, because the response says whether the
   * connection persists: a chunked body that nobody reads may end at once or never. Content that is to be kept is waited
   * for as well: behind its response, the client need not send it.
   */
  get mustEndFirst(): boolean {
    if (this.received || this.awaitsContinue) return false;
    return (this.persist && this.decoder.remaining === undefined) || this.isRestKept;
  }

  /** Whether the next request can be found behind this one at a bounded cost. */
  get mayPersist(): boolean {
    if (!this.persist || this.lost || this.drainedTooMuch) return false;
    if (this.decoder.done) return true;
    // A client that waits for a 100 may or may not send the body after this response (RFC 9110 §10.1.1).
    return this.decoder.remaining !== undefined && this.decoder.remaining <= this.limits.drain && !this.awaitsContinue;
  }
}
