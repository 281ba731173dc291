/** The receiving half of a connection: what comes in waits here for its turn, and the peer waits when it is too much. */
import type { Socket } from 'node:net';
import type { Limits } from '../../options';
import { Input } from './input';
import { awaitTurn, Share, type Recipient } from './turn';

/** Octets after which others have their turn. */
const mostPerTurn = 512 * 1024;

/** Whose the connection is. */
interface Owner {
  /** Whether it is to be told nothing more for now. */
  readonly sated: boolean;
  /** Something has come: takes what can be used before it is this connection's turn. */
  pass(): void;
  /** It is, or nothing more will come. */
  received(): void;
}

export class Receiver implements Recipient {
  readonly input: Input;
  /** Whether the peer has closed its half. What it asked for before is still answered. */
  ended = false;
  private closed = false;
  private paused = false;
  private awaitsTurn = false;
  private readonly share = new Share();
  /** Octets that may be received before its next turn. */
  private allowance = mostPerTurn;

  constructor(
    private readonly socket: Socket,
    limits: Limits,
    private readonly owner: Owner,
  ) {
    this.input = new Input(limits);
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.on('end', () => {
      this.ended = true;
      this.owner.received();
    });
  }

  takeTurn(): void {
    this.awaitsTurn = false;
    this.allowance = this.share.next(mostPerTurn);
    this.owner.received();
  }

  /** Stops reading when enough waits, or others have waited enough for their turn. */
  regulate(): void {
    const enough = this.input.full || this.allowance <= 0 || this.owner.sated;
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

  private receive(chunk: Buffer): void {
    if (!this.closed) this.input.append(chunk, () => this.owner.pass());
    this.allowance -= chunk.length;
    if (!this.awaitsTurn) {
      this.awaitsTurn = true;
      awaitTurn(this);
    }
    if (this.input.full) this.owner.received();
    else this.regulate();
  }
}
