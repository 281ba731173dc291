/** What others ask of the site. */
import type { Request, Response } from '../../http/message/message';

/** What a file is said to be, where that is not for its name and its octets to tell. */
export interface Described {
  /** Value of Content-Type. */
  readonly mediaType?: string | undefined;
  /** Value of Content-Encoding: the octets are coded so already. */
  readonly coding?: string | undefined;
}

/** How a request is to be answered, where that is not just as it asks. */
export interface Shown {
  /** Percent-encoded path of what to show; by default the one that was asked for. The address stays as it is. */
  readonly path?: string;
  /** The content must stay as it is: no script goes into it. */
  readonly plain?: boolean;
  readonly described?: Described;
  /** Where there is nothing to show, there is no answer, instead of one that says so. */
  readonly ifThere?: boolean;
}

type Answer = Response | undefined;

/**
 * The site, as whoever stands before it sees it. An answer of 308 says that there is a folder. Without `shown`, it is not asked
 * what is remembered of the path.
 */
export type SiteFunction = (request: Request, shown?: Shown) => Answer | Promise<Answer>;
