/** Programs of another user of the machine, over real sockets: they read, but do not write. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { defaultOptions } from '../../src/options';
import { TestFolder } from '../support/folder';
import { nobody, withProcessOf } from '../support/otherUser';
import { ServerProcess } from '../support/programs/serverProcess';
import { startServed, type Served } from '../support/served';
import { needs, needsLinux, needsProgram, needsSuperuser } from '../support/needs';

/**
 * Sends a request as that user and prints what comes back. The ways of ending: to wait for the answer, to close the
 * socket at once, or to reset the connection at once.
 */
const program = `
const [host, port, ending, request] = process.argv.slice(1);
const secure = process.env.TEST_TRANSPORT === 'tls';
const { connect } = require(secure ? 'node:tls' : 'node:net');
const socket = connect({ host, port, allowHalfOpen: true, rejectUnauthorized: false });
socket.on('data', (chunk) => process.stdout.write(chunk)).on('error', () => undefined);
socket.write(request, () => {
  if (ending === 'close') socket.destroy();
  if (ending === 'reset') secure ? socket.destroy() : socket.resetAndDestroy();
});
`;

type Ending = 'wait' | 'close' | 'reset';

async function sendAs(user: number, host: string, port: number, ending: Ending, request: string): Promise<string> {
  const args = ['-e', program, host, String(port), ending, request];
  const child = spawn(process.execPath, args, { uid: user, cwd: '/', stdio: ['ignore', 'pipe', 'inherit'] });
  let answer = '';
  child.stdout.setEncoding('latin1').on('data', (text: string) => (answer += text));
  await once(child, 'close');
  return answer;
}

const write = (method: string): string =>
  `${method} /files/new.txt HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx`;

describe('another user of the machine', function () {
  this.slow(2000);
  let served: Served;
  // Only the superuser can be somebody else; only Linux tells who it is.
  before(function () {
    needsLinux(this);
    needsSuperuser(this);
  });
  afterEach(() => served.stop());

  const isWritten = (): boolean => existsSync(join(served.directory, 'new.txt'));

  for (const host of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
    for (const method of ['POST', 'PUT']) {
      it(`may not ${method} from ${host}`, async () => {
        served = await startServed({}, {}, { advice: { token: 'That is set so.' } });
        const answer = await sendAs(nobody, host, served.port, 'wait', write(method));
        assert.match(answer, /^HTTP\/1\.1 403 /);
        assert.match(answer, /, unless the server has a token\. That is set so\.\n$/);
        assert.ok(!isWritten());
      });
    }

    it(`may read from ${host}`, async () => {
      served = await startServed();
      const request = 'GET /echo/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
      assert.match(await sendAs(nobody, host, served.port, 'wait', request), /^HTTP\/1\.1 200 [^]*\r\n\r\nx$/);
    });

    it(`is not the superuser, who may write from ${host}`, async () => {
      served = await startServed();
      assert.match(await sendAs(0, host, served.port, 'wait', write('POST')), /^HTTP\/1\.1 201 /);
      assert.ok(isWritten());
    });
  }

  it('may not remove', async () => {
    served = await startServed({ access: 'full' });
    assert.match(await sendAs(nobody, '::1', served.port, 'wait', write('DELETE')), /^HTTP\/1\.1 403 /);
  });

  it('may not write on a connection that has read', async () => {
    served = await startServed();
    const read = 'GET /echo/x HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const answer = await sendAs(nobody, '127.0.0.1', served.port, 'wait', read + write('POST'));
    assert.match(answer, /^HTTP\/1\.1 200 [^]*HTTP\/1\.1 403 /);
    assert.ok(!isWritten());
  });

  for (const ending of ['close', 'reset'] as const) {
    it(`may not write by a ${ending} before anybody can look`, async () => {
      // Where nobody else is on the machine, what nobody can be told apart from is let in.
      await withProcessOf(nobody, async () => {
        for (let i = 0; i < 4; i++) {
          served = await startServed();
          await sendAs(nobody, '127.0.0.1', served.port, ending, write('POST'));
          await served.server.stop();
          assert.ok(!isWritten());
          await served.stop();
        }
      });
      served = await startServed();
    });
  }

  it('may write with the token', async () => {
    served = await startServed({ token: 'sesame' });
    const request = write('POST').replace('\r\n\r\n', '\r\nAuthorization: Bearer sesame\r\n\r\n');
    assert.match(await sendAs(nobody, '127.0.0.1', served.port, 'wait', request), /^HTTP\/1\.1 201 /);
  });
});

describe('S1: a client that closes the connection before anybody can look whose it is', function () {
  this.slow(5000);
  let folder: TestFolder;
  before(function () {
    needs(this, 'plain HTTP', process.env.TEST_TRANSPORT !== 'tls');
    needsLinux(this);
    const trial = ['-mpf', '--mount-proc', 'sh', '-c', 'mount --bind /etc/passwd /etc/passwd'];
    needs(this, 'unshare, and the right to mount', spawnSync('unshare', trial).status === 0);
  });
  beforeEach(() => (folder = new TestFolder()));
  afterEach(() => folder.remove());

  const system = 'root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/usr/sbin/nologin\n';

  /** A server on a machine whose accounts are these, and whose processes are the server alone, but for what `before` starts. */
  function start(accounts: string, before = ':'): Promise<ServerProcess> {
    writeFileSync(folder.at('../passwd'), accounts);
    const script = `mount --bind "$0" /etc/passwd && ${before} && exec "$@"`;
    const wrapper = ['unshare', '-mpf', '--mount-proc', 'sh', '-c', script, folder.at('../passwd')];
    return ServerProcess.start({ ...defaultOptions, directory: folder.path }, wrapper);
  }

  /** Resolves when the connection is closed on both sides, and the answer, if there was one, thrown away. */
  async function sendAndClose(port: number, path: string): Promise<void> {
    const socket = connect({ host: '127.0.0.1', port });
    const closed = once(socket, 'close');
    socket.on('error', () => undefined);
    const request = `PUT /files/${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello`;
    socket.write(request, () => socket.destroy());
    await closed;
  }

  it('may write where nobody else can log in', async () => {
    const server = await start(system);
    try {
      for (let i = 0; i < 30; i++) await sendAndClose(server.port, `${i}.txt`);
      while (readdirSync(folder.path).length < 30) await setImmediate();
      for (const name of readdirSync(folder.path)) assert.equal(readFileSync(folder.at(name), 'utf8'), 'hello');
    } finally {
      await server.stop();
    }
  });

  /** Goes with the machine, whose first process is the server. */
  const idle = `setpriv --reuid ${nobody} --clear-groups sh -c 'sleep 1000000 >/dev/null 2>&1 &'`;
  for (const [promise, accounts, somebody] of [
    ['where somebody else can log in', `${system}bob:x:1001:1001::/home/bob:/bin/sh\n`, 'account'],
    ['once somebody else was seen on the port', system, 'client'],
    ['while a process of somebody else is there', system, 'process'],
  ] as const) {
    it(`may not write ${promise}, as another user`, async function () {
      if (somebody === 'process') needsProgram(this, 'setpriv');
      const server = await start(accounts, somebody === 'process' ? idle : undefined);
      try {
        if (somebody === 'client') await sendAs(nobody, '127.0.0.1', server.port, 'wait', write('POST'));
        for (let i = 0; i < 4; i++) await sendAs(nobody, '127.0.0.1', server.port, 'close', write('POST'));
        // By then whatever came before has been judged.
        assert.match(await sendAs(0, '127.0.0.1', server.port, 'wait', write('DELETE')), /^HTTP\/1\.1 405 /);
        assert.deepEqual(readdirSync(folder.path), []);
      } finally {
        await server.stop();
      }
    });
  }

  it('may be a real encoder, whose segments all arrive', async function () {
    needsProgram(this, 'ffmpeg');
    const server = await start(system);
    try {
      const input = ['-f', 'lavfi', '-i', 'testsrc=size=160x90:rate=10:duration=14'];
      const output = ['-c:v', 'mpeg2video', '-g', '10', '-f', 'hls', '-hls_time', '1', '-hls_list_size', '0'];
      const url = `http://127.0.0.1:${server.port}/files/live/index.m3u8`;
      const child = spawn('ffmpeg', ['-loglevel', 'error', ...input, ...output, '-method', 'PUT', url], {
        stdio: ['ignore', 'inherit', 'inherit'],
      });
      assert.deepEqual(await once(child, 'close'), [0, null]);
      // It has not waited for the answers to the last ones.
      const names = ['index.m3u8', ...Array.from({ length: 14 }, (_, i) => `index${i}.ts`)];
      const arrived = (name: string): boolean => existsSync(folder.at(`live/${name}`));
      while (!names.every(arrived)) await setImmediate();
      for (const name of names) assert.ok(statSync(folder.at(`live/${name}`)).size > 0, name);
    } finally {
      await server.stop();
    }
  });
});
