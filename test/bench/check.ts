/** Looks whether a server answers as the others do, before its speed is measured. */
import assert from 'node:assert/strict';
import { request as requestPlain, type IncomingHttpHeaders } from 'node:http';
import { request as requestSecure } from 'node:https';
import { buffer } from 'node:stream/consumers';

/** One request and what must come back. */
export interface Expectation {
  readonly method?: string;
  readonly path: string;
  /** Whether to speak TLS, with whomever it is. */
  readonly secured?: boolean;
  readonly fields?: Readonly<Record<string, string>>;
  /** Octets of content to send. */
  readonly size?: number;
  readonly statuses: readonly number[];
  /** Octets that come back; undefined for any. */
  readonly length?: number;
  /** Entries of the JSON array that comes back. */
  readonly entries?: number;
}

/** Resolves to the fields of the answer; rejects, saying what was wrong, if it is not the expected one. */
export async function check(port: number, wanted: Expectation): Promise<IncomingHttpHeaders> {
  const { method = 'GET', path, secured = false, fields = {}, size, statuses, length, entries } = wanted;
  const answer = await ask(port, { method, path, secured, fields }, Buffer.alloc(size ?? 0, 'x'));
  const what = `${method} ${path}`;
  assert.ok(statuses.includes(answer.status), `${what}: status ${answer.status}, not ${statuses.join(' or ')}`);
  if (length !== undefined) assert.equal(answer.content.length, length, `${what}: octets`);
  if (entries !== undefined) {
    const list = JSON.parse(answer.content.toString()) as unknown[];
    assert.equal(list.length, entries, `${what}: entries`);
  }
  return answer.fields;
}

interface Answer {
  readonly status: number;
  readonly fields: IncomingHttpHeaders;
  readonly content: Buffer;
}

type Asked = Required<Pick<Expectation, 'method' | 'path' | 'secured' | 'fields'>>;

function ask(port: number, { method, path, secured, fields }: Asked, content: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { ...fields, ...(content.length > 0 && { 'Content-Length': content.length }) };
    const where = { host: '127.0.0.1', port, method, path, headers, agent: false, rejectUnauthorized: false } as const;
    const sent = (secured ? requestSecure : requestPlain)(where, (response) => {
      buffer(response).then((received) => {
        resolve({ status: response.statusCode ?? 0, fields: response.headers, content: received });
      }, reject);
    });
    sent.on('error', reject);
    sent.end(content);
  });
}
