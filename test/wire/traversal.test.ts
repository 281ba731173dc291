/** More than 20,000 targets through a raw socket: not one octet from outside, nor of what is excluded. */
import assert from 'node:assert/strict';
import { field, type RawClient } from '../support/rawClient';
import { TestFolder } from '../support/folder';
import { traversalTargets } from '../support/data/traversal';
import { serve, type Server } from '../../src/serve';
import { RawClient as Client } from '../support/rawClient';

const marks = ['TOP-SECRET-CONTENT', 'root:'];

describe('traversal', () => {
  let folder: TestFolder;
  let server: Server;
  before(async () => {
    folder = new TestFolder();
    for (const path of ['../secret.txt', '../site2/secret.txt', '.env', '.git/config', 'd/key.pem', 'links/.env']) {
      folder.write(path, marks[0] ?? '');
    }
    folder
      .write('a.txt', 'a')
      .write('d/e/b.txt', 'b')
      .link('links/d', '../d')
      .link('alias', 'd')
      .link('out', '..')
      .link('up', '/');
    server = await serve(folder.options({ port: 0, access: 'full' }), { onExchange: () => undefined });
  });
  after(async () => {
    await server.stop(0);
    folder.remove();
  });

  it('gets nothing but 400 and 404', async function () {
    this.timeout(600_000);
    const targets = [...new Set(traversalTargets())];
    assert.ok(targets.length > 20_000, `only ${targets.length}`);
    // Few at a time: what follows a refusal that ends the connection is sent again.
    for (let i = 0; i < targets.length; i += 25) await askAll(targets.slice(i, i + 25));
  });

  /** Sends them all at once; a refusal that ends the connection is followed by another connection. */
  async function askAll(targets: readonly string[]): Promise<void> {
    let rest = targets;
    while (rest.length > 0) {
      const client = await Client.connect(server.address.port);
      await client.write(rest.map((target) => `GET ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`).join(''));
      const answered = await readAll(client, rest);
      client.close();
      rest = rest.slice(answered);
    }
  }

  /** Returns how many were answered on this connection. */
  async function readAll(client: RawClient, targets: readonly string[]): Promise<number> {
    for (const [index, target] of targets.entries()) {
      const response = await client.read();
      assert.ok([400, 404].includes(response.status), `${response.status} for ${target}`);
      const text = response.head + response.body.toString('latin1');
      for (const secret of [...marks, folder.outside]) assert.ok(!text.includes(secret), target);
      if (field(response, 'connection') === 'close') return index + 1;
    }
    return targets.length;
  }
});
