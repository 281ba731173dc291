/** How a request is cut into packets never changes what is answered. */
import assert from 'node:assert/strict';
import { accepted, refused, type Accepted } from '../support/data/corpus';
import type { RawClient } from '../support/rawClient';
import { mirror, startServer, type TestServer } from '../support/testServer';

const turn = (): Promise<void> => new Promise(setImmediate);

const octets = (bytes: string): string[] => bytes.match(/[^]/g) ?? [];

/** In this process a turn of the loop lets the server read what was written, so parts arrive one by one. */
async function writeParts(client: RawClient, parts: readonly string[]): Promise<void> {
  for (const part of parts) {
    await client.write(part);
    await turn();
  }
}

describe('requests cut into packets', () => {
  let server: TestServer;
  before(async () => (server = await startServer(mirror)));
  after(() => server.stop());
  afterEach(() => assert.deepEqual(server.defects, []));

  async function understands(parts: readonly string[], row: Accepted): Promise<void> {
    const client = await server.client();
    const sending = writeParts(client, parts);
    for (const expected of row.understood) {
      const response = await client.read();
      assert.equal(`${response.status} ${response.body.toString('latin1')}`, `200 ${expected}`);
    }
    await sending;
    if (row.closes === true) assert.equal((await client.readToEnd()).length, 0);
    else assert.equal(client.pending.length, 0);
    client.close();
  }

  describe('in two, at every octet', () => {
    for (const row of accepted) {
      const step = row.bytes.length > 2000 ? 97 : 1;
      it(row.name, async () => {
        for (let at = 1; at < row.bytes.length; at += step) {
          await understands([row.bytes.slice(0, at), row.bytes.slice(at)], row);
        }
      });
    }
  });

  describe('octet by octet', () => {
    for (const row of accepted) it(row.name, () => understands(octets(row.bytes), row));
    for (const { name, bytes, status } of refused) {
      it(`${name}: ${status}`, async () => {
        const client = await server.client();
        const sending = writeParts(client, bytes.length > 2000 ? (bytes.match(/[^]{1,61}/g) ?? []) : octets(bytes));
        assert.equal((await client.read()).status, status);
        await sending;
        client.close();
      });
    }
  });

  it('all of them, in one write', async () => {
    const rows = accepted.filter(({ closes }) => closes !== true);
    const client = await server.client();
    await client.write(rows.map(({ bytes }) => bytes).join(''));
    for (const { name, understood } of rows) {
      for (const expected of understood) {
        assert.equal((await client.read()).body.toString('latin1'), expected, name);
      }
    }
  });

  it('the first refusal ends a pipeline: what came before it is answered, what follows is not', async () => {
    for (const { name, bytes, status, persists } of refused) {
      if (persists === true) continue;
      const client = await server.client();
      const good = 'GET /good HTTP/1.1\r\nHost: a\r\n\r\n';
      await client.write(good + good + bytes + good);
      assert.equal((await client.read()).status, 200, name);
      assert.equal((await client.read()).status, 200, name);
      assert.equal((await client.read()).status, status, name);
      assert.equal((await client.readToEnd()).length, 0, name);
      client.close();
    }
  });
});
