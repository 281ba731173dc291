/** Flaws that others have published, read side: each is a row that must not work here. */
import assert from 'node:assert/strict';
import { serve, type Server } from '../../src/serve';
import { TestFolder } from '../support/folder';
import { RawClient } from '../support/rawClient';

const secret = 'TOP-SECRET-CONTENT';

const rows: readonly (readonly [flaw: string, what: string, target: string, statuses: readonly number[]])[] = [
  ['CVE-2026-41612', 'a sibling whose path begins like the folder’s', '/../site2/secret.txt', [400]],
  ['CVE-2026-41612', 'the same, encoded', '/%2e%2e/site2/secret.txt', [400]],
  ['GHSA-g7r4-m6w7-qqqr', 'backslashes', '/..\\secret.txt', [400]],
  ['GHSA-g7r4-m6w7-qqqr', 'encoded backslashes', '/%2e%2e%5c%2e%2e%5csecret.txt', [400]],
  ['CVE-2022-35204', 'encoded slashes', '/%2e%2e%2fsecret.txt', [400]],
  ['CVE-2023-34092', 'two slashes', '//.env', [404]],
  ['CVE-2023-34092', 'three slashes', '///.env', [404]],
  ['CVE-2024-23331', 'another case', '/.EnV', [404]],
  ['CVE-2025-30208', 'a query suffix', '/.env?raw??', [404]],
  ['CVE-2025-30208', 'another query suffix', '/.env?import&raw??', [404]],
  ['CVE-2025-31125', 'a query that inlines', '/.env?import&?inline=1.wasm?init', [404]],
  ['CVE-2025-31486', 'a query with an extension', '/.env?.svg?.wasm?init', [404]],
  ['CVE-2025-32395', 'a fragment in the target', '/#/../secret.txt', [400]],
  ['CVE-2025-32395', 'a fragment behind a path', '/a.txt#/../../secret.txt', [400]],
  ['CVE-2025-46565', 'a dot behind a slash', '/.env/.', [404]],
  ['CVE-2025-46565', 'a dot behind the key', '/server.key/.', [404]],
  ['CVE-2025-58751', 'a link to a sibling', '/sibling/secret.txt', [404]],
  ['CVE-2025-58751', 'a link to a file', '/out.txt', [404]],
  ['CVE-2025-62522', 'a backslash at the end', '/.env\\', [400]],
  ['CVE-2025-62522', 'an encoded backslash at the end', '/server.key%5c', [400]],
  ['CVE-2026-53571', 'a stream of NTFS', '/.env::$DATA', [400, 404]],
  ['CVE-2026-53571', 'an 8.3 name', '/ENV~1', [400, 404]],
];

describe('published flaws', () => {
  let folder: TestFolder;
  let server: Server;
  let client: RawClient;
  before(async () => {
    folder = new TestFolder();
    for (const path of ['../secret.txt', '../site2/secret.txt', '.env', 'server.key']) folder.write(path, secret);
    folder.write('a.txt', 'a'.repeat(1000)).link('sibling', '../site2').link('out.txt', '../secret.txt');
    server = await serve(folder.options({ port: 0 }), { onExchange: () => undefined });
  });
  beforeEach(async () => (client = await RawClient.connect(server.address.port)));
  afterEach(() => client.close());
  after(async () => {
    await server.stop(0);
    folder.remove();
  });

  for (const [flaw, what, target, statuses] of rows) {
    for (const prefix of ['', '/files']) {
      it(`${flaw}: ${what}: ${prefix}${target}`, async () => {
        await client.write(`GET ${prefix}${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
        const answer = (await client.readToEnd()).toString('latin1');
        assert.ok(statuses.includes(Number(answer.slice(9, 12))), answer);
        assert.ok(!answer.includes(secret) && !answer.includes(folder.outside), answer);
      });
    }
  }

  it('CVE-2025-65717: no origin is let in, least of all with credentials', async () => {
    for (const origin of ['https://evil.example', 'null', 'http://localhost.evil.example']) {
      await client.write(`GET /a.txt HTTP/1.1\r\nHost: localhost\r\nOrigin: ${origin}\r\nCookie: a=b\r\n\r\n`);
      const { fields } = await client.read();
      assert.ok(!fields.some(([name]) => name.startsWith('access-control-')), origin);
    }
  });

  it('CVE-2026-78667: hundreds of ranges cost no more than the file', async () => {
    const ranges = Array.from({ length: 1000 }, (_, i) => `${i % 2}-`).join(',');
    await client.write(`GET /a.txt HTTP/1.1\r\nHost: localhost\r\nRange: bytes=${ranges}\r\n\r\n`);
    const { status, body } = await client.read();
    assert.deepEqual([status, body.length], [200, 1000]);
  });
});
