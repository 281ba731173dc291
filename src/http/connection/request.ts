/** A request as it was received. */
import type { Head } from '../wire/head';
import type { Recording } from '../../recording';
import type { Peer, Request, RequestBody } from '../message/message';

/** What a request has besides its head. */
interface Reception {
  readonly body: RequestBody;
  readonly peer: Peer;
  readonly batch: number;
  readonly interim: Request['interim'];
  readonly recording: Recording | undefined;
}

/** All have one shape, and nothing in them is made before it is asked for: there is one per exchange. */
export class ReceivedRequest implements Request {
  readonly method: string;
  readonly target: string;
  readonly path: string;
  readonly query: string | undefined;
  readonly authority: string;
  readonly minorVersion: 0 | 1;
  readonly fields: Head['fields'];
  readonly body: RequestBody;
  readonly peer: Peer;
  readonly batch: number;
  readonly interim: Request['interim'];
  readonly recording: Recording | undefined;
  private controller: AbortController | undefined;
  private listener: (() => void) | undefined;
  private isForsaken = false;

  constructor(head: Head, reception: Reception) {
    this.method = head.method;
    this.target = head.target;
    this.path = head.path;
    this.query = head.query;
    this.authority = head.authority;
    this.minorVersion = head.minorVersion;
    this.fields = head.fields;
    this.body = reception.body;
    this.peer = reception.peer;
    this.batch = reception.batch;
    this.interim = reception.interim;
    this.recording = reception.recording;
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.isForsaken) this.forsake();
    }
    return this.controller.signal;
  }

  whenForsaken(listener: () => void): void {
    this.listener = listener;
    if (this.isForsaken) listener();
  }

  /** Whether anybody minds that nobody waits any more. */
  get isMinded(): boolean {
    return this.controller !== undefined || this.listener !== undefined;
  }

  /** Nobody waits for the response any more. */
  forsake(): void {
    this.isForsaken = true;
    this.controller?.abort(new Error('The client went away.'));
    this.listener?.();
  }
}
