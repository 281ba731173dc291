/** The built program, spawned, as a person at a terminal uses it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { version } from '../../package.json';
import type { LogEvent } from '../../src/accessLog';
import { defaultOptions } from '../../src/options';
import { flagNames } from '../../src/terminal/flags';
import { field, RawClient } from '../support/rawClient';
import { needsOrdinaryUser, needsPosix } from '../support/needs';
import { temporaryFolder } from '../support/served';
import { endPrograms, runProgram, TerminalProgram, type Ended } from '../support/programs/terminalProgram';

const run = (...args: string[]): Promise<Ended> => runProgram(args);

describe('the command line', function () {
  this.slow(2000);
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeEach(async () => (folder = await temporaryFolder()));
  afterEach(async () => {
    await endPrograms();
    await folder.remove();
  });

  it('prints where it serves what, then a line per exchange', async () => {
    const cli = new TerminalProgram(['--directory', folder.path, '--port', '0']);
    const port = await cli.port();
    assert.equal(cli.stdout, `Serving ${folder.path} at http://localhost:${port}/\n`);
    const client = await RawClient.connect(port);
    await client.write(`GET /echo/a"b HTTP/1.1\r\nHost: localhost\r\nUser-Agent: x"\\\x9b\r\nReferer: r\r\n\r\n`);
    await client.read();
    const [line] = await cli.prints(/\n.+\n/);
    assert.match(
      line,
      /^\n127\.0\.0\.1 - - \[\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d \+0000\] "GET \/echo\/a\\x22b HTTP\/1\.1" 200 3 "r" "x\\x22\\x5c\\x9b"\n$/,
    );
    client.close();
    assert.deepEqual((await cli.stop()).code, 0);
  });

  it('serves and stores files of the folder', async () => {
    await writeFile(join(folder.path, 'a.txt'), 'content');
    const cli = new TerminalProgram(['--directory', folder.path, '--port', '0']);
    const client = await RawClient.connect(await cli.port());
    await client.write('GET /files/a.txt HTTP/1.1\r\nHost: localhost\r\n\r\n');
    assert.equal((await client.read()).body.toString(), 'content');
    await client.write('POST /files/b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc');
    assert.equal((await client.read()).status, 201);
    assert.equal(await readFile(join(folder.path, 'b'), 'utf8'), 'abc');
    client.close();
    await cli.stop();
  });

  it('serves the current folder without --directory', async () => {
    const cli = new TerminalProgram(['--port', '0'], { cwd: folder.path });
    await cli.port();
    assert.match(cli.stdout, new RegExp(`^Serving ${folder.path} at `));
    await cli.stop();
  });

  it('serves the folder that stands alone, also behind --', async () => {
    for (const args of [[folder.path], ['--', folder.path], ['--quiet', folder.path, '-p0']]) {
      const cli = new TerminalProgram(['--port', '0', ...args]);
      await cli.port();
      assert.match(cli.stdout, new RegExp(`^Serving ${folder.path} at `), args.join(' '));
      await cli.stop();
    }
  });

  it('shows the name of the folder without what a terminal would obey', async () => {
    const odd = join(folder.path, 'a\x1b]0;title\x07\nb\u202e');
    await mkdir(odd);
    const cli = new TerminalProgram([odd, '--port', '0']);
    await cli.port();
    assert.ok(cli.stdout.startsWith(`Serving ${folder.path}/a\\x1b]0;title\\x07\\x0ab\\u202e at http`), cli.stdout);
    await cli.stop();
  });

  it('answers on both loopback families', async () => {
    const cli = new TerminalProgram(['--directory', folder.path, '--port', '0']);
    const port = await cli.port();
    for (const host of ['127.0.0.1', '::1']) {
      const client = await RawClient.connect(port, host);
      await client.write('GET /echo/x HTTP/1.1\r\nHost: localhost\r\n\r\n');
      assert.equal((await client.read()).body.toString(), 'x', host);
      client.close();
    }
    await cli.stop();
  });

  it('--log-format json prints an object per exchange', async () => {
    const cli = new TerminalProgram(['--directory', folder.path, '--port', '0', '--log-format', 'json']);
    const client = await RawClient.connect(await cli.port());
    await client.write('GET /echo/a?token=b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    await client.readToEnd();
    const [line] = await cli.prints(/^\{.*\}$/m);
    const { method, target, status, bytesOut } = JSON.parse(line) as LogEvent;
    assert.deepEqual([method, target, status, bytesOut], ['GET', '/echo/a?token=***', 200, 1]);
  });

  it('--quiet prints no line per exchange', async () => {
    const cli = new TerminalProgram(['--directory', folder.path, '--port', '0', '--quiet']);
    const client = await RawClient.connect(await cli.port());
    await client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await client.read();
    client.close();
    const { stdout } = await cli.stop();
    assert.equal(stdout.split('\n').length, 2);
  });

  it('--help and --version', async () => {
    const help = await run('--help');
    assert.equal(help.code, 0);
    for (const flag of flagNames) assert.match(help.stdout, new RegExp(`--${flag}\\b`));
    assert.deepEqual(await run('-h'), help);
    for (const flag of ['--version', '-v']) {
      assert.deepEqual(await run(flag), { code: 0, stdout: `${version}\n`, stderr: '' });
    }
  });

  const writing = ['COPY', 'MKCOL', 'POST', 'PUT'];
  const levels: Readonly<Record<string, readonly string[]>> = {
    readOnly: ['GET', 'HEAD'],
    readWrite: ['GET', 'HEAD', ...writing],
    full: ['GET', 'HEAD', 'DELETE', 'MOVE', ...writing],
    dropBox: ['POST', 'PUT'],
  };
  for (const [access, methods] of Object.entries(levels)) {
    it(`--access ${access}`, async () => {
      const cli = new TerminalProgram(['--directory', folder.path, '--port', '0', '--access', access]);
      const client = await RawClient.connect(await cli.port());
      await client.write('OPTIONS /files/x HTTP/1.1\r\nHost: localhost\r\n\r\n');
      const allow = field(await client.read(), 'allow')
        ?.split(', ')
        .sort();
      assert.deepEqual(allow, ['OPTIONS', ...methods].sort());
      client.close();
      await cli.stop();
    });
  }

  it('--max-upload-size', async () => {
    const cli = new TerminalProgram(['--directory', folder.path, '--port', '0', '--max-upload-size', '1']);
    const client = await RawClient.connect(await cli.port());
    await client.write('POST /files/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048577\r\n\r\n');
    assert.equal((await client.read()).status, 413);
    client.close();
    await cli.stop();
  });

  it('--exclude replaces the defaults, and may be repeated', async () => {
    for (const name of ['.env', 'a.log', 'b.tmp', 'c.txt']) await writeFile(join(folder.path, name), name);
    const cli = new TerminalProgram([
      '--directory',
      folder.path,
      '--port',
      '0',
      '--exclude',
      '*.log',
      '--exclude',
      '*.tmp',
    ]);
    const client = await RawClient.connect(await cli.port());
    const statuses = [];
    for (const name of ['.env', 'a.log', 'b.tmp', 'c.txt']) {
      await client.write(`GET /files/${name} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      statuses.push((await client.read()).status);
    }
    assert.deepEqual(statuses, [200, 404, 404, 200]);
    client.close();
    await cli.stop();
  });

  it('--exclude says loudly what is not kept back any more, and what that is', async () => {
    for (const name of ['.env', '.git\x1b', 'key.pem', 'a.txt']) await writeFile(join(folder.path, name), name);
    const cli = new TerminalProgram([folder.path, '--port', '0', '--exclude', '*.log']);
    await cli.prints(/\n/, 'stderr');
    assert.equal(
      cli.stderr,
      'Attention: --exclude replaces the defaults, so what matches **/.* and **/*.{pem,key,p12,pfx} is served and written now. In the folder itself: .env, .git\\x1b and key.pem. --exclude-also keeps the defaults.\n',
    );
    await cli.stop();
  });

  it('--exclude says nothing if the defaults are among its globs', async () => {
    const globs = defaultOptions.exclude.flatMap((glob) => ['--exclude', glob]);
    const cli = new TerminalProgram([folder.path, '--port', '0', ...globs, '--exclude', '*.log']);
    await cli.port();
    assert.equal((await cli.stop()).stderr, '');
  });

  it('--exclude-also adds to the defaults', async () => {
    for (const name of ['.env', 'a.log', 'c.txt']) await writeFile(join(folder.path, name), name);
    const cli = new TerminalProgram(['--directory', folder.path, '--port', '0', '--exclude-also', '*.log']);
    const client = await cli.client();
    const statuses = [];
    for (const name of ['.env', 'a.log', 'c.txt']) {
      await client.write(`GET /files/${name} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      statuses.push((await client.read()).status);
    }
    assert.deepEqual(statuses, [404, 404, 200]);
    client.close();
    assert.equal((await cli.stop()).stderr, '');
  });

  it('--header adds fields to what the site answers', async () => {
    await writeFile(join(folder.path, 'a.txt'), 'a');
    const headers = ['--header', 'X-One: 1: a', '--header', 'Content-Type:text/x-odd'];
    const cli = new TerminalProgram([folder.path, '--port', '0', ...headers]);
    const client = await cli.client();
    await client.write('GET /a.txt HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const response = await client.read();
    assert.equal(field(response, 'x-one'), '1: a');
    assert.equal(field(response, 'content-type'), 'text/x-odd');
    client.close();
    await cli.stop();
  });

  it('--spa answers a navigation to a page that does not exist', async () => {
    await writeFile(join(folder.path, 'app.html'), 'the app');
    const cli = new TerminalProgram(['--directory', folder.path, '--port', '0', '--spa', 'app.html']);
    const client = await RawClient.connect(await cli.port());
    await client.write('GET /some/page HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n');
    const response = await client.read();
    assert.deepEqual([response.status, response.body.toString()], [200, 'the app']);
    client.close();
    await cli.stop();
  });

  // All of them are in usage.test.ts.
  describe('usage errors: one sentence on stderr, nothing on stdout, exit code 2', () => {
    for (const [args, sentence] of [
      [['--nonsense'], /--nonsense/],
      [['--port'], /--port/],
      [['--port', 'x'], /--port takes a whole number from 0 to 65535, not "x"\./],
      [['--port', '65536'], /--port/],
      [['--port', '-1'], /--port/],
      [['--port', '80.5'], /--port/],
      [['--access', 'all'], /readOnly, readWrite, full or dropBox/],
      [['--max-upload-size', 'big'], /--max-upload-size/],
      [['--host', '0.0.0.0'], /--token/],
      [['--host', ''], /host/],
      [['--quiet=yes'], /--quiet/],
      [['--log-format', 'jsn'], /--log-format takes combined or json, not "jsn" \(the nearest is json\)\./],
    ] as const) {
      it(args.join(' '), async () => {
        const { code, stdout, stderr } = await run('--port', '0', ...args);
        assert.deepEqual({ code, stdout }, { code: 2, stdout: '' });
        assert.match(stderr, sentence);
        assert.match(stderr, /^[^\n]+\n$/);
      });
    }
  });

  describe('what cannot be: one sentence on stderr, exit code 1', () => {
    const fails = async (args: readonly string[], sentence: RegExp): Promise<void> => {
      const { code, stdout, stderr } = await run(...args);
      assert.deepEqual({ code, stdout }, { code: 1, stdout: '' }, stderr);
      assert.match(stderr, sentence);
      assert.match(stderr, /^[^\n]+\n$/);
      assert.doesNotMatch(stderr, /at .*:\d+:\d+/);
    };

    it('a folder that is not there', () =>
      fails(['--directory', join(folder.path, 'no')], /^The folder .* is not there\.\n$/));

    it('a folder that is a file', async () => {
      await writeFile(join(folder.path, 'file'), '');
      await fails(['--directory', join(folder.path, 'file')], /is not a folder\./);
    });

    it('a port that is taken', async () => {
      const other = createServer().listen(0, '127.0.0.1');
      await once(other, 'listening');
      const { port } = other.address() as { port: number };
      await fails(['--directory', folder.path, '--port', String(port)], new RegExp(`^Port ${port} is taken`));
      other.close();
    });

    it('a port that is taken in the other loopback family only', async () => {
      const other = createServer().listen(0, '::1');
      await once(other, 'listening');
      const { port } = other.address() as { port: number };
      await fails(['--directory', folder.path, '--port', String(port)], /is taken/);
      other.close();
    });

    it('a folder that may not be read', async function () {
      needsOrdinaryUser(this);
      await mkdir(join(folder.path, 'locked', 'in'), { recursive: true });
      await chmod(join(folder.path, 'locked'), 0);
      await fails([join(folder.path, 'locked', 'in')], /^The folder .* may not be read\.\n$/);
      await chmod(join(folder.path, 'locked'), 0o700);
    });

    it('a current folder that is gone', async function () {
      needsPosix(this);
      const script = `const [{ mkdirSync, rmdirSync }, { spawnSync }] = [require('node:fs'), require('node:child_process')];
        mkdirSync('gone'); process.chdir('gone'); rmdirSync('../gone');
        process.exitCode = spawnSync(process.argv[1], process.argv.slice(2), { stdio: 'inherit' }).status;`;
      const gone = [process.execPath, '-e', script];
      const { code, stdout, stderr } = await runProgram(['-p0'], { cwd: folder.path, wrapper: gone });
      const said = 'The current folder cannot be used: it is not there.\n';
      assert.deepEqual({ code, stdout, stderr }, { code: 1, stdout: '', stderr: said });
    });

    it('a folder whose name would be obeyed by a terminal', () =>
      fails([join(folder.path, '\x1b[31m\x9b\u202e')], /\\x1b\[31m\\x9b\\u202e is not there\.\n$/));

    it('an address of another machine', () =>
      fails(['--directory', folder.path, '--host', '203.0.113.99', '--token', 't'], /is no address of this machine/));
  });

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    it(`${signal}: exchanges in flight finish, then exit code 0`, async () => {
      await mkdir(join(folder.path, 'd'));
      const cli = new TerminalProgram(['--directory', folder.path, '--port', '0']);
      const client = await RawClient.connect(await cli.port());
      await client.write(
        'POST /files/d/f HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n',
      );
      assert.equal((await client.read()).status, 100);
      cli.child.kill(signal);
      // Nobody can connect any more: the stop has begun.
      for (;;) {
        const refused = await RawClient.connect(client.socket.remotePort!).then(
          (other) => (other.close(), false),
          () => true,
        );
        if (refused) break;
      }
      await client.write('abc');
      const response = await client.read();
      assert.deepEqual([response.status, field(response, 'connection')], [201, 'close']);
      client.end();
      assert.equal((await cli.ended).code, 0);
      assert.equal(await readFile(join(folder.path, 'd/f'), 'utf8'), 'abc');
    });
  }
});
