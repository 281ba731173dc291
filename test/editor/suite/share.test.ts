import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { TLSSocket, connect as connectTls } from 'node:tls';
import type { AddressInfo, Socket } from 'node:net';
import { once } from 'node:events';
import { CancellationTokenSource, commands, LanguageModelTextPart } from 'vscode';
import type { LanguageModelToolResult } from 'vscode';
import type { LogEvent } from '../../../src/accessLog';
import { networkAddresses } from '../../../src/addresses';
import { makePlan } from '../../../src/editor/server/plan';
import { Sharing } from '../../../src/editor/sharing/share';
import { pickTerms } from '../../../src/editor/sharing/shareTerms';
import { Consent, ListTool, OneTool, WaitTool } from '../../../src/editor/tools/requestTools';
import { publishSharing } from '../../../src/editor/log/shareNews';
import type { Ending, Share, SharingTerms } from '../../../src/editor/sharing/share';
import type { Options } from '../../../src/options';
import { field, RawClient } from '../../support/rawClient';
import type { RawResponse } from '../../support/rawClient';
import { ask, folder, occupy, release, repeatedly, TestController, threadThat, when } from '../support';
import { needs } from '../../support/needs';

const address = networkAddresses()[0]?.address ?? '';
const read: SharingTerms = { address, access: 'readOnly', secure: false };
const write: SharingTerms = { ...read, access: 'readWrite' };
const secure: SharingTerms = { ...read, secure: true };

describe('what is shared on the local network', function () {
  let options: Partial<Options>;
  let made: TestController;
  let sharing: Sharing;

  before(function () {
    needs(this, 'an address in a network', address !== '');
  });

  const make = (duration = 3_600_000, now = (): number => Date.now()): void => {
    made = new TestController({
      plan: async () => {
        const plan = await makePlan(undefined);
        return { ...plan, options: { ...plan.options, port: 0, ...options } };
      },
    });
    sharing = new Sharing(made.controller, { duration, now });
  };

  beforeEach(async () => {
    options = {};
    make();
    await made.controller.start();
  });

  afterEach(async () => {
    await made.controller.stop();
    sharing.dispose();
    made.dispose();
  });

  const shared = (): Share => sharing.share ?? assert.fail('nothing is shared');
  const tokenOf = (share: Share): string => new URL(share.link).searchParams.get('token') ?? '';

  const open = async (share: Share): Promise<Socket> => {
    const socket = connect(share.port, share.terms.address);
    await once(socket, 'connect');
    return socket;
  };

  /** A request to the shared address, on a connection of its own. */
  const visit = async (request: string, fields = '', body = ''): Promise<RawResponse> => {
    const share = shared();
    const plain = await open(share);
    const socket = share.terms.secure ? connectTls({ socket: plain, rejectUnauthorized: false }) : plain;
    const client = RawClient.on(socket);
    const length = body === '' ? '' : `Content-Length: ${body.length}\r\n`;
    const host = `Host: ${new URL(share.url).host}\r\n`;
    await client.write(`${request} HTTP/1.1\r\n${host}${fields}${length}Connection: close\r\n\r\n${body}`);
    const response = await client.read();
    if (socket instanceof TLSSocket) assert.equal(socket.getPeerCertificate().fingerprint256, share.fingerprint);
    client.close();
    return response;
  };
  const bearer = (): string => `Authorization: Bearer ${tokenOf(shared())}\r\n`;

  const isOpen = (share: Share): Promise<boolean> =>
    open(share).then(
      (socket) => Boolean(socket.destroy()),
      () => false,
    );

  it('is at this machine’s address, on the port of the server', async () => {
    await sharing.start(read);
    assert.equal(shared().url, `http://${address.includes(':') ? `[${address}]` : address}:${made.port}/`);
  });

  it('is on one of the next ports if that one is taken', async () => {
    const other = await occupy(made.port, address);
    try {
      await sharing.start(read);
      assert.ok(shared().port > other.port && shared().port < other.port + 20);
      assert.equal((await visit('GET /hello.txt', bearer())).status, 200);
    } finally {
      await release(other);
    }
  });

  it('is for those only who have its token', async () => {
    await sharing.start(read);
    assert.equal((await visit('GET /hello.txt')).status, 401);
    assert.equal((await visit('GET /hello.txt', 'Authorization: Bearer guessed\r\n')).status, 401);
    assert.equal((await visit('GET /hello.txt', bearer())).status, 200);
  });

  it('lets in who follows the link, by a cookie', async () => {
    await sharing.start(read);
    const { pathname, search } = new URL(shared().link);
    const first = await visit(`GET ${pathname}${search}`);
    assert.equal(first.status, 303);
    const cookie = field(first, 'set-cookie')?.split(';')[0] ?? '';
    assert.equal((await visit('GET /hello.txt', `Cookie: ${cookie}\r\n`)).status, 200);
  });

  it('asks nothing more of this machine', async () => {
    await sharing.start(read);
    assert.equal((await ask(made.port ?? 0, 'GET /hello.txt')).status, 200);
    assert.equal((await ask(made.port ?? 0, 'POST /files/local.txt', Buffer.from('x'))).status, 201);
  });

  it('has another token each time', async () => {
    await sharing.start(read);
    const first = tokenOf(shared());
    await sharing.stop();
    await sharing.start(read);
    assert.match(tokenOf(shared()), /^[\w-]{22}$/);
    assert.notEqual(tokenOf(shared()), first);
  });

  const writes: readonly (readonly [
    promise: string,
    terms: SharingTerms,
    access: Options['access'],
    status: number,
  ])[] = [
    ['no file is stored where reading was chosen', read, 'full', 405],
    ['a file is stored where writing was chosen', write, 'readWrite', 201],
    ['no file is stored where the setting lets none', write, 'readOnly', 405],
  ];
  for (const [promise, terms, access, status] of writes) {
    it(promise, async () => {
      options = { access };
      await made.controller.apply();
      await sharing.start(terms);
      assert.equal((await visit('POST /files/shared.txt', bearer(), 'x')).status, status);
    });
  }

  it('has nothing that could be deleted', async () => {
    options = { access: 'full' };
    await made.controller.apply();
    await sharing.start(write);
    assert.equal((await visit('DELETE /files/hello.txt', bearer())).status, 405);
  });

  it('speaks HTTPS if that was chosen, with the certificate whose fingerprint is shown', async () => {
    await sharing.start(secure);
    assert.match(shared().url, /^https:/);
    assert.match(shared().fingerprint ?? '', /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    assert.equal((await visit('GET /hello.txt', bearer())).status, 200);
  });

  it('has its exchanges in the log of the server, without the token', async () => {
    const events: LogEvent[] = [];
    made.controller.onDidTraffic((traffic) => events.push(...traffic.events));
    await sharing.start(read);
    const told = when(made.controller.onDidTraffic, ({ events }) => events.length > 0);
    await visit(`GET /?token=${tokenOf(shared())}`);
    await told;
    assert.deepEqual(
      events.map(({ target, status, peer }) => [target, status, peer]),
      [['/?token=***', 303, address]],
    );
  });

  it('follows the settings, on the same port and with the same token', async () => {
    await sharing.start(write);
    const { link, url } = shared();
    assert.ok(link.startsWith(`${url}files/?token=`), 'who may store gets the page on which that can be done');
    const changed = when(sharing.onDidChange);
    options = { access: 'readOnly' };
    await made.controller.apply();
    assert.equal((await changed)?.access, 'readOnly');
    assert.equal(shared().link, link.replace('/files/', '/'));
    assert.equal((await visit('POST /files/late.txt', bearer(), 'x')).status, 405);
  });

  it('tells of the consoles of visitors only if its user says so', async () => {
    await sharing.start(read);
    const tell = async (): Promise<number> => {
      const fields = `${bearer()}Origin: ${shared().url.slice(0, -1)}\r\n`;
      const report = JSON.stringify({ id: 'a', page: '/', lines: [] });
      return (await visit('POST /.http-server/console', fields, report)).status;
    };
    assert.equal(await tell(), 405);
    const changed = when(sharing.onDidChange);
    await sharing.showConsoles();
    assert.equal((await changed)?.terms.console, true);
    assert.equal(await tell(), 204);
  });

  describe('that receives files', () => {
    const inbox = path.join(folder().uri.fsPath, 'received');
    const receive: SharingTerms = { ...read, access: 'dropBox', inbox };

    afterEach(() => rm(inbox, { recursive: true, force: true }));

    it('takes them into one folder, which it makes, and shows none', async () => {
      await sharing.start(receive);
      assert.equal(shared().directory, inbox);
      assert.ok(shared().link.startsWith(`${shared().url}files/?token=`), shared().url);
      for (const name of ['photo.jpg', 'photo%20%282%29.jpg']) {
        const answer = await visit('POST /files/photo.jpg', bearer(), name);
        assert.deepEqual([answer.status, field(answer, 'location')], [201, `/files/${name}`]);
      }
      assert.equal(await readFile(path.join(inbox, 'photo.jpg'), 'utf8'), 'photo.jpg');
      for (const asked of ['GET /files/photo.jpg', 'GET /photo.jpg', 'GET /hello.txt', 'GET /received/photo.jpg'])
        assert.equal((await visit(asked, bearer())).status, 403, asked);
      assert.equal((await ask(made.port ?? 0, 'GET /received/photo.jpg')).status, 200);
    });

    it('names them in the log from the folder that is served', async () => {
      await sharing.start(receive);
      const told = when(made.controller.onDidTraffic, ({ events }) => events.some(({ stored }) => stored));
      await visit('POST /files/a/photo.jpg', bearer(), 'x');
      const { events } = await told;
      assert.deepEqual(
        events.flatMap(({ stored }) => stored ?? []),
        [path.join('received', 'a', 'photo.jpg')],
      );
    });

    it('ends when the settings let nobody store any more, for then visitors could read', async () => {
      await sharing.start(receive);
      const ended = when(sharing.onDidEnd);
      options = { access: 'readOnly' };
      await made.controller.apply();
      assert.equal(await ended, 'failed');
      await assert.rejects(sharing.start(receive), /httpServer\.access lets nobody store/);
    });

    const places: readonly (readonly [promise: string, inbox: string, prepare: () => Promise<unknown>])[] = [
      ['is outside of what is served', path.join(inbox, '../../elsewhere'), () => Promise.resolve()],
      ['leads out of it by a link', inbox, () => symlink(tmpdir(), inbox, 'junction')],
      ['is a file', inbox, () => writeFile(inbox, 'x')],
    ];
    for (const [promise, elsewhere, prepare] of places) {
      it(`is refused if its folder ${promise}`, async () => {
        await prepare();
        await assert.rejects(
          sharing.start({ ...receive, inbox: elsewhere }),
          /is not in the folder that is served|cannot be made/,
        );
        assert.equal(sharing.share, undefined);
      });
    }
  });

  it('is one thing at a time', async () => {
    await Promise.all([sharing.start(read), sharing.start(write)]);
    assert.equal(shared().access, 'readOnly');
  });

  it('is nothing while no server runs, and that is said', async () => {
    await made.controller.stop();
    await assert.rejects(sharing.start(read), /Nothing is shared: the server stopped/);
    assert.equal(sharing.share, undefined);
  });

  it('that cannot be, is refused in words, and the server goes on', async () => {
    await assert.rejects(sharing.start({ ...read, address: '203.0.113.99' }), /could not be shared/);
    assert.equal(sharing.share, undefined);
    assert.equal((await ask(made.port ?? 0, 'GET /hello.txt')).status, 200);
  });

  const endings: readonly (readonly [promise: string, ending: Ending, end: () => Promise<unknown>])[] = [
    ['by Stop Sharing', 'asked', () => sharing.stop()],
    ['when the server stops', 'gone', () => made.controller.stop()],
    ['when the server restarts', 'gone', () => made.controller.restart()],
    ['when settings move the server', 'gone', () => ((options = { host: '127.0.0.1' }), made.controller.apply())],
    ['when the thread dies, though the server comes back', 'gone', () => died()],
    ['when another folder is served: that one was not meant', 'moved', () => moved()],
  ];
  const died = async (): Promise<void> => {
    const back = when(made.controller.onDidChangeState, ({ kind }) => kind === 'running');
    await made.threads.at(-1)?.terminate();
    await back;
  };
  const moved = (): Promise<unknown> => {
    options = { directory: path.join(folder().uri.fsPath, '..') };
    return made.controller.apply();
  };
  for (const [promise, ending, end] of endings) {
    it(`ends ${promise}`, async () => {
      await sharing.start(read);
      const share = shared();
      const ended = when(sharing.onDidEnd);
      await end();
      assert.equal(await ended, ending);
      assert.equal(sharing.share, undefined);
      assert.equal(await isOpen(share), false);
    });
  }

  it('is told to the log once, whatever settings change, and once when it ends', async () => {
    const notes: string[] = [];
    const news = publishSharing(sharing, { note: (message) => void notes.push(message) });
    await sharing.start(write);
    const changed = when(sharing.onDidChange);
    options = { access: 'readOnly' };
    await made.controller.apply();
    await changed;
    await sharing.stop();
    news.dispose();
    assert.deepEqual(
      notes.map((note) => note.split(' at ')[0]),
      ['Shared on the local network', 'No longer shared on the local network.'],
    );
  });

  describe('where rules hand requests on', () => {
    let backend: Server;
    let reached: string[];

    beforeEach(async () => {
      reached = [];
      backend = createServer((request, response) => {
        reached.push(`${request.method} ${request.url}`);
        response.end('backend');
      });
      await once(backend.listen(0, '127.0.0.1'), 'listening');
      const { port } = backend.address() as AddressInfo;
      options = { rules: [{ match: '/api/**', proxy: `http://localhost:${port}` }] };
      await made.controller.apply();
    });
    afterEach(() => {
      backend.closeAllConnections();
      backend.close();
    });

    it('lets no visitor reach a backend, by any method', async () => {
      assert.equal((await ask(made.port ?? 0, 'GET /api/mine')).body.toString(), 'backend');
      await sharing.start(write);
      for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS', 'BREW']) {
        const { status } = await visit(`${method} /api/x`, bearer());
        assert.notEqual(status, 200, method);
      }
      const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';
      assert.equal((await visit('GET /api/socket', bearer() + upgrade)).status, 404);
      assert.deepEqual(reached, ['GET /api/mine']);
    });

    it('lets them, once its user has said so, and those who may only read no further than that', async () => {
      await sharing.start({ ...read, proxies: true });
      assert.equal((await visit('GET /api/x', bearer())).body.toString(), 'backend');
      assert.equal((await visit('GET /api/y')).status, 401);
      assert.notEqual((await visit('POST /api/z', bearer(), 'x')).status, 200);
      assert.deepEqual(reached, ['GET /api/x']);
    });

    it('asks its user, and what is offered first is that nobody does', async () => {
      const accept = async (): Promise<void> => {
        await commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      };
      const picked = pickTerms({ access: 'readWrite', directory: '/', exclude: [] }, true, [
        { name: 'lan', address },
      ] as never);
      assert.deepEqual(await repeatedly(accept, picked), {
        address,
        access: 'readOnly',
        secure: false,
        proxies: false,
      });
    });
  });

  describe('for agents', () => {
    const consent = new Consent();
    const { token } = new CancellationTokenSource();
    const text = async (asked: Promise<LanguageModelToolResult>): Promise<string> => {
      const [part] = (await asked).content;
      assert.ok(part instanceof LanguageModelTextPart);
      return part.value;
    };
    const call = (input: object): never => ({ input, toolInvocationToken: undefined }) as never;

    it('has requests that they get only if they ask for them', async () => {
      await sharing.start(read);
      const { controller } = made;
      const wait = text(
        new WaitTool(controller, consent).invoke(call({ text: '/visit', shared: true, since: 0 }), token),
      );
      await visit('GET /visited-by-somebody', bearer());
      const { number } = (JSON.parse(await wait) as { untrusted: { number: number } }).untrusted;

      const list = new ListTool(controller, consent);
      assert.doesNotMatch(await text(list.invoke(call({}), token)), /visited-by/);
      assert.match(await text(list.invoke(call({ shared: true }), token)), /visited-by/);

      const one = new OneTool(controller, consent);
      await assert.rejects(one.invoke(call({ number }), token), /a request of a share/);
      assert.match(await text(one.invoke(call({ number, shared: true }), token)), /visited-by/);

      const unasked = new WaitTool(controller, consent).invoke(
        call({ text: '/visit', since: 0, timeoutSeconds: 0 }),
        token,
      );
      assert.doesNotMatch(await text(unasked), /visited-by/);
    });
  });

  let clock = 0;
  const clocks: readonly (readonly [name: string, duration: number, now: () => number])[] = [
    ['', 50, () => Date.now()],
    [', though somebody sets the clock back', 50, () => (clock -= 3_600_000)],
    [', though the machine slept most of it', 3_600_000, () => (clock += 3_600_000)],
  ];
  for (const [name, duration, now] of clocks) {
    it(`ends when its time is over${name}, and the server goes on`, async () => {
      await made.controller.stop();
      sharing.dispose();
      made.dispose();
      make(duration, now);
      await made.controller.start();
      const ended = when(sharing.onDidEnd);
      await sharing.start(read);
      const share = shared();
      assert.equal(await ended, 'expired');
      // An operation comes after those that were asked for before.
      await sharing.stop();
      assert.equal(await isOpen(share), false);
      assert.equal((await ask(made.port ?? 0, 'GET /hello.txt')).status, 200);
    });
  }
});

describe('a share that is to go on', () => {
  it('ends an hour after that was said, and not before', async function () {
    needs(this, 'an address in a network', address !== '');
    let now = 0;
    const made = new TestController();
    const sharing = new Sharing(made.controller, { duration: 60_000, now: () => now });
    await made.controller.start();
    await sharing.start(read);
    const { link } = sharing.share!;
    now = 50_000;
    const changed = when(sharing.onDidChange);
    sharing.extend();
    assert.equal((await changed)?.until.getTime(), 110_000);
    assert.equal(sharing.share?.link, link);
    await made.controller.stop();
    sharing.extend();
    assert.equal(sharing.share, undefined);
    for (const item of [sharing, made]) item.dispose();
  });

  it('tells what the settings reveal beyond the default', async function () {
    needs(this, 'an address in a network', address !== '');
    const made = new TestController({
      plan: async () => {
        const plan = await makePlan(undefined);
        return { ...plan, options: { ...plan.options, port: 0, exclude: ['**/.*'] } };
      },
    });
    const sharing = new Sharing(made.controller);
    await made.controller.start();
    await sharing.start(read);
    assert.deepEqual(sharing.share?.revealed, ['**/*.{pem,key,p12,pfx}']);
    await made.controller.stop();
    for (const item of [sharing, made]) item.dispose();
  });
});

describe('a share whose thread does not let go of the network', () => {
  it('ends the thread before it says that nothing is shared any more', async () => {
    const happened: string[] = [];
    const thread = threadThat(`parentPort.postMessage(
      message.type === 'unshare'
        ? { type: 'failed', id: message.id, failure: { code: 'INTERNAL', message: 'No.' } }
        : { type: 'listening', id: message.id, listening: { port: 1, addresses: [] } }
    )`);
    const made = new TestController({ spawn: () => thread });
    const sharing = new Sharing(made.controller);
    await made.controller.start();
    await sharing.start({ ...read, address: '192.0.2.1' });
    thread.onDidEnd(() => happened.push('the thread ended'));
    sharing.onDidEnd((ending) => happened.push(ending));
    await sharing.stop();
    await made.controller.stop();
    for (const item of [sharing, made]) item.dispose();
    assert.deepEqual(happened, ['the thread ended', 'asked']);
  });
});
