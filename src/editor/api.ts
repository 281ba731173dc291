/** What other extensions get from `extensions.getExtension('…').activate()`. */
import type { Event } from 'vscode';
import type { LogEvent } from '../accessLog';
import type { Controller } from './server/controller';
import type { Log } from './log/log';
import { ProblemError } from './server/problem';
import type { Kind } from './server/state';

export interface HttpServerApi {
  readonly state: Kind;
  /** Where this machine reaches the server, such as `http://localhost:4221/`; undefined unless it is running. */
  readonly url: string | undefined;
  readonly onDidChangeState: Event<Kind>;
  /** Fires for each finished exchange; under heavy load not for all of them. */
  readonly onDidLog: Event<LogEvent>;
  /** Starts the server if need be. Resolves to its URL; rejects with an `Error` whose message a person can read. */
  start(): Promise<string>;
  /** Resolves when the port is free. */
  stop(): Promise<void>;
}

export function makeApi(controller: Controller, log: Log): HttpServerApi {
  return Object.freeze({
    get state() {
      return controller.state.kind;
    },
    get url() {
      return controller.state.kind === 'running' ? controller.state.site.url : undefined;
    },
    onDidChangeState: mapEvent(controller.onDidChangeState, (state) => state.kind),
    onDidLog: log.onDidLog,
    start: () => start(controller),
    stop: async () => {
      await controller.stop();
    },
  });
}

async function start(controller: Controller): Promise<string> {
  const state = await controller.start();
  if (state.kind === 'running') return state.site.url;
  throw state.kind === 'failed' ? new ProblemError(state.problem) : new Error('The server was stopped meanwhile.');
}

/** `event` with each value seen through `map`. */
function mapEvent<T, U>(event: Event<T>, map: (value: T) => U): Event<U> {
  return (listener, thisArgs, disposables) =>
    event((value) => void Reflect.apply(listener, thisArgs, [map(value)]), undefined, disposables);
}
