/** What the editor asks the server's thread about the requests that it keeps, and the answers. Each survives a structured clone. */
import type { LogEvent, Tally } from './accessLog';

/** Which requests are meant. All that is said has to be true of one; nothing said is true of all. */
export interface RequestFilter {
  /** Is in the method, target, peer, user agent or reason, whatever its case. Secrets are masked before it is looked for. */
  readonly text?: string;
  /** Whatever its case. */
  readonly method?: string;
  /** A status, such as `404`, or a class of them, such as `4xx`. */
  readonly status?: number | string;
  /** Whether those of a folder shared on the network are meant, too. */
  readonly shared?: boolean;
}

/** An exchange as a list shows it; of many stored files, it names some. */
export interface RequestSummary extends Omit<LogEvent, 'recording'> {
  readonly number: number;
  readonly shared: boolean;
}

/** Words of the editor's language in a document. `{0}` stands for what is told. */
export interface DocumentWords {
  readonly received: string;
  readonly answered: string;
  readonly done: string;
  readonly cut: string;
  readonly response: string;
  readonly stored: string;
  readonly gone: string;
  readonly beginning: string;
  readonly binary: string;
  readonly laidOut: string;
  readonly lines: string;
  readonly answerContent: string;
  readonly noHead: string;
}

export type RequestQuestion =
  /** The newest first. */
  | { readonly kind: 'list'; readonly filter: RequestFilter; readonly limit: number }
  | { readonly kind: 'document'; readonly request: number; readonly words: DocumentWords }
  /** As it can be edited, and sent again. */
  | { readonly kind: 'editable'; readonly request: number }
  | { readonly kind: 'whole'; readonly request: number }
  | { readonly kind: 'command'; readonly request: number; readonly as: 'curl' | 'fetch'; readonly site: string }
  | { readonly kind: 'content'; readonly request: number }
  /** The one before it with the same method and path. */
  | { readonly kind: 'before'; readonly request: number }
  | { readonly kind: 'archive'; readonly requests: readonly number[] | 'all'; readonly secrets: boolean }
  /** @see WaitTerms */
  | ({ readonly kind: 'wait' } & WaitTerms)
  /** Sends it again; `text` is what {@link Editable} became, absent for one as it was. */
  | { readonly kind: 'replay'; readonly request: number; readonly text?: string }
  | { readonly kind: 'clear' };

/** What is waited for: of the requests that begin from now on or, with `since`, come after the one with that number. */
export interface WaitTerms {
  readonly filter: RequestFilter;
  readonly since?: number;
  /** In milliseconds; five minutes at most. */
  readonly timeout: number;
}

/** What is there of a request's content. */
type ContentState = 'none' | 'stored' | 'gone' | 'whole' | 'cut';

/** One exchange; secrets are masked. */
export interface WholeRequest {
  readonly summary: RequestSummary;
  readonly requestHead: string;
  readonly responseHead: string;
  readonly content: ContentState;
  /** As text; absent where it is none. */
  readonly text?: string;
  /** In Base64, where it is no text. */
  readonly base64?: string;
}

interface FoundRequests {
  readonly requests: readonly RequestSummary[];
  /** How many more there are. */
  readonly more: number;
  /** Those that were too many to be kept one by one. */
  readonly counted: Readonly<Tally>;
  /** The number of the one that ended last. */
  readonly last: number;
}

interface RequestCommand {
  readonly line: string;
  /** Whether the content is in it, if there was any. */
  readonly whole: boolean;
}

export interface RequestContent {
  readonly bytes: Uint8Array;
  /** Whether it is all of it. */
  readonly whole: boolean;
  /** As a file is best called. */
  readonly name: string;
}

/** By the kind of the question. */
export interface RequestAnswers {
  readonly list: FoundRequests;
  readonly document: string;
  readonly editable: string;
  readonly whole: WholeRequest;
  readonly command: RequestCommand;
  readonly content: RequestContent;
  readonly before: number | undefined;
  readonly archive: string;
  /** Undefined when the time was over. */
  readonly wait: RequestSummary | undefined;
  /** The number of the new one; undefined if it was not kept. */
  readonly replay: number | undefined;
  readonly clear: undefined;
}

export type QuestionOf<K extends RequestQuestion['kind']> = Extract<RequestQuestion, { readonly kind: K }>;
