/** The clients of a torture do the same for the same seed, and find out every server that is not what it should be. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RawClient } from '../support/rawClient';
import { openPlain } from '../support/tls';
import { flawsOf, type Operation } from './history';
import { Traffic } from './traffic';

/** What a server may do with what it has: `held` are the contents of one name, the last one first. */
interface Flaw {
  readonly read?: (held: readonly Buffer[]) => Buffer | undefined;
  /** Whether it is kept. */
  readonly keeps?: () => boolean;
}

/** One time in four: of what is written over at once, nobody can say whether it was there. */
function rarely<T>(odd: T, usual: T): () => T {
  let count = 0;
  return () => (++count % 4 === 0 ? odd : usual);
}

/** Keeps files in memory, as one register each, but for its flaw. */
class Store {
  private readonly files = new Map<string, Buffer[]>();
  readonly server: Server;

  constructor({ read = ([newest]) => newest, keeps = () => true }: Flaw) {
    this.server = createServer((request, response) => void this.answer(request, response, { read, keeps }));
  }

  private async answer(request: IncomingMessage, response: ServerResponse, flaw: Required<Flaw>): Promise<void> {
    const name = request.url?.replace(/^\/files/, '') ?? '';
    const held = this.files.get(name) ?? [];
    if (request.method === 'GET') {
      const content = flaw.read(held);
      response.writeHead(content === undefined ? 404 : 200, { 'Content-Length': content?.length ?? 0 }).end(content);
      return;
    }
    const chunks = await request.toArray().catch(() => undefined);
    if (chunks === undefined) return;
    if (held.length === 0 || flaw.keeps())
      this.files.set(name, [Buffer.concat(chunks as Buffer[]), ...held].slice(0, 9));
    response.writeHead(204).end();
  }
}

async function historyOf(seed: number, flaw: Flaw): Promise<readonly Operation[]> {
  const { server } = new Store(flaw);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    const client = async (): Promise<RawClient> => RawClient.on(await openPlain(port, '127.0.0.1'));
    const traffic = new Traffic({ client }, { seed, clients: 6, names: ['a', 'b/c'], size: 2000 });
    await traffic.run(() => traffic.history.length > 600);
    return traffic.history;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** What is found in one history at least: a loss that another write covers at once tells nothing, and one history may have no others. */
async function firstFlaws(seed: number, flaw: Flaw): Promise<readonly string[]> {
  for (let i = 0; i < 20; i++) {
    const flaws = flawsOf(await historyOf(seed + 1000 * i, flaw));
    if (flaws.length > 0) return flaws;
  }
  return [];
}

const half = (content: Buffer | undefined): number => Math.floor((content?.length ?? 0) / 2);
const choose = {
  stale: rarely('odd', 'usual'),
  mixed: rarely('odd', 'usual'),
  gone: rarely('odd', 'usual'),
  short: rarely('odd', 'usual'),
};

const rows: readonly (readonly [promise: string, flaw: Flaw, found: RegExp])[] = [
  [
    'gives what had been replaced',
    { read: (held) => held[choose.stale() === 'odd' ? 8 : 0] ?? held[0] },
    /replaced|held at once/,
  ],
  ['loses what it has acknowledged', { keeps: rarely(false, true) }, /replaced|held at once/],
  [
    'mixes two contents',
    {
      read: ([newest, older]) =>
        choose.mixed() === 'usual' || newest === undefined || older === undefined
          ? newest
          : Buffer.concat([newest.subarray(0, half(newest)), older.subarray(half(older))]),
    },
    /never written/,
  ],
  [
    'gives the beginning only',
    { read: ([newest]) => newest?.subarray(0, choose.short() === 'odd' ? half(newest) : undefined) },
    /never written/,
  ],
  [
    'has no file for a moment',
    { read: ([newest]) => (choose.gone() === 'odd' ? undefined : newest) },
    /nothing was read, and never written/,
  ],
];

describe('clients of few names', () => {
  const seed = Date.now() % 2 ** 31;

  it('find nothing wrong with a register', async () => {
    assert.deepEqual(flawsOf(await historyOf(seed, {})), []);
  });

  for (const [promise, flaw, found] of rows) {
    it(`find out a server that ${promise}`, async () => {
      assert.match((await firstFlaws(seed, flaw)).join('\n'), found, `seed ${seed}`);
    });
  }

  it('do the same for the same seed, each of them, and something else for another', async () => {
    const [first, again, other] = [await historyOf(seed, {}), await historyOf(seed, {}), await historyOf(seed + 9, {})];
    for (let client = 1; client <= 6; client++) {
      const [a, b, c] = [first, again, other].map((history) => deeds(history, client)) as [
        string[],
        string[],
        string[],
      ];
      const length = Math.min(a.length, b.length, c.length);
      assert.ok(length > 10, `${length}`);
      assert.deepEqual(a.slice(0, length), b.slice(0, length), `seed ${seed}, client ${client}`);
      assert.notDeepEqual(a.slice(0, length), c.slice(0, length));
    }
  });
});

/** What one client did, and with what content: not what it was told, which others have a part in. */
const deeds = (history: readonly Operation[], client: number): string[] =>
  history
    .filter((one) => one.client === client)
    .map(({ kind, name, value }) => `${kind} ${name} ${kind === 'write' ? value : ''}`);
