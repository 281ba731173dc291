import type { Event, Uri } from 'vscode';

export interface HttpServerApi {
  readonly state: HttpServerState;
  /** Where this machine reaches the server, such as `http://localhost:4221/`; undefined unless it is running. */
  readonly url: string | undefined;
  /** What is served; undefined unless the server is running. */
  readonly folder: Uri | undefined;
  /** Of the extension. */
  readonly version: string;
  readonly onDidChangeState: Event<HttpServerState>;
  /** Fires for each finished exchange; under heavy load not for all of them. */
  readonly onDidLog: Event<HttpServerExchange>;
  /** The requests that the server keeps, the newest first, a thousand at most; rejects with an `Error` unless it is running. */
  requests(filter?: HttpServerRequestFilter): Promise<readonly HttpServerRequest[]>;
  /**
   * The next request that fits; undefined when `timeout` milliseconds are over, five minutes at most. With `since`, the number
   * of a request, what has come after that one counts, too; without it only what begins after the call. Rejects with an
   * `Error` whose message says why when the server stops, or is not running.
   */
  waitForRequest(
    filter?: HttpServerRequestFilter,
    options?: { readonly since?: number; readonly timeout?: number },
  ): Promise<HttpServerRequest | undefined>;
  /** Starts the server if need be. Resolves to its URL; rejects with an `Error` whose message a person can read. */
  start(): Promise<string>;
  /** Resolves when the port is free. */
  stop(): Promise<void>;
  /** Starts the server anew, by the settings of now. Resolves and rejects as `start`. */
  restart(): Promise<string>;
  /**
   * Where this machine reaches a file or folder, as `url` tells of the site; undefined unless the server is running and serves it. Whether
   * it is there is not looked at.
   */
  asUrl(resource: Uri): string | undefined;
}

export type HttpServerState = 'stopped' | 'starting' | 'running' | 'stopping' | 'failed';

/** A request and its response, once the response has ended or was cut. */
export interface HttpServerExchange {
  /** When the request's head was complete, in milliseconds since the epoch. */
  readonly time: number;
  /** Empty, like the target, when the request line could not be read. */
  readonly method: string;
  /** The request target as it was sent, secrets masked. */
  readonly target: string;
  readonly version: string;
  readonly status: number;
  /** Octets of the request body that were read, and of the response body that were written. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** From the end of the request's head to the end of the response, in milliseconds. */
  readonly ms: number;
  /** Address of the peer. */
  readonly peer: string;
  readonly userAgent: string;
  readonly referer: string;
  /** Whether the connection was cut before the response was whole. */
  readonly aborted: boolean;
  /** Paths, relative to the served folder, of the files that were stored; absent if there are none. */
  readonly stored?: readonly string[];
  /** Why the request was refused, in one sentence. */
  readonly reason?: string;
  /** Number of the rule that answered, from 1. */
  readonly rule?: number;
  /** Its number among the requests that are kept, in the order in which they ended; absent if it is not kept. */
  readonly number?: number;
}

/** A request that is kept; of many stored files, it names some. */
export interface HttpServerRequest extends HttpServerExchange {
  readonly number: number;
  /** Whether it came to a folder that is shared on the network. */
  readonly shared: boolean;
}

/** Which requests are meant. All that is said has to be true of one; nothing said is true of all. */
export interface HttpServerRequestFilter {
  /** Is in the method, target, peer, user agent or reason, whatever its case. Secrets are masked before it is looked for. */
  readonly text?: string;
  /** Whatever its case. */
  readonly method?: string;
  /** A status, such as `404`, or a class of them, such as `4xx`. */
  readonly status?: number | string;
  /** Whether those of a folder shared on the network are meant, too. */
  readonly shared?: boolean;
}
