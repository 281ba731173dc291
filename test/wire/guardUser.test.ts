/** Programs of another user of the machine, over real sockets: they read, but do not write. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startServed, type Served } from '../support/served';

/** A user that is neither the superuser nor, in all likelihood, anybody else. */
const nobody = 65534;

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
    if (process.platform !== 'linux' || process.geteuid?.() !== 0) this.skip();
  });
  afterEach(() => served.stop());

  const isWritten = (): boolean => existsSync(join(served.directory, 'new.txt'));

  for (const host of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
    for (const method of ['POST', 'PUT']) {
      it(`may not ${method} from ${host}`, async () => {
        served = await startServed();
        const answer = await sendAs(nobody, host, served.port, 'wait', write(method));
        assert.match(answer, /^HTTP\/1\.1 403 /);
        assert.match(answer, /--token.*httpServer\.token/);
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
      for (let i = 0; i < 10; i++) {
        served = await startServed();
        await sendAs(nobody, '127.0.0.1', served.port, ending, write('POST'));
        await served.server.stop();
        assert.ok(!isWritten());
        await served.stop();
      }
      served = await startServed();
    });
  }

  it('may write with the token', async () => {
    served = await startServed({ token: 'sesame' });
    const request = write('POST').replace('\r\n\r\n', '\r\nAuthorization: Bearer sesame\r\n\r\n');
    assert.match(await sendAs(nobody, '127.0.0.1', served.port, 'wait', request), /^HTTP\/1\.1 201 /);
  });
});
