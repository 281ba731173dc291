/** Who may write on a machine, by all that its files tell: its sockets, its accounts, its processes. */
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { endianness } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { mayWrite, PeerUsers, type Verdict } from '../../src/endpoints/guard/peerUser';
import { pool } from '../../src/files/pool';
import { HttpError } from '../../src/http/message/httpError';
import type { Peer } from '../../src/http/message/message';
import { TestFolder } from '../support/folder';
import { needs, needsLinux, needsPosix, needsSuperuser } from '../support/needs';
import { nobody, withProcessOf } from '../support/otherUser';

const own = process.geteuid?.() ?? 0;
/** Of somebody else. */
const foreign = 7;

const client = '0100007F:C350';
const server = '0100007F:107D';
const mapped = (end: string): string => `0000000000000000FFFF0000${end}`;
const six = (port: string): string => `00000000000000000000000001000000:${port}`;

const row = (from: string, to: string, user: number, inode = 4711): string =>
  `   0: ${from} ${to} 01 00000000:00000000 00:00000000 00000000 ${user}        0 ${inode} 1 0\n`;
const listOf = (...rows: string[]): string => `  sl  local_address rem_address   st\n${rows.join('')}`;

const peer4: Peer = { address: '127.0.0.1', port: 0xc350, localAddress: '127.0.0.1', localPort: 0x107d };
const peer6: Peer = { ...peer4, address: '::1', localAddress: '::1' };

type Lists = readonly [tcp: string | undefined, tcp6: string | undefined];

const accounts = 'root:x:0:0::/root:/bin/sh\n';
const bob = 'bob:x:1001:1001::/home/bob:/bin/sh\n';

const closed = 'The connection was closed before it could be told which user of this machine it was of';
const help = 'let the client wait for the answer, or give the server a token.';
const unknown = `${closed}, and there may be others: ${help}`;
const other = 'Another user of this machine may not write, unless the server has a token.';

const refused = (verdict: Verdict): HttpError => {
  assert.ok(verdict instanceof HttpError);
  assert.deepEqual([verdict.status, verdict.advise, verdict.fields], [403, 'token', []]);
  return verdict;
};

describe('a machine and who may write there', function () {
  let machine: TestFolder;
  let users: PeerUsers;
  before(function () {
    needsPosix(this);
    needs(this, 'a processor that puts the lowest octet first', endianness() === 'LE');
  });
  beforeEach(() => {
    machine = new TestFolder();
    machine.write('etc/passwd', accounts).write('proc/1/status', 'Uid:\t0\t0\t0\t0\n');
    machine.write('proc/net/tcp', listOf()).write('proc/net/tcp6', listOf());
    users = new PeerUsers(machine.path);
  });
  afterEach(() => machine.remove());

  const gone = row(client, server, 0, 0);
  const rows: readonly [promise: string, lists: Lists, peer: Peer, says: string][] = [
    ['a client of our own', [row(client, server, own), ''], peer4, 'may'],
    ['a client of the superuser', [row(client, server, 0), ''], peer4, 'may'],
    ['a client of another user', [row(client, server, foreign), ''], peer4, other],
    ['one through an IPv6 socket', ['', row(mapped(client), mapped(server), foreign)], peer4, other],
    ['one by IPv6', ['', row(six('C350'), six('107D'), foreign)], peer6, other],
    ['one by IPv6 where there is no list of IPv4', [undefined, row(six('C350'), six('107D'), foreign)], peer6, other],
    ['one by IPv4 where there is no list of IPv6', [row(client, server, foreign), undefined], peer4, other],
    ['a client elsewhere', [row(server, client, own), ''], peer4, 'may'],
    ['a client elsewhere, where there is no list of IPv6', [row(server, client, own), undefined], peer4, 'may'],
    ['any client where there are no lists', [undefined, undefined], peer4, 'may'],
    ['any client by IPv6 where there are no lists', [undefined, undefined], peer6, 'may'],
    ['any client where there is only a list of the other kind', [undefined, gone], peer4, 'may'],
  ];
  const setLists = ([tcp, tcp6]: Lists): void => {
    for (const [name, list] of [['proc/net/tcp', tcp] as const, ['proc/net/tcp6', tcp6] as const]) {
      if (list === undefined) rmSync(machine.at(name), { force: true });
      else machine.write(name, listOf(list));
    }
  };
  for (const [promise, lists, peer, says] of rows) {
    it(`${promise}: ${says}`, async () => {
      // Nobody is let in here by there being nobody else.
      machine.write('etc/passwd', accounts + bob);
      setLists(lists);
      const verdict = await users.mayWrite(peer);
      assert.equal(verdict === 'may' ? verdict : refused(verdict).message, says);
    });
  }

  it('is asked once for each connection', async () => {
    setLists([row(client, server, foreign), '']);
    const verdict = await users.mayWrite(peer4);
    setLists([row(client, server, own), '']);
    assert.equal(users.mayWrite(peer4), verdict);
    assert.equal(await users.mayWrite({ ...peer4 }), 'may');
  });

  it('is not believed for once where a client seems to be elsewhere, for it may have closed its socket meanwhile', async () => {
    const valve = new EventEmitter();
    setLists(['', row(six('107D'), six('C350'), own)]);
    // Both places are taken, so that the reading waits, and what comes between the two of them behind it.
    const places = [pool.run(() => once(valve, 'first')), pool.run(() => once(valve, 'second'))];
    const verdict = users.mayWrite(peer6);
    await setImmediate();
    const between = pool.run(() => {
      setLists(['', row(six('C350'), six('107D'), foreign)]);
      return Promise.resolve();
    });
    valve.emit('first');
    await between;
    valve.emit('second');
    await Promise.all(places);
    assert.equal(refused(await verdict).message, other);
  });

  it('lets nobody in while its lists cannot be read, such as for want of descriptors', async () => {
    rmSync(machine.at('proc/net/tcp'));
    mkdirSync(machine.at('proc/net/tcp'));
    await assert.rejects(async () => users.mayWrite(peer4), { code: 'EISDIR' });
    rmSync(machine.at('proc/net/tcp'), { recursive: true });
    setLists([row(client, server, own), '']);
    assert.equal(await users.mayWrite(peer4), 'may');
  });

  it('lets nobody in while reading them fails', async function () {
    needsLinux(this);
    rmSync(machine.at('proc/net/tcp'));
    // Nothing is at its beginning: EIO.
    machine.link('proc/net/tcp', '/proc/self/mem');
    await assert.rejects(async () => users.mayWrite(peer4), { kind: 'failed' });
  });

  // The second one may be written only, by whomever.
  for (const [promise, target] of [
    ['has lists that lead nowhere', 'tcp'],
    ['keeps its lists to itself', '/proc/self/clear_refs'],
  ] as const) {
    it(`${promise}: as if there were none`, async function () {
      needsLinux(this);
      rmSync(machine.at('proc/net/tcp'));
      machine.link('proc/net/tcp', target);
      assert.equal(await users.mayWrite(peer4), 'may');
    });
  }

  describe('of a connection that is closed already', () => {
    const lists: readonly [name: string, lists: Lists, peer: Peer][] = [
      ['closed', [gone, ''], peer4],
      ['forgotten', ['', ''], peer4],
      ['closed, where there is no list of IPv6', [gone, undefined], peer4],
      ['forgotten, where there is no list of IPv6', ['', undefined], peer4],
      ['closed, by IPv6', ['', row(six('C350'), six('107D'), 0, 0)], peer6],
    ];
    for (const [name, both, peer] of lists) {
      it(`${name}: its client may write while there is nobody else, again and again`, async () => {
        setLists(both);
        assert.equal(await users.mayWrite(peer), 'may');
        assert.equal(await users.mayWrite({ ...peer }), 'may');
      });

      it(`${name}: its client may not where another account can log in`, async () => {
        machine.write('etc/passwd', accounts + bob);
        setLists(both);
        const { message, reason } = refused(await users.mayWrite(peer));
        assert.deepEqual([message, reason], [unknown, `${closed}, and the account bob can log in: ${help}`]);
      });

      it(`${name}: its client may not while a process of somebody else is there`, async () => {
        machine.write('proc/4711/status', 'Uid:\t1001\t1001\t1001\t1001\n');
        setLists(both);
        const { reason } = refused(await users.mayWrite(peer));
        assert.equal(reason, `${closed}, and there is a process of the user 1001: ${help}`);
      });
    }

    const seen = `${closed}, and clients of another user have come to this port: ${help}`;

    it('its client may not once another user has asked on this port, and may on others', async () => {
      setLists([row(client, server, foreign), '']);
      refused(await users.mayWrite(peer4));
      setLists([gone, '']);
      assert.equal(refused(await users.mayWrite({ ...peer4 })).reason, seen);
      assert.equal(await users.mayWrite({ ...peer4, localPort: 80 }), 'may');
    });

    it('its client may not once another user was connected to this port when somebody asked', async () => {
      setLists([row(client, server, own) + row('0100007F:C351', server, foreign), '']);
      assert.equal(await users.mayWrite(peer4), 'may');
      setLists([gone, '']);
      assert.equal(refused(await users.mayWrite({ ...peer4 })).reason, seen);
    });

    it('its client may not where another user’s connection stands beside it', async () => {
      setLists([gone, row(mapped('0100007F:C351'), mapped(server), foreign)]);
      assert.equal(refused(await users.mayWrite(peer4)).reason, seen);
    });
  });
});

describe('this machine', () => {
  /** Nobody has a connection from port 1. */
  const closedAlready = (): Peer => ({ ...peer4, port: 1 });

  it('is looked at, and tells of a closed connection what is true', async function () {
    needsLinux(this);
    const looked = mayWrite(closedAlready());
    assert.ok(looked instanceof Promise);
    const verdict = await looked;
    if (verdict === 'may') return;
    assert.equal(refused(verdict).message, unknown);
    assert.match(verdict.reason, /, and (?:the account|accounts of|there is a process|who is there|clients)/);
  });

  it('has somebody else on it while a process of another user runs, who keeps closed connections out', async function () {
    needsLinux(this);
    needsSuperuser(this);
    await withProcessOf(nobody, async () => void refused(await mayWrite(closedAlready())));
  });
});
