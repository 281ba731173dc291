/** What other extensions get from `extensions.getExtension('…').activate()`. */
import { Uri, type Event } from 'vscode';
import { version } from '../../package.json';
import type { LogEvent } from '../accessLog';
import type { Controller } from './server/controller';
import type { Log } from './log/log';
import type { RequestFilter, RequestSummary, WaitTerms } from '../requestQuestions';
import { ask } from './requests/askRequests';
import { filterFrom, termsFrom, waitFor } from './requests/waitForRequest';
import { ProblemError } from './server/problem';
import { siteIn, type State, type StateKind } from './server/state';
import { isExcluded, localUrlOf, servedPath } from './server/urls';

type WaitOptions = Partial<Pick<WaitTerms, 'since' | 'timeout'>>;

/** Told in one answer. */
const mostRequests = 1000;

export interface HttpServerApi {
  readonly state: StateKind;
  /** Where this machine reaches the server, such as `http://localhost:4221/`; undefined unless it is running. */
  readonly url: string | undefined;
  /** What is served; undefined unless the server is running. */
  readonly folder: Uri | undefined;
  /** Of the extension. */
  readonly version: string;
  readonly onDidChangeState: Event<StateKind>;
  /** Fires for each finished exchange; under heavy load not for all of them. */
  readonly onDidLog: Event<LogEvent>;
  /** The requests that the server keeps, the newest first, a thousand at most; rejects with an `Error` unless it is running. */
  requests(filter?: RequestFilter): Promise<readonly RequestSummary[]>;
  /**
   * The next request that fits; undefined when `timeout` milliseconds are over, five minutes at most. With `since`, the number
   * of a request, what has come after that one counts, too; without it only what begins after the call. Rejects with an
   * `Error` whose message says why when the server stops, or is not running.
   */
  waitForRequest(filter?: RequestFilter, options?: WaitOptions): Promise<RequestSummary | undefined>;
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

export function makeApi(controller: Controller, log: Log): HttpServerApi {
  return Object.freeze({
    get state() {
      return controller.state.kind;
    },
    get url() {
      return siteIn(controller.state)?.url;
    },
    get folder() {
      const directory = siteIn(controller.state)?.directory;
      return directory === undefined ? undefined : Uri.file(directory);
    },
    version,
    onDidChangeState: mapEvent(controller.onDidChangeState, (state) => state.kind),
    onDidLog: log.onDidLog,
    requests: async (filter?: RequestFilter) => {
      const question = { kind: 'list', filter: filterFrom(filter), limit: mostRequests } as const;
      return (await ask(controller, question)).requests;
    },
    waitForRequest: (filter?: RequestFilter, options?: WaitOptions) => waitFor(controller, termsFrom(filter, options)),
    start: async () => urlIn(await controller.start()),
    stop: async () => {
      await controller.stop();
    },
    restart: async () => urlIn(await controller.restart()),
    asUrl: (resource: Uri) => {
      const site = siteIn(controller.state);
      const path = site && servedPath(site, resource, resource.path.endsWith('/'));
      return site === undefined || path === undefined || isExcluded(site, path) ? undefined : localUrlOf(site, path);
    },
  });
}

function urlIn(state: State): string {
  if (state.kind === 'running') return state.site.url;
  throw state.kind === 'failed' ? new ProblemError(state.problem) : new Error('The server was stopped meanwhile.');
}

/** `event` with each value seen through `map`. */
function mapEvent<T, U>(event: Event<T>, map: (value: T) => U): Event<U> {
  return (listener, thisArgs, disposables) =>
    event((value) => void Reflect.apply(listener, thisArgs, [map(value)]), undefined, disposables);
}
