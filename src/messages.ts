/** The protocol between the editor and the worker thread. Every message survives a structured clone. */
import type { LogEvent, Tally } from './accessLog';
import type { Options } from './options';

/** Where a server listens. */
export interface Listening {
  readonly port: number;
  /** IP literals, `127.0.0.1` and `::1` for `localhost`. */
  readonly addresses: readonly string[];
}

/** Why a call failed: `code` is an `errno` name (`EADDRINUSE`, `EACCES`, `ENOENT`), `OPTIONS`, or `INTERNAL`. */
export interface Failure {
  readonly code: string;
  /** One sentence for a person. */
  readonly message: string;
}

/** A call is answered by exactly one {@link Reply} with its `id`. */
export type Call =
  /** Starts the server; `listening` tells where. */
  | { readonly type: 'start'; readonly id: number; readonly options: Options }
  /**
   * Serves at a second place, too, with options of its own; `listening` tells where. Where it already does, that one
   * takes the new options, as by `configure`. It ends with the first.
   */
  | { readonly type: 'share'; readonly id: number; readonly options: Options }
  /** Stops serving at the second place, gracefully. */
  | { readonly type: 'unshare'; readonly id: number }
  /** Takes new options without letting go of the port; the host and the port must be as they were. */
  | { readonly type: 'configure'; readonly id: number; readonly options: Options }
  /**
   * Stops gracefully; the reply comes when the port is free. Exchanges in flight get `grace` milliseconds,
   * `limits.stopTimeout` if it is absent.
   */
  | { readonly type: 'stop'; readonly id: number; readonly grace?: number };

export type Reply =
  | { readonly type: 'listening'; readonly id: number; readonly listening: Listening }
  | { readonly type: 'done'; readonly id: number }
  | { readonly type: 'failed'; readonly id: number; readonly failure: Failure };

/** What happened since the last one; sent about every 100 ms while there is something to tell. */
export interface Traffic {
  readonly type: 'traffic';
  readonly events: readonly LogEvent[];
  /** The exchanges that did not fit into the batch; `events` and these together are exact. Absent when all did. */
  readonly dropped?: Tally;
  /** Connections open now. */
  readonly connections: number;
}

export type ToWorker = Call;
export type FromWorker = Reply | Traffic;
