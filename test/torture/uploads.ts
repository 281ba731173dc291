/** Many uploads at once, some of them broken off: what is stored is what was sent, and nothing else. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../support/data/random';
import { Arena } from './arena';
import { audit, beginAudit, settled } from './audit';

export interface UploadsAsked {
  readonly seed: number;
  /** How many there are at once. */
  readonly count: number;
  /** Most octets of each. */
  readonly size: number;
  /** Stops after the round in which this many milliseconds have passed. */
  readonly milliseconds: number;
}

export interface UploadsResult {
  readonly stored: number;
  readonly brokenOff: number;
  readonly octets: number;
}

const pattern = Buffer.alloc(2 ** 20, Buffer.from(Array.from({ length: 251 }, (_, i) => i)));

/** Uploads to paths of their own in every round, each over a connection of its own. */
export async function uploads(asked: UploadsAsked): Promise<UploadsResult> {
  const random = new Random(asked.seed);
  const served = await Arena.start();
  const digests = new Map<string, string>();
  const result = { stored: 0, brokenOff: 0, octets: 0 };
  const until = performance.now() + asked.milliseconds;
  try {
    const before = await beginAudit(served);
    do {
      const all = Array.from({ length: asked.count }, (_, i) => one(served, `${i % 7}/${i}`, asked.size, random));
      for (const { path, digest, octets } of await Promise.all(all)) {
        if (digest === undefined) {
          result.brokenOff++;
          continue;
        }
        digests.set(path, digest);
        result.stored++;
        result.octets += octets;
      }
      await settled(() => served.unfinished().length === 0);
      await verify(served, digests);
    } while (performance.now() < until);
    await audit(served, { acknowledged: digests, before });
    return result;
  } finally {
    await served.remove();
  }
}

interface Sent {
  readonly path: string;
  /** Undefined if it was broken off. */
  readonly digest: string | undefined;
  readonly octets: number;
}

async function one(served: Arena, path: string, most: number, random: Random): Promise<Sent> {
  // Half of the size at least, so that the sum is known roughly.
  const octets = most - random.integer(most / 2);
  const breaksAt = random.integer(8) === 0 ? random.integer(octets) : undefined;
  const hash = createHash('sha256');
  const client = await served.client();
  await client.write(`PUT /files/${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${octets}\r\n\r\n`);
  for (let sent = 0; sent < (breaksAt ?? octets);) {
    const start = random.integer(pattern.length);
    const piece = pattern.subarray(start, start + Math.min((breaksAt ?? octets) - sent, 1 + random.integer(300_000)));
    hash.update(piece);
    sent += piece.length;
    await client.write(piece);
  }
  if (breaksAt === undefined) assert.ok([201, 204].includes((await client.read()).status));
  else client.reset();
  client.close();
  return { path, octets, digest: breaksAt === undefined ? hash.digest('hex') : undefined };
}

async function verify(served: Arena, digests: ReadonlyMap<string, string>): Promise<void> {
  for (const [path, digest] of digests) {
    const hash = createHash('sha256');
    for await (const bytes of createReadStream(join(served.directory, path))) hash.update(bytes as Buffer);
    assert.equal(hash.digest('hex'), digest, path);
  }
}
