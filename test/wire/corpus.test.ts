/** Every row of the corpus over a real socket: whole, split at every octet, octet by octet, and all in one write. */
import assert from 'node:assert/strict';
import { accepted, refused } from '../support/data/corpus';
import { field } from '../support/rawClient';
import { mirror, startServer, type TestServer } from '../support/testServer';

describe('requests on the socket', () => {
  let server: TestServer;
  before(async () => (server = await startServer(mirror)));
  after(() => server.stop());
  afterEach(() => assert.deepEqual(server.defects, []));

  describe('are understood', () => {
    for (const { name, bytes, understood, closes } of accepted) {
      it(name, async () => {
        const client = await server.client();
        await client.write(bytes);
        for (const expected of understood) {
          const response = await client.read();
          assert.equal(response.status, 200, response.body.toString());
          assert.equal(response.body.toString('latin1'), expected);
          if (closes === true) assert.equal(field(response, 'connection'), 'close');
        }
        if (closes === true) assert.equal((await client.readToEnd()).length, 0);
        else assert.equal(client.ending, 'open');
        client.close();
      });
    }
  });

  describe('are refused', () => {
    for (const { name, bytes, status, persists } of refused) {
      it(`${name}: ${status}`, async () => {
        const client = await server.client();
        await client.write(bytes);
        const response = await client.read();
        assert.equal(response.status, status, response.body.toString());
        assert.notEqual(response.body.length, 0);
        if (persists !== true) {
          assert.equal(field(response, 'connection'), 'close');
          assert.equal((await client.readToEnd()).toString('latin1'), '', 'nothing may follow a refusal');
          assert.equal(client.ending, 'fin');
        }
        client.close();
      });
    }
  });
});
