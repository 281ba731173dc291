/** The flags and the variable that keep secrets secret: a certificate with its key, and a token, of the built program. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { makeCertificate } from '../../src/certificate';
import { RawClient } from '../support/rawClient';
import { temporaryFolder } from '../support/served';
import { testCertificate } from '../support/tls';

const program = resolve(__dirname, '../../../dist/cli.js');

describe('the command line keeps secrets:', function () {
  this.slow(2000);
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let child: ChildProcess;
  before(async () => {
    folder = await temporaryFolder();
    const { cert, key } = await testCertificate();
    const other = await makeCertificate({ names: ['localhost'] });
    const expired = await makeCertificate({ names: ['localhost'], validFrom: new Date(0), validTo: new Date(1000) });
    const files = { cert, key, 'other-key': other.key, 'old-cert': expired.cert, 'old-key': expired.key, junk: 'junk' };
    await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder.path, name), text)));
  });
  afterEach(() => {
    if (child.exitCode === null) child.kill('SIGKILL');
  });
  after(() => folder.remove());

  /** Flags whose values are files of the folder. */
  const inFolder = (flags: readonly string[]): string[] =>
    flags.map((flag) => (flag.startsWith('--') ? flag : join(folder.path, flag)));

  function start(flags: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
    const args = [program, '--directory', folder.path, '--port', '0', ...flags];
    child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    return child;
  }

  async function firstLine({ stdout }: ChildProcess): Promise<string> {
    assert.ok(stdout);
    const [line] = (await once(createInterface({ input: stdout }), 'line')) as [string];
    return line;
  }

  async function status(port: number, secure: boolean, ...fields: string[]): Promise<number> {
    const client = await RawClient.connect(port, '127.0.0.1', secure ? testCertificate() : undefined);
    await client.write(`${['GET / HTTP/1.1', 'Host: localhost', ...fields].join('\r\n')}\r\n\r\n`);
    const response = await client.read();
    client.close();
    return response.status;
  }

  const portOf = (line: string): number => Number(/:(\d+)\/$/.exec(line)?.[1]);

  it('--tls-cert and --tls-key speak HTTPS, and the URL says so', async () => {
    const line = await firstLine(start(inFolder(['--tls-cert', 'cert', '--tls-key', 'key'])));
    assert.match(line, /^Serving .* at https:\/\/localhost:\d+\/$/);
    assert.equal(await status(portOf(line), true), 200);
  });

  it('HTTP_SERVER_TOKEN is a token that no list of processes shows', async () => {
    const port = portOf(await firstLine(start([], { HTTP_SERVER_TOKEN: 'sesame' })));
    assert.equal(await status(port, false), 401);
    assert.equal(await status(port, false, 'Authorization: Bearer sesame'), 200);
  });

  it('--token overrides HTTP_SERVER_TOKEN', async () => {
    const port = portOf(await firstLine(start(['--token', 'other'], { HTTP_SERVER_TOKEN: 'sesame' })));
    assert.equal(await status(port, false, 'Authorization: Bearer sesame'), 401);
    assert.equal(await status(port, false, 'Authorization: Bearer other'), 200);
  });

  it('HTTP_SERVER_TOKEN lets the network in', async () => {
    const line = await firstLine(start(['--host', '0.0.0.0'], { HTTP_SERVER_TOKEN: 'sesame' }));
    assert.match(line, /^Serving .* at http:\/\/localhost:\d+\/$/);
  });

  for (const [flags, code, sentence] of [
    [['--tls-cert', 'cert'], 2, /^--tls-cert and --tls-key go together: give both, or neither\.$/],
    [['--tls-key', 'key'], 2, /^--tls-cert and --tls-key go together: give both, or neither\.$/],
    [
      ['--tls-cert', 'absent', '--tls-key', 'key'],
      1,
      /^The file ".*absent" of --tls-cert cannot be read: it is not there\.$/,
    ],
    [['--tls-cert', 'cert', '--tls-key', '.'], 1, /^The file ".*" of --tls-key cannot be read: it is a folder\.$/],
    [
      ['--tls-cert', 'junk', '--tls-key', 'key'],
      1,
      /^--tls-cert and --tls-key: the TLS certificate is no certificate in PEM form\.$/,
    ],
    [
      ['--tls-cert', 'cert', '--tls-key', 'junk'],
      1,
      /^--tls-cert and --tls-key: the TLS key is no private key in PEM form\.$/,
    ],
    [
      ['--tls-cert', 'cert', '--tls-key', 'other-key'],
      1,
      /^--tls-cert and --tls-key: the TLS key is not that of the certificate\.$/,
    ],
    [
      ['--tls-cert', 'old-cert', '--tls-key', 'old-key'],
      1,
      /^--tls-cert and --tls-key: the TLS certificate expired on .* GMT\.$/,
    ],
  ] as const) {
    it(`${flags.join(' ')} is refused in one sentence`, async () => {
      const { stdout, stderr } = start(inFolder(flags));
      const said = { stdout: '', stderr: '' };
      stdout?.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
      stderr?.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
      assert.deepEqual(await once(child, 'close'), [code, null]);
      assert.equal(said.stdout, '');
      assert.match(said.stderr, /^[^\n]+\n$/);
      assert.match(said.stderr.trimEnd(), sentence);
    });
  }
});
