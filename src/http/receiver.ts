/** The receiving half of a connection: what comes in waits here for its turn, and the peer waits when it is too much. */
import type { Socket } from 'node:net';
import type { Limits } from '../options';
import { Input } from './input';
import { awaitTurn, type Recipient } from './turn';

export class Receiver implements Recipient {
  readonly input: Input;
  /** Whether the peer has closed its half. What it asked for before is still answered. */
  ended = false;
  private closed = false;
  private paused = false;
  private awaitsTurn = false;

  /**
   * @param onPassing called when something has come, to take what can be used before it is this connection's turn
   * @param onReceived called when it is, or nothing more will come
   */
  constructor(
    private readonly socket: Socket,
    limits: Limits,
    private readonly onPassing: () => void,
    private readonly onReceived: () => void,
  ) {
    this.input = new Input(limits);
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.on('end', () => {
      this.ended = true;
      this.onReceived();
    });
  }

  takeTurn(): void {
    this.awaitsTurn = false;
    this.onReceived();
  }

  /** Stops reading when enough waits for its turn. */
  regulate(): void {
    const { full } = this.input;
    if (full === this.paused) return;
    this.paused = full;
    if (full) this.socket.pause();
    else this.socket.resume();
  }

  /** Throws away what is here and what still comes. */
  close(): void {
    this.closed = true;
    this.input.clear();
  }

  private receive(chunk: Buffer): void {
    if (!this.closed) this.input.append(chunk, this.onPassing);
    if (this.input.full) this.onReceived();
    else if (!this.awaitsTurn) {
      this.awaitsTurn = true;
      awaitTurn(this);
    }
  }
}
