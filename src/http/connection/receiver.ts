/** The receiving half of a connection: what comes in waits here for its batch, and the peer waits when it is too much. */
import type { Socket } from 'node:net';
import type { Limits } from '../../options';
import { Input } from '../wire/input';
import { Allowance } from './allowance';
import { joinBatch, type Recipient } from './batch';

/** Octets after which others have their turn. */
const mostPerBatch = 512 * 1024;

/** Whose the connection is. */
interface Owner {
  /** Whether it is to be told nothing more for now. */
  readonly sated: boolean;
  /** Something has come: takes what can be used before the batch is answered. */
  pass(): void;
  /** All of the batch has come, or nothing more will come. */
  received(): void;
  /** The socket has closed. */
  closed(): void;
}

/** By it, a socket's listeners can be the same for all connections: one that is idle holds as little as can be. */
const receiverOf = Symbol('receiver');

interface Received extends Socket {
  [receiverOf]?: Receiver;
}

/** @param length of what has come, at the beginning of `chunk` */
function whenData(this: Received, chunk: Buffer, length = chunk.length): void {
  this[receiverOf]?.receive(chunk, length);
}

function whenEnded(this: Received): void {
  this[receiverOf]?.end();
}

function whenClosed(this: Received): void {
  this[receiverOf]?.lose();
}

export class Receiver implements Recipient {
  readonly input: Input;
  /** Whether the peer has closed its half. What it asked for before is still answered. */
  ended = false;
  private closed = false;
  private paused = false;
  private awaitsBatch = false;
  private readonly allowance = new Allowance();
  /** Octets that may be received until the batch is answered. */
  private left = mostPerBatch;

  constructor(
    private readonly socket: Socket,
    limits: Limits,
    private readonly owner: Owner,
  ) {
    this.input = new Input(limits);
    (socket as Received)[receiverOf] = this;
    socket.on('data', whenData);
    socket.on('end', whenEnded);
    socket.on('close', whenClosed);
  }

  /** The peer has closed its half. */
  end(): void {
    this.ended = true;
    this.owner.received();
  }

  /** Nothing more comes, and nothing more goes out. */
  lose(): void {
    this.owner.closed();
  }

  answerBatch(): void {
    this.awaitsBatch = false;
    if (this.left > 0) this.left = this.allowance.next(mostPerBatch);
    else void this.goOn();
    this.owner.received();
  }

  /** Reads on when it is the turn of who has received as much as it may. */
  private async goOn(): Promise<void> {
    this.left = await this.allowance.turn(mostPerBatch);
    this.regulate();
  }

  /** Stops reading when enough waits, or others have waited enough for their turn. */
  regulate(): void {
    const enough = this.input.full || this.left <= 0 || this.owner.sated;
    if (enough === this.paused) return;
    this.paused = enough;
    if (enough) this.socket.pause();
    else this.socket.resume();
  }

  /** Throws away what is here and what still comes. */
  close(): void {
    this.closed = true;
    this.input.clear();
  }

  receive(chunk: Buffer, length: number): void {
    if (!this.closed) this.input.append(chunk, () => this.owner.pass(), length);
    this.left -= length;
    if (!this.awaitsBatch) {
      this.awaitsBatch = true;
      joinBatch(this);
    }
    if (this.input.full) this.owner.received();
    else this.regulate();
  }
}
