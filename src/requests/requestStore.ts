/** The last exchanges of a server: a sink of its log that keeps what the log leaves out, within bounds. */
import type { LogEvent, Tally } from '../accessLog';
import { addToTally, emptyTally } from '../accessLog';
import type { Limits } from '../options';
import type { Recorder } from '../recording';
import { Draft, type Desk } from './draft';

/**
 * What is there of a request's content. `stored`: it is in files of the served folder. `cut`: the beginning. `gone`: it was
 * not kept, or did not come.
 */
type KeptContent =
  | { readonly kind: 'none' | 'stored' | 'gone' }
  | { readonly kind: 'whole' | 'cut'; readonly bytes: Uint8Array };

/** An exchange as it was, secrets included. */
export interface KeptRequest {
  /** In the order in which exchanges ended, from 1. */
  readonly number: number;
  /** The same in the order in which they began. */
  readonly begun: number;
  /** Of a folder shared on the network. */
  readonly shared: boolean;
  /** Secrets masked. */
  readonly event: LogEvent;
  readonly requestHead: string;
  readonly responseHead: string;
  readonly content: KeptContent;
  /** Port of the peer. */
  readonly port: number;
  /** As those of the recording. */
  readonly received: number | undefined;
  readonly answered: number | undefined;
}

interface Entry {
  readonly request: KeptRequest;
  /** Octets that it takes up. */
  readonly size: number;
}

/** What an entry takes up besides its heads and its content, about. */
const overhead = 1024;

type Bounds = Pick<Limits, 'requests' | 'requestContent' | 'refusedRequests' | 'requestRate'>;

export class RequestStore implements Desk {
  /** In the order of their numbers. */
  private readonly entries = new Map<number, Entry>();
  private total = 0;
  /** Numbers of those that were refused entry, in their order: they have a bound of their own. */
  private readonly foreign = new Set<number>();
  private foreignTotal = 0;
  /** No number below is in {@link entries}, nor in {@link foreign}: to find the first of a map takes as long as it has holes. */
  private oldest: number;
  private oldestForeign: number;
  private begun = 0;
  private number: number;
  private second = 0;
  private left = 0;
  private untold = emptyTally();
  private readonly listeners = new Set<(request: KeptRequest) => void>();

  /** @param last the number after which the first one comes */
  constructor(
    private readonly bounds: Bounds,
    last = 0,
  ) {
    this.number = last;
    this.oldest = this.oldestForeign = last + 1;
  }

  get most(): number {
    return this.bounds.requestContent;
  }

  /** The number of the exchange that ended last, and how many have begun. */
  get last(): number {
    return this.number;
  }

  get lastBegun(): number {
    return this.begun;
  }

  /** Octets that all of them take up. */
  get size(): number {
    return this.total;
  }

  /** The exchanges that were only counted, for there were too many. */
  get counted(): Readonly<Tally> {
    return this.untold;
  }

  /** What notes down the exchanges of one server. @param shared whether it is that of a folder shared on the network */
  recorder(shared: boolean): Recorder {
    return {
      begin: (time) => {
        const second = Math.floor(time / 1000);
        if (second !== this.second) {
          this.second = second;
          this.left = this.bounds.requestRate;
        }
        if (this.left === 0) return undefined;
        this.left--;
        return new Draft(this, ++this.begun, shared);
      },
    };
  }

  /** Keeps the exchange that has ended. @returns the event as others may have it, with its number if it is kept */
  add(event: LogEvent): LogEvent {
    // At full load nearly all are only counted: of those nothing is copied.
    if (!(event.recording instanceof Draft)) {
      addToTally(this.untold, event);
      return event;
    }
    const { recording } = event;
    if (isConsoleReport(event)) {
      recording.close();
      recording.forgetContent();
      return { ...event, recording: undefined };
    }
    // In one copy: to leave a property out takes several times as long as to empty it.
    const numbered = { ...event, number: ++this.number, recording: undefined };
    const request = requestOf(recording, numbered);
    this.keep(request, recording);
    for (const listener of this.listeners) listener(request);
    return numbered;
  }

  private keep(request: KeptRequest, { admitted, reserved }: Draft): void {
    const own = request.requestHead.length + request.responseHead.length + namesOf(request.event) + overhead;
    // What the content takes up was reserved as it came.
    this.total += own;
    const entry = { request, size: own + reserved };
    this.entries.set(request.number, entry);
    if (!admitted) {
      this.foreign.add(request.number);
      this.foreignTotal += entry.size;
    }
    while (this.foreignTotal > this.bounds.refusedRequests) {
      this.oldestForeign = firstFrom(this.oldestForeign, this.foreign);
      this.drop(this.oldestForeign);
    }
    while (this.total > this.bounds.requests) this.dropOldest();
  }

  /** To be called while there is one. */
  private dropOldest(): void {
    this.oldest = firstFrom(this.oldest, this.entries);
    this.drop(this.oldest);
  }

  private drop(number: number): void {
    const entry = this.entries.get(number);
    if (entry === undefined) return;
    this.entries.delete(number);
    this.total -= entry.size;
    if (this.foreign.delete(number)) this.foreignTotal -= entry.size;
  }

  reserve(octets: number): boolean {
    while (this.total + octets > this.bounds.requests && this.entries.size > 0) {
      this.dropOldest();
    }
    if (this.total + octets > this.bounds.requests) return false;
    this.total += octets;
    return true;
  }

  release(octets: number): void {
    this.total -= octets;
  }

  get(number: number): KeptRequest | undefined {
    return this.entries.get(number)?.request;
  }

  /** The newest first. */
  *newest(): Generator<KeptRequest> {
    for (const { request } of [...this.entries.values()].reverse()) yield request;
  }

  /** The one before `request` with the same method and path, to compare it with. */
  before({ number, event }: KeptRequest): KeptRequest | undefined {
    const path = pathOf(event);
    for (const request of this.newest()) {
      if (request.number < number && request.event.method === event.method && pathOf(request.event) === path) {
        return request;
      }
    }
    return undefined;
  }

  /** Calls `listener` for each one that is kept from now on, until the function that is returned is called. */
  follow(listener: (request: KeptRequest) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Forgets all of them. Numbers go on. */
  clear(): void {
    for (const number of [...this.entries.keys()]) this.drop(number);
    this.untold = emptyTally();
  }
}

/** Octets that the names of stored files take up at most. A form may have a thousand. */
const namesOf = ({ stored = [] }: LogEvent): number => stored.reduce((sum, name) => sum + 2 * name.length, 0);

/** The first number from `from` on that is among those: one has to be. */
function firstFrom(from: number, numbers: { readonly has: (number: number) => boolean }): number {
  let number = from;
  while (!numbers.has(number)) number++;
  return number;
}

const pathOf = ({ target }: LogEvent): string => target.replace(/\?.*/s, '');

/** Ends the draft; content that is not worth keeping is forgotten. */
function requestOf(draft: Draft, event: LogEvent & { readonly number: number }): KeptRequest {
  const { begun, shared, requestHead, responseHead, port, received, answered } = draft;
  const content = contentOf(draft, event);
  return { number: event.number, begun, shared, event, requestHead, responseHead, content, port, received, answered };
}

/** A page that tells of its console every moment would leave no room for what is looked for. */
const isConsoleReport = ({ target, status }: LogEvent): boolean => status === 204 && target === '/.http-server/console';

/** Where uploads go: what they stored is in files, and is not kept twice. */
const storing = /^(?:[a-z]+:\/\/[^/]*)?\/(?:files|\.http-server\/uploads)(?:[/?]|$)/i;

function contentOf(draft: Draft, event: LogEvent): KeptContent {
  const length = draft.close();
  const isStored = event.stored !== undefined || (storing.test(event.target) && event.status < 400);
  if (isStored || !draft.admitted) draft.forgetContent();
  if (event.bytesIn === 0 && draft.received !== undefined) return { kind: 'none' };
  if (event.stored !== undefined) return { kind: 'stored' };
  if (isStored || !draft.admitted || length === 0) return { kind: 'gone' };
  const isWhole = draft.received !== undefined && draft.missed === 0 && length === event.bytesIn;
  return { kind: isWhole ? 'whole' : 'cut', bytes: draft.content };
}
