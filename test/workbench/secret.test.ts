/** The editors of the tests let in whoever has their secret, and nobody else who reaches their port. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { Socket } from 'node:net';
import { Cleanup } from '../support/host/cleanup';
import { installEditor } from '../support/host/install';
import { type EditorServer, startServer } from '../support/host/server';
import { versionNamed } from '../support/host/versions';
import { needs } from '../support/needs';

/** The status of what is asked without a cookie, by the address or by a name that is bound to it. */
async function statusOf(url: URL, headers: http.OutgoingHttpHeaders = {}): Promise<number | undefined> {
  const request = http.get(url, { headers, agent: false });
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  response.destroy();
  return response.statusCode;
}

/** Asks for a WebSocket: what answers is a refusal's status, or the socket of one that is open. */
async function upgrade(url: URL): Promise<number | undefined | Socket> {
  const key = Buffer.alloc(16).toString('base64');
  const headers = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Key': key,
    'Sec-WebSocket-Version': '13',
  };
  const request = http.get(url, { headers, agent: false });
  return new Promise((resolve, reject) => {
    request.once('error', reject);
    request.once('upgrade', (_, socket) => resolve(socket));
    request.once('response', (response) => {
      response.destroy();
      resolve(response.statusCode);
    });
  });
}

/** Begins to talk to an editor's server as its page does, and gives the answer: a message has a head of 13 octets. */
async function greet(server: URL, secret: string): Promise<{ type: string; reason?: string }> {
  const query = 'reconnectionToken=00000000-0000-0000-0000-000000000000&reconnection=false&skipWebSocketFrames=true';
  const socket = await upgrade(new URL(`/?${query}`, server));
  assert.ok(typeof socket === 'object');
  const text = JSON.stringify({ type: 'auth', auth: secret, data: '' });
  const head = Buffer.alloc(13);
  head.writeUInt8(2);
  head.writeUInt32BE(text.length, 9);
  socket.write(Buffer.concat([head, Buffer.from(text)]));
  let answer = Buffer.alloc(0);
  while (answer.length < 13 || answer.length < 13 + answer.readUInt32BE(9)) {
    answer = Buffer.concat([answer, ...((await once(socket, 'data')) as [Buffer])]);
  }
  socket.destroy();
  return JSON.parse(answer.subarray(13, 13 + answer.readUInt32BE(9)).toString()) as { type: string; reason?: string };
}

describe('an editor of the tests', () => {
  const cleanup = new Cleanup();
  const version = versionNamed(process.env.TEST_WORKBENCH_VERSION);

  const start = async (proxy: boolean): Promise<EditorServer> =>
    startServer(await installEditor(version, cleanup), cleanup, { proxy });

  after(() => cleanup.run());

  describe('by its own server', () => {
    let url: URL;
    let secret: string;

    before(async () => {
      url = new URL((await start(false)).url);
      secret = url.searchParams.get('tkn') ?? '';
    });

    it('opens with the secret of its address', async () => {
      assert.match(secret, /^[0-9a-f]{32}$/);
      assert.equal(await statusOf(url), 302);
    });

    for (const query of ['', '?tkn=', '?tkn=00000000000000000000000000000000']) {
      it(`refuses /${query}`, async () => {
        for (const host of ['127.0.0.1', 'rebound.example']) {
          assert.equal(await statusOf(new URL(`/${query}`, url), { Host: host }), 403);
        }
      });
    }

    it('refuses what would read a file', async () => {
      assert.equal(await statusOf(new URL('/vscode-remote-resource?path=/etc/hostname', url)), 403);
    });

    it('talks over a WebSocket with the secret only', async () => {
      assert.equal((await greet(url, secret)).type, 'sign');
      for (const wrong of ['', '00000000000000000000000000000000']) {
        assert.deepEqual(await greet(url, wrong), {
          type: 'error',
          reason: 'Unauthorized client refused: auth mismatch',
        });
      }
    });
  });

  describe('by code-server', () => {
    let server: EditorServer;

    before(async function () {
      needs(this, 'the newest editor', version.name === 'newest');
      server = await start(true);
    });

    it('asks for a password', async () => {
      assert.match(server.password ?? '', /^[0-9a-f]{32}$/);
      assert.equal(await statusOf(new URL('/login', server.url)), 200);
      for (const path of ['/', '/?folder=/']) assert.equal(await statusOf(new URL(path, server.url)), 302, path);
    });

    it('reads no file and leads to no port without it', async () => {
      for (const path of ['/vscode-remote-resource?path=/etc/hostname', '/proxy/1/']) {
        const status = await statusOf(new URL(path, server.url));
        assert.ok(status === 302 || status === 401 || status === 403, `${path}: ${status}`);
      }
    });

    it('refuses a WebSocket without it', async () => {
      for (const path of ['/?reconnectionToken=x', '/stable/?reconnectionToken=x', '/proxy/1/']) {
        const answer = await upgrade(new URL(path, server.url));
        assert.ok(answer === 401 || answer === 403, `${path}: ${typeof answer === 'object' ? 'open' : answer}`);
      }
    });
  });
});
