/** The protocol between the editor and the worker thread. Every message survives a structured clone. */
import type { LogEvent, Tally } from './accessLog';
import type { ConsoleNews } from './consoleReport';
import type { RequestAnswers, RequestQuestion } from './requestQuestions';
import type { UploadProgress } from './files/writing/progress';
import type { Advice, Options } from './options';

export type { UploadProgress };

/** Where a server listens. */
export interface Listening {
  readonly port: number;
  /** IP literals, `127.0.0.1` and `::1` for `localhost`. */
  readonly addresses: readonly string[];
}

/**
 * Why a call failed: `code` is an `errno` name (`EADDRINUSE`, `EACCES`, `ENOENT`), `OPTIONS`, that of a request that cannot
 * be told of (`REQUEST_GONE` and so on), or `INTERNAL`.
 */
export interface Failure {
  readonly code: string;
  /** One sentence for a person. */
  readonly message: string;
  /** With `OPTIONS`: the option that cannot work. */
  readonly option?: keyof Options;
}

/** What the thread is started with. */
export interface Data {
  readonly advice: Advice;
  /** The number of the last request that the thread before it has told of. */
  readonly lastRequest: number;
}

/**
 * What the engine may take for the thread. A burst of connections has it double the memory for young objects, to 32 MiB and
 * more, and what is empty afterwards stays: with 24 there is 1.5 KB less for each of 10,000.
 */
export const resourceLimits = { maxYoungGenerationSizeMb: 24 } as const;

/** A call is answered by exactly one {@link Reply} with its `id`. */
export type Call =
  /** Starts the server; `listening` tells where. */
  | { readonly type: 'start'; readonly id: number; readonly options: Options }
  /**
   * Serves at a second place, too, with options of its own; `listening` tells where. Where it already does, that one
   * takes the new options, as by `configure`. It ends with the first.
   */
  | { readonly type: 'share'; readonly id: number; readonly options: Options }
  /**
   * Stops serving at the second place, gracefully. `lingers`: nobody is let in any more when it is answered, but what is under
   * way may go on for a long time.
   */
  | { readonly type: 'unshare'; readonly id: number; readonly lingers: boolean }
  /** Takes new options without letting go of the port; the host and the port must be as they were. */
  | { readonly type: 'configure'; readonly id: number; readonly options: Options }
  /**
   * Stops gracefully; the reply comes when the port is free. Exchanges in flight get `grace` milliseconds,
   * `limits.stopTimeout` if it is absent.
   */
  | { readonly type: 'stop'; readonly id: number; readonly grace?: number }
  /** Asks about the requests that are kept. */
  | { readonly type: 'ask'; readonly id: number; readonly question: RequestQuestion };

export type Reply =
  | { readonly type: 'listening'; readonly id: number; readonly listening: Listening }
  | { readonly type: 'done'; readonly id: number }
  | { readonly type: 'answer'; readonly id: number; readonly answer: RequestAnswers[RequestQuestion['kind']] }
  | { readonly type: 'failed'; readonly id: number; readonly failure: Failure };

/** What keeps unfinished uploads from being cleared away as they should be. */
export type UploadTrouble =
  /** There is no folder for this user alone: if the server is killed, what is unfinished stays. */
  | { readonly kind: 'noPrivateFolder' }
  /** What was to be removed, by its absolute path, could not be yet, for the reason with that `errno` name. */
  | { readonly kind: 'leftover'; readonly path: string; readonly code: string };

interface UploadTroubleTold {
  readonly type: 'uploadTrouble';
  readonly trouble: UploadTrouble;
}

/** Asks that an upload fail. Nothing is answered, and nothing happens if it has ended. */
interface CancelUpload {
  readonly type: 'cancelUpload';
  readonly upload: number;
}

/** Nobody waits for the answer to that question any more; it fails, unless it is answered. */
interface CancelQuestion {
  readonly type: 'cancelQuestion';
  readonly id: number;
}

/** Asks that a file or, as one, a folder be moved to the trash. It is answered by one {@link TrashReply} with the same `id`. */
export interface TrashCall {
  readonly type: 'trash';
  readonly id: number;
  /** Absolute. */
  readonly path: string;
  readonly kind: 'file' | 'folder';
}

export interface TrashReply {
  readonly type: 'trashed';
  readonly id: number;
  /** `none`: there is no trash. `failed`: it did not take it. Either way it is where it was. */
  readonly outcome: 'trashed' | 'none' | 'failed';
}

/** Files of the folder changed: their paths from `/`, decoded; `all` where they are too many to be named. */
export interface Changed {
  readonly type: 'changed';
  readonly paths: readonly string[] | 'all';
}

/** The text of a file that is not saved yet; undefined when it is, or is given up. */
export interface UnsavedText {
  readonly type: 'unsaved';
  /** From `/`, decoded. */
  readonly path: string;
  readonly text: string | undefined;
}

/**
 * What happened since the last one; sent about every 100 ms while there is something to tell, but not before the last
 * one is {@link TrafficRead read}. It has no events when only something else changed.
 */
export interface Traffic {
  readonly type: 'traffic';
  readonly events: readonly LogEvent[];
  /** The exchanges that did not fit into the batch; `events` and these together are exact. Absent when all did. */
  readonly dropped?: Tally;
  /** Connections open now. */
  readonly connections: number;
  /** The uploads that take a while; now and then while there are any, and once when there are none any more. */
  readonly uploads?: readonly UploadProgress[];
  /** The number of the last request that is kept, or was. */
  readonly lastRequest?: number;
  /** How many pages wait to be told of changes, whenever that changes. */
  readonly pages?: number;
  /** What pages tell of their consoles. */
  readonly console?: ConsoleNews;
}

/** The editor has read the last {@link Traffic}, so that there is never more than one for a thread that stands still. */
interface TrafficRead {
  readonly type: 'read';
}

export type ToWorker = Call | CancelUpload | CancelQuestion | TrashReply | Changed | UnsavedText | TrafficRead;
export type FromWorker = Reply | Traffic | UploadTroubleTold | TrashCall;
