/** The flags that say who may ask, of the built program. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { field, RawClient, type RawResponse } from '../support/rawClient';
import { temporaryFolder } from '../support/served';

const program = resolve(__dirname, '../../../dist/cli.js');

describe('the command line says who may ask:', function () {
  this.slow(2000);
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let child: ChildProcess;
  beforeEach(async () => (folder = await temporaryFolder()));
  afterEach(async () => {
    if (child.exitCode === null) child.kill('SIGKILL');
    await folder.remove();
  });

  /** Starts the program; resolves to what sends it requests, and to its lines of output, the first one taken. */
  async function start(...flags: string[]) {
    const args = [program, '--directory', folder.path, '--port', '0', ...flags];
    child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    assert.ok(child.stdout);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const nextLine = async (): Promise<string> => String((await lines.next()).value);
    const port = Number(/:(\d+)\/$/.exec(await nextLine())?.[1]);
    const send = async (first: string, ...fields: string[]): Promise<RawResponse> => {
      const client = await RawClient.connect(port);
      await client.write(`${[`${first} HTTP/1.1`, ...fields].join('\r\n')}\r\n\r\n`);
      const response = await client.read();
      client.close();
      return response;
    };
    return { port, send, nextLine };
  }

  it('without a flag, this machine alone', async () => {
    const { send, port } = await start();
    assert.equal((await send('GET /', `Host: localhost:${port}`)).status, 200);
    assert.equal((await send('GET /', 'Host: files.example')).status, 421);
    assert.equal((await send('GET /', 'Host: localhost', 'Sec-Fetch-Site: cross-site')).status, 403);
    const upload = ['Host: localhost', 'Origin: null', 'Content-Length: 0'];
    assert.equal((await send('POST /files/x', ...upload)).status, 403);
    assert.ok(!existsSync(join(folder.path, 'x')));
  });

  it('--allowed-host, as often as there are names', async () => {
    const { send } = await start('--allowed-host', 'files.example', '--allowed-host', 'b.example:8080');
    assert.equal((await send('GET /', 'Host: files.example:1')).status, 200);
    assert.equal((await send('GET /', 'Host: b.example:8080')).status, 200);
    assert.equal((await send('GET /', 'Host: b.example')).status, 421);
  });

  for (const [promise, fields, status, sentence] of [
    ['a name that is not allowed', ['Host: evil.example'], 421, /\. If that is .*, allow it with --allowed-host\.\n$/],
    [
      'a page of another site',
      ['Host: localhost', 'Sec-Fetch-Site: cross-site'],
      403,
      /\. The flag --cors says .*\.\n$/,
    ],
  ] as const) {
    it(`${promise} is told the flag, and no setting`, async () => {
      const { send } = await start();
      const response = await send('GET /a', ...fields);
      assert.equal(response.status, status);
      assert.match(response.body.toString(), sentence);
      assert.doesNotMatch(response.body.toString(), /httpServer/);
    });
  }

  it('--cors, as often as there are origins', async () => {
    const { send } = await start('--cors', 'http://a.example', '--cors', 'https://b.example');
    for (const origin of ['http://a.example', 'https://b.example']) {
      const response = await send('GET /', 'Host: localhost', `Origin: ${origin}`, 'Sec-Fetch-Site: cross-site');
      assert.equal(response.status, 200);
      assert.equal(field(response, 'access-control-allow-origin'), origin);
    }
    const response = await send('GET /', 'Host: localhost', 'Origin: http://b.example');
    assert.equal(field(response, 'access-control-allow-origin'), undefined);
  });

  it('--token, which is not printed', async () => {
    const { send, nextLine } = await start('--token', 'sesame');
    assert.equal((await send('GET /', 'Host: localhost')).status, 401);
    assert.match(await nextLine(), /"GET \/ HTTP\/1\.1" 401 /);
    assert.equal((await send('GET /', 'Host: localhost', 'Authorization: Bearer sesame')).status, 200);
    await nextLine();
    assert.equal((await send('GET /?token=sesame', 'Host: localhost')).status, 303);
    assert.match(await nextLine(), /"GET \/\?token=\*\*\* HTTP\/1\.1" 303 /);
  });

  for (const [flags, sentence] of [
    [['--cors', '*'], /^--cors: the CORS origin "\*" is no single origin/],
    [['--cors', 'null'], /^--cors: the CORS origin "null"/],
    [['--cors', 'http://a.example/path'], /^--cors: the CORS origin/],
    [['--allowed-host', 'http://a.example'], /^--allowed-host: the allowed host "http:\/\/a\.example"/],
    [['--allowed-host', '*'], /^--allowed-host: the allowed host/],
    [['--token', ' x'], /^--token: the token/],
    [['--host', '0.0.0.0'], /--token/],
    [['--host', '::'], /--token/],
  ] as const) {
    it(`${flags.join(' ')} is refused in one sentence`, async () => {
      child = spawn(process.execPath, [program, '--port', '0', '--directory', folder.path, ...flags]);
      let said = '';
      child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
      const [code] = (await once(child, 'close')) as [number];
      assert.equal(code, 2);
      assert.match(said, sentence);
      assert.match(said, /^[^\n]+\n$/);
    });
  }
});
