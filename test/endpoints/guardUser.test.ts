/** On Linux, the kernel tells whose a connection within the machine is, and only its own user may write. */
import assert from 'node:assert/strict';
import { endianness } from 'node:os';
import { guarded } from '../../src/endpoints/guard/guard';
import { hasOtherClient, ownerIn, type SocketOwner, type Verdict } from '../../src/endpoints/guard/peerUser';
import { HttpError } from '../../src/http/message/httpError';
import type { Peer } from '../../src/http/message/message';
import { defaultOptions } from '../../src/options';
import { requestOf } from '../support/guarded';
import { read } from '../support/request';
import { needs } from '../support/needs';

const heading = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';

interface Socket {
  readonly from: string;
  readonly to: string;
  readonly state?: string;
  readonly user?: number;
  readonly inode?: number;
}

const listOf = (...sockets: Socket[]): string =>
  heading +
  sockets
    .map(({ from, to, state = '01', user = 1000, inode = 4711 }, i) => {
      const numbers = `${String(user).padStart(5)}        0 ${inode} 1 00000000b81dc415 20 4 30 10 -1`;
      return `${String(i).padStart(4)}: ${from} ${to} ${state} 00000000:00000000 00:00000000 00000000 ${numbers}\n`;
    })
    .join('');

const client = '0100007F:C350';
const server = '0200007F:107D';
const mapped = (end: string) => `0000000000000000FFFF0000${end}`;
const loopback6 = (port: string) => `00000000000000000000000001000000:${port}`;
const peer4: Peer = { address: '127.0.0.1', port: 0xc350, localAddress: '127.0.0.2', localPort: 0x107d };
const peer6: Peer = { ...peer4, address: '::1', localAddress: '::1' };
const other = { from: '0100007F:C351', to: server, user: 7 };

describe('the owner of a connection', function () {
  before(function () {
    needs(this, 'a processor that puts the lowest octet first', endianness() === 'LE');
  });

  const rows: readonly [name: string, list: string, peer: Peer, owner: SocketOwner][] = [
    ['by its two ends', listOf(other, { from: client, to: server, user: 33 }), peer4, 33],
    ['not by our end of it', listOf({ from: server, to: client, user: 33 }, { from: client, to: server }), peer4, 1000],
    ['not by another connection of the client', listOf({ from: client, to: '0200007F:107E' }), peer4, 'gone'],
    ['not by a longer port', listOf({ from: client, to: `${server}0` }), peer4, 'gone'],
    ['to a port of few digits', listOf({ from: client, to: '0200007F:0050', user: 8 }), { ...peer4, localPort: 80 }, 8],
    ['of IPv4 through an IPv6 socket', listOf({ from: mapped(client), to: mapped(server), user: 5 }), peer4, 5],
    ['of IPv6', listOf({ from: loopback6('C350'), to: loopback6('107D'), user: 6 }), peer6, 6],
    ['the superuser', listOf({ from: client, to: server, user: 0 }), peer4, 0],
    ['half-closed', listOf({ from: client, to: server, state: '05' }), peer4, 1000],
    ['closed by the client', listOf({ from: client, to: server, state: '05', user: 0, inode: 0 }), peer4, 'gone'],
    ['closed by both', listOf({ from: client, to: server, state: '06', user: 0, inode: 0 }), peer4, 'gone'],
    ['reset by the client', listOf(other), peer4, 'gone'],
    ['forgotten by the client, not by us', listOf({ from: server, to: client, state: '08' }), peer4, 'gone'],
    ['of somebody outside this kernel', listOf(other, { from: server, to: client }), peer4, 'elsewhere'],
    [
      'of somebody outside, to an IPv6 socket',
      listOf({ from: mapped(server), to: mapped(client) }),
      peer4,
      'elsewhere',
    ],
    ['of a client that is gone so long that its address is', listOf(other), { ...peer4, address: '' }, 'gone'],
    ['of nobody', '', peer4, 'gone'],
  ];
  for (const [name, list, peer, owner] of rows) {
    it(`${name}: ${owner}`, () => assert.equal(ownerIn(list, peer), owner));
  }
});

describe('a client of another user on a port', function () {
  before(function () {
    needs(this, 'a machine whose numbers begin at the small end', endianness() === 'LE');
  });

  const rows: readonly [name: string, list: string, seen: boolean][] = [
    ['connected to it', listOf({ from: client, to: server, user: 7 }), true],
    ['connected to it by IPv6', listOf({ from: loopback6('C351'), to: loopback6('107D'), user: 7 }), true],
    [
      'behind others',
      listOf({ from: client, to: server, user: 1000 }, { from: client, to: server, user: 0 }, other),
      true,
    ],
    ['that closed its socket', listOf({ from: client, to: server, user: 7, inode: 0 }), false],
    ['connected to another port', listOf({ from: client, to: '0200007F:107E', user: 7 }), false],
    ['connected to a longer port', listOf({ from: client, to: `${server}0`, user: 7 }), false],
    ['that serves from the same port', listOf({ from: server, to: client, user: 7 }), false],
    ['that is our own', listOf({ from: client, to: server, user: 1000 }), false],
    ['that is the superuser', listOf({ from: client, to: server, user: 0 }), false],
  ];
  for (const [name, list, seen] of rows) {
    it(`S1: ${name}: ${seen ? 'is' : 'none'}`, () => assert.equal(hasOtherClient(list, 0x107d, 1000), seen));
  }
});

describe('another user of the machine', () => {
  const options = { ...defaultOptions, directory: '' };
  const answerOf = async (method: string, verdict: Verdict | Promise<Verdict>, token = ''): Promise<number> => {
    const guard = guarded(
      { ...options, token },
      () => ({ status: 200, fields: [] }),
      () => verdict,
    );
    try {
      return (await guard.endpoint(requestOf({ method, fields: [['Authorization', 'Bearer t']] }))).status;
    } catch (error) {
      return error instanceof HttpError ? error.status : 0;
    }
  };

  const refusal = new HttpError(403, 'no');
  for (const verdict of [refusal, Promise.resolve(refusal)]) {
    const when = verdict instanceof Promise ? 'found out later' : 'known';
    for (const method of ['GET', 'HEAD', 'OPTIONS']) {
      it(`${when}: may ${method}`, async () => assert.equal(await answerOf(method, verdict), 200));
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'MKCOL', 'COPY', 'MOVE', 'PATCH']) {
      it(`${when}: may not ${method}`, async () => assert.equal(await answerOf(method, verdict), 403));
      it(`${when}: may ${method} with the token`, async () => assert.equal(await answerOf(method, verdict, 't'), 200));
    }
  }

  it('may not talk to what is behind the server by another protocol', async () => {
    const guard = guarded(
      options,
      () => ({ status: 200, fields: [] }),
      () => refusal,
    );
    const upgrading = requestOf({ method: 'GET', fields: [['Upgrade', 'websocket']] });
    await assert.rejects(async () => guard.endpoint(upgrading), refusal);
  });

  it('is told besides what whoever runs the server says of it', async () => {
    const refused = new HttpError(403, 'No.', [], { advise: 'token' });
    const advice = { token: 'That is set so.' };
    const { onError } = guarded(
      options,
      () => ({ status: 200, fields: [] }),
      () => refused,
      advice,
    );
    const { text } = await read(onError(refused, requestOf({ method: 'POST' })));
    assert.equal(text, 'No. That is set so.\n');
  });

  it('is not kept out who is the same', async () => {
    assert.equal(await answerOf('POST', 'may'), 200);
    assert.equal(await answerOf('POST', Promise.resolve('may')), 200);
  });
});
