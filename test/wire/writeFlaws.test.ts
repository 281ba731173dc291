/** The published flaws of other servers, on the side that writes: nothing outside changes, and nothing that is excluded. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contentsOf } from '../support/disk/contents';
import { field } from '../support/rawClient';
import { startServed, type Served } from '../support/served';

describe('a flaw that others had', () => {
  let served: Served;
  let outside: string;
  beforeEach(async () => {
    served = await startServed({ access: 'full' });
    outside = join(served.directory, '..');
    mkdirSync(join(outside, 'folder-sibling'));
    for (const path of ['secret.txt', 'folder-sibling/secret.txt', 'folder/.env', 'folder/server.pem', 'folder/a.txt'])
      writeFileSync(join(outside, path), 'untouched');
    if (process.platform !== 'win32') {
      symlinkSync(outside, join(served.directory, 'out'));
      symlinkSync(join(outside, 'secret.txt'), join(served.directory, 'link.txt'));
      symlinkSync(join(outside, 'new.txt'), join(served.directory, 'dangling.txt'));
    }
  });
  afterEach(() => served.stop());

  const everything = (): string[] => contentsOf(outside);

  const rows: readonly (readonly [flaw: string, targets: readonly string[]])[] = [
    [
      'CVE-2026-41612, CVE-2025-58751: a prefix without a separator',
      ['/files/../folder-sibling/secret.txt', '/files/%2e%2e/folder-sibling/secret.txt'],
    ],
    ['CVE-2022-35204: encoded slashes', ['/files/%2e%2e%2fsecret.txt', '/files/..%2Fsecret.txt']],
    [
      'GHSA-g7r4-m6w7-qqqr: backslashes',
      ['/files/..\\secret.txt', '/files/..%5csecret.txt', '/files/a%5c..%5c..%5csecret.txt'],
    ],
    ['CVE-2023-34092: two slashes', ['/files//.env', '//files/.env', '/files///../../secret.txt']],
    ['CVE-2024-23331: another case', ['/files/.EnV', '/files/SERVER.PEM', '/files/Server.Pem/x']],
    [
      'CVE-2025-30208, -31125, -31486: a query behind it',
      ['/files/.env?raw', '/files/.env?raw??', '/files/server.pem?import&raw'],
    ],
    ['CVE-2025-32395: a fragment in the target', ['/files/a.txt#/../../../secret.txt', '/files/#/../.env']],
    ['CVE-2025-46565: a dot behind it', ['/files/.env/.', '/files/.env/', '/files/./.env/./']],
    ['CVE-2025-62522: a backslash behind it', ['/files/.env\\', '/files/.env%5c']],
    ['CVE-2026-53571: streams and short names', ['/files/.env::$DATA/x', '/files/server.pem%3a%3a%24DATA/../.env']],
    [
      'links out of the folder',
      ['/files/out/secret.txt', '/files/out/new.txt', '/files/link.txt', '/files/dangling.txt'],
    ],
    ['a NUL', ['/files/a.txt%00.pem', '/files/.env%00.txt']],
  ];
  for (const [flaw, targets] of rows) {
    it(`is not here: ${flaw}`, async () => {
      const before = everything();
      for (const target of targets) {
        for (const [method, fields] of [
          ['PUT', ''],
          ['POST', ''],
          ['PUT', 'Upload-Complete: ?1\r\n'],
          ['PUT', 'Upload-Complete: ?0\r\n'],
          ['POST', 'Content-Type: multipart/form-data; boundary=b\r\n'],
        ] as const) {
          const client = await served.client();
          await client.write(
            `${method} ${target} HTTP/1.1\r\nHost: localhost\r\n${fields}Content-Length: 4\r\n\r\nevil`,
          );
          const { status } = await client.read();
          client.close();
          assert.ok([400, 403, 404, 405, 409].includes(status), `${method} ${target}: ${status}`);
          assert.deepEqual(everything(), before);
        }
      }
    });

    it(`is not here for a file of a form: ${flaw}`, async () => {
      const before = everything();
      for (const target of targets) {
        // A file name is no URL: it is taken as it is.
        const name = decodeURIComponent(
          target
            .replace(/^\/+files\//, '')
            .replace(/[?#].*/, '')
            .replace(/%25/g, '%'),
        );
        if (name === '' || name === 'a.txt') continue;
        const body = `--b\r\nContent-Disposition: form-data; name="f"; filename="${name}"\r\n\r\nevil\r\n--b--\r\n`;
        const client = await served.client();
        const head = `POST /files/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\n`;
        await client.write(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
        const { status } = await client.read();
        client.close();
        assert.ok([400, 403].includes(status), `${JSON.stringify(name)}: ${status}`);
        assert.deepEqual(everything(), before);
      }
    });
  }

  it('is not here: any origin reflected, with credentials (CVE-2025-65717), nor a foreign Host (GHSA-vg6x-rcgg-rjx6)', async () => {
    const before = everything();
    for (const [host, origin] of [
      ['localhost', 'https://evil.example'],
      ['localhost', 'null'],
      ['evil.example', 'http://evil.example'],
    ] as const) {
      const client = await served.client();
      await client.write(
        `PUT /files/a.txt HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${origin}\r\nContent-Length: 4\r\n\r\nevil`,
      );
      const answer = await client.read();
      client.close();
      assert.ok([403, 421].includes(answer.status));
      assert.equal(field(answer, 'access-control-allow-origin'), undefined);
      assert.deepEqual(everything(), before);
    }
  });

  it('is not here: a path that is decoded twice', async () => {
    const client = await served.client();
    await client.write(
      'PUT /files/%252e%252e%252fsecret.txt HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\ngood',
    );
    assert.equal((await client.read()).status, 201);
    assert.equal(readFileSync(join(served.directory, '%2e%2e%2fsecret.txt'), 'utf8'), 'good');
    assert.equal(readFileSync(join(outside, 'secret.txt'), 'utf8'), 'untouched');
  });

  it('is not here: a PUT that truncates first, and leaves half', async () => {
    const client = await served.client();
    await client.write('PUT /files/a.txt HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nhalf');
    const other = await served.client();
    await other.write('GET /files/a.txt HTTP/1.1\r\nHost: localhost\r\n\r\n');
    assert.equal((await other.read()).body.toString(), 'untouched');
    client.end();
    assert.equal((await client.read()).status, 400);
    assert.equal(readFileSync(join(served.directory, 'a.txt'), 'utf8'), 'untouched');
  });
});
