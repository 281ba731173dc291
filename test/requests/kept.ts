/** Exchanges for tests of what keeps them: noted down as a server would. */
import type { LogEvent } from '../../src/accessLog';
import { defaultLimits, type Limits } from '../../src/options';
import { Draft } from '../../src/requests/draft';
import { RequestStore, type KeptRequest } from '../../src/requests/requestStore';

export interface Script {
  /** Lines without their ends. */
  readonly head?: readonly string[];
  readonly response?: readonly string[];
  readonly content?: string | Uint8Array;
  /** Octets of content at a time; all at once without it. */
  readonly piece?: number;
  /** Whether the content came to its end. */
  readonly ended?: boolean;
  /** Whether the guard let the request in. */
  readonly admitted?: boolean;
  readonly shared?: boolean;
  /** Of the peer. */
  readonly port?: number;
  readonly event?: Partial<LogEvent>;
}

const lines = (head: readonly string[]): string => [...head, '', ''].join('\r\n');

export const storeWith = (limits: Partial<Limits> = {}, last = 0): RequestStore =>
  new RequestStore({ ...defaultLimits, ...limits }, last);

/** Begins an exchange: what it returns ends it. */
export function begin(store: RequestStore, script: Script = {}): () => LogEvent {
  const { head = ['GET / HTTP/1.1', 'Host: localhost'], response = ['HTTP/1.1 200 OK'], piece = Infinity } = script;
  const recording = store.recorder(script.shared === true).begin(Date.now());
  const content = Buffer.from(script.content ?? '');
  if (recording instanceof Draft) {
    recording.admitted = script.admitted ?? true;
    recording.requestHead = lines(head);
    recording.responseHead = lines(response);
    recording.port = script.port ?? 50_000;
    recording.wanted = 'all';
    if (recording.admitted) {
      for (let at = 0; at < content.length; at += piece) recording.take(content.subarray(at, at + piece));
    }
    recording.answered = 3;
    if (script.ended !== false) recording.received = 1;
  }
  const [method = '', target = '', version = ''] = (head[0] ?? '').split(' ');
  const status = Number((response[0] ?? '').split(' ')[1]);
  return () =>
    store.add({
      ...{ time: Date.UTC(2026, 10, 30, 12), method, target, version, status, bytesIn: content.length, bytesOut: 12 },
      ...{ ms: 4, peer: '127.0.0.1', userAgent: 'test', referer: '', aborted: false },
      ...(recording && { recording }),
      ...script.event,
    });
}

/** An exchange that has ended. */
export function keep(store: RequestStore, script: Script = {}): KeptRequest {
  const { number = 0 } = begin(store, script)();
  const request = store.get(number);
  if (request === undefined) throw new Error('It was not kept.');
  return request;
}

/** One alone. */
export const kept = (script: Script = {}): KeptRequest => keep(storeWith(), script);
