/** What is noted of an exchange on its way: the seam between a server and whoever keeps its requests. */

/**
 * Which content of a request is kept. `unread`: what no endpoint has asked for, which would be thrown away; `all`: also
 * what an endpoint reads.
 */
export type WantedContent = 'nothing' | 'unread' | 'all';

/** One exchange, for as long as it goes on. Heads have one octet per character, and end with their empty line. */
export interface Recording {
  /** As they were received and sent; empty if there was none. */
  requestHead: string;
  responseHead: string;
  /** Port of the peer. */
  port: number;
  wanted: WantedContent;
  /** Milliseconds from the end of the request's head to the end of its content; undefined if that did not all come. */
  received: number | undefined;
  /** The same to the head of the response. */
  answered: number | undefined;
  /** Octets of content that there is room for. */
  readonly room: number;
  /** @param content copied, as far as there is room for it */
  take(content: Uint8Array): void;
}

export interface Recorder {
  /**
   * Begins to note an exchange; undefined where there are too many to be kept.
   *
   * @param time of its begin, in milliseconds since 1970
   */
  begin(time: number): Recording | undefined;
}
