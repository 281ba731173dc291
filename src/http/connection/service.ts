/** What a server is made of, as its connections see it. */
import type { LogEvent } from '../../accessLog';
import type { Limits } from '../../options';
import type { Recorder } from '../../recording';
import type { Exchange } from './exchange';
import type { Endpoint, Request, Response } from '../message/message';

/** What all connections of a server share. The values may change between requests. */
export interface Service {
  readonly limits: Limits;
  readonly endpoint: Endpoint;
  /** Answers those who speak plain HTTP where TLS is spoken. */
  readonly overPlain: Endpoint;
  /** Turns whatever an endpoint threw into a response with its content in memory; must not throw. */
  readonly onError: (error: unknown, request: Request | undefined) => Response;
  /** Called once for every exchange, when its response ended or was cut. */
  readonly onExchange: (event: LogEvent) => void;
  /** Notes exchanges down while they go on; absent where nobody keeps requests. */
  readonly recorder?: Recorder | undefined;
  /** Called when a connection was opened, and when one was closed. */
  readonly onConnections?: (() => void) | undefined;
  /** Whether the server is stopping: then no connection is kept. */
  readonly stopping: boolean;
}

/** Has the endpoint answer `exchange`; `respond` is called once, at once where the endpoint needs no promise. */
export function answer(service: Service, exchange: Exchange, respond: (response: Response) => void): void {
  const fail = (error: unknown): void => respond(service.onError(error, exchange.request));
  let response: Response | Promise<Response>;
  try {
    exchange.check();
    response = service.endpoint(exchange.request);
  } catch (error) {
    fail(error);
    return;
  }
  if (response instanceof Promise) response.then(respond, fail);
  else respond(response);
}
