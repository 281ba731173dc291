/** Whether anybody else can be at work on the machine, by the files that tell of it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, rmSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { leastIdIn, otherAccountIn, otherIdIn, otherSourceIn, OtherUsers } from '../../src/endpoints/guard/otherUsers';
import { TestFolder } from '../support/folder';
import { needsLinux, needsPosix } from '../support/needs';

describe('S1: an account by which somebody else can log in', () => {
  const system = [
    'root:x:0:0:root:/root:/bin/bash',
    'daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin',
    'postgres:x:999:999::/var/lib/postgresql:/bin/bash',
    'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin',
    '',
  ].join('\n');
  const rows: readonly (readonly [promise: string, lines: string, account: string | undefined])[] = [
    ['is none among those of the system', '', undefined],
    ['is not our own', 'me:x:1000:1000::/home/me:/bin/bash', undefined],
    ['is not another name of our own', 'also:x:1000:1000::/home/me:/bin/zsh', undefined],
    ['is one with a shell', 'bob:x:1001:1001:Bob,,,:/home/bob:/bin/bash', 'bob'],
    ['is one with any shell', 'git:x:1002:1002::/srv/git:/usr/bin/git-shell', 'git'],
    ['is one without a shell, for it has the usual one', 'bob:x:1001:1001::/home/bob:', 'bob'],
    ['is one that is cut short', 'bob:x:1001', 'bob'],
    ['is none that is closed', 'bob:x:1001:1001::/home/bob:/sbin/nologin', undefined],
    ['is none that is closed by another program', 'bob:x:1001:1001::/home/bob:/bin/false', undefined],
    ['is one whose shell only looks like that', 'bob:x:1001:1001::/home/bob:/bin/my-false', 'bob'],
    ['is one whose shell only begins like that', 'bob:x:1001:1001::/home/bob:/bin/false-friend', 'bob'],
    ['is none that is closed by a program without a folder', 'bob:x:1001:1001::/home/bob:nologin', undefined],
    ['is one of another machine', '+::::::', '+'],
    ['is one of a group of another machine', '+@staff', '+@staff'],
    ['is none that is closed, whatever stands behind', 'bob:x:1001:1001::/home/bob:/sbin/nologin\r', undefined],
    ['is none that has no number', 'a:x:1001b:1::/h:/bin/sh\nb:x:b1001:1::/h:/bin/sh\nc:x::1::/h:/bin/sh', undefined],
    ['is one with the least id of all', 'bob:x:1000:1000::/h:/bin/sh\nme:x:1001:1001::/h:/bin/sh', 'bob'],
    ['is one whose name has a sign within', 'a-b+c:x:999:999::/h:/bin/sh\nd:x:1002:1::/h:/bin/sh', 'd'],
    ['is the first one', 'me:x:1000:1000::/h:/bin/sh\na:x:1001:1::/h:/bin/sh\nb:x:1002:1::/h:/bin/sh', 'a'],
  ];
  for (const [promise, lines, account] of rows) {
    const own = lines.startsWith('bob:x:1000:') ? 1001 : 1000;
    it(promise, () => assert.equal(otherAccountIn(system + lines, 1000, own), account));
  }
  it('is one below the usual ids, where the system says so', () => {
    assert.equal(otherAccountIn(system, 500, 1000), 'postgres');
    assert.equal(otherAccountIn(system, 500, 999), undefined);
  });

  const definitions: readonly (readonly [text: string, id: number])[] = [
    ['', 1000],
    ['UID_MIN 500\n', 500],
    ['# UID_MIN 1\nSYS_UID_MIN\t100\n UID_MIN\t\t\t 2000\nUID_MAX 60000\n', 2000],
    ['UID_MIN many\n', 1000],
  ];
  for (const [text, id] of definitions) {
    it(`has an id of at least ${id} by ${JSON.stringify(text)}`, () => assert.equal(leastIdIn(text), id));
  }

  const switches: readonly (readonly [text: string, source: string | undefined])[] = [
    ['', undefined],
    ['passwd: files systemd\ngroup: ldap\n', undefined],
    ['# passwd: ldap\npasswd:files\n', undefined],
    ['passwd: files [SUCCESS=merge] systemd # ldap\n', undefined],
    ['passwd: compat altfiles db extrausers mymachines\n', undefined],
    ['passwd:         files sss\n', 'sss'],
    [' \tpasswd: files sss\n', 'sss'],
    ['passwd: files[NOTFOUND=return]systemd\n', undefined],
    ['passwd:\n', undefined],
    ['passwd: compat [NOTFOUND=return] winbind\n', 'winbind'],
  ];
  for (const [text, source] of switches) {
    it(`comes from ${source ?? 'here'} by ${JSON.stringify(text)}`, () => assert.equal(otherSourceIn(text), source));
  }
});

describe('S1: a process of somebody else', () => {
  const status = (ids: string): string => `Name:\tUid:\t7\nState:\tS\nTgid:\t1\nUid:\t${ids}\nGid:\t7\t7\t7\t7\n`;
  const rows: readonly (readonly [promise: string, ids: string, id: number | undefined])[] = [
    ['is none of our own', '1000\t1000\t1000\t1000', undefined],
    ['is none of the superuser', '0\t0\t0\t0', undefined],
    ['is none of the system', '101\t101\t101\t101', undefined],
    ['is one of another id', '1001\t1001\t1001\t1001', 1001],
    ['is one that has come to be the superuser', '1001\t0\t0\t0', 1001],
    ['is one that can become another', '1000\t1000\t1002\t1000', 1002],
    ['is one of the least id', '1001\t1001\t1001\t1001', 1001],
    ['is one of a high id', '65534\t65534\t65534\t65534', 65534],
  ];
  for (const [promise, ids, id] of rows)
    it(promise, () => assert.equal(otherIdIn(status(ids), promise.endsWith('least id') ? 1001 : 1000, 1000), id));
  it('is none of a name that looks like ids', () => {
    const named = 'Name:\tx Uid:\t1001\t1001\t1001\t1001\nUid:\t1000\t1000\t1000\t1000\n';
    assert.equal(otherIdIn(named, 1000, 1000), undefined);
    // Wherever accounts of people begin.
    assert.equal(otherIdIn(status('0\t0\t0\t0'), 0, 1000), undefined);
  });
  it('is none of what tells nothing', () => assert.equal(otherIdIn('', 1000, 1000), undefined));
});

describe('S1: a machine', () => {
  let machine: TestFolder;
  let users: OtherUsers;
  const status = (id: number): string => `Name:\tx\nUid:\t${id}\t${id}\t${id}\t${id}\n`;
  const system = 'root:x:0:0::/root:/bin/sh\npostgres:x:999:999::/srv:/bin/sh\nme:x:1000:1000::/home/me:/bin/sh\n';
  const bob = 'bob:x:1001:1001::/home/bob:/bin/sh\n';
  before(function () {
    needsPosix(this);
  });
  beforeEach(() => {
    machine = new TestFolder();
    machine.write('etc/passwd', system).write('proc/1/status', status(0)).write('proc/42/status', status(1000));
    users = new OtherUsers(machine.path);
  });
  afterEach(() => machine.remove());

  type Row = readonly [promise: string, files: Readonly<Record<string, string | undefined>>, words: string | undefined];
  const hidden = 'who is there cannot be told (Error: processes are hidden)';
  const rows: readonly Row[] = [
    ['has nobody else', {}, undefined],
    ['has nobody else by any of its files', { 'etc/login.defs': 'UID_MIN 1000\n', 'etc/nsswitch.conf': '' }, undefined],
    ['has an account', { 'etc/passwd': system + bob }, 'the account bob can log in'],
    ['says where accounts begin', { 'etc/login.defs': 'UID_MIN 500\n' }, 'the account postgres can log in'],
    ['has no list of its accounts', { 'etc/passwd': undefined }, 'the account + can log in'],
    ['has others’ accounts', { 'etc/nsswitch.conf': 'passwd: files sss\n' }, 'accounts of sss can log in'],
    ['has a process', { 'proc/7/status': status(1001) }, 'there is a process of the user 1001'],
    ['has a process of many digits', { 'proc/471100/status': status(1001) }, 'there is a process of the user 1001'],
    [
      'has one below',
      { 'etc/login.defs': 'UID_MIN 1001', 'proc/7/status': status(1001) },
      'there is a process of the user 1001',
    ],
    ['has what is no process', { 'proc/7x/status': status(1001), 'proc/x7/status': status(1001) }, undefined],
    ['has a process that has just ended', { 'proc/7/cmdline': '' }, undefined],
    ['hides its processes', { 'proc/1/status': undefined }, hidden],
    ['does not show a process', { 'proc/7/status/x': '' }, 'who is there cannot be told (EISDIR)'],
    ['has no processes', { proc: undefined }, 'who is there cannot be told (ENOENT)'],
  ];
  for (const [promise, files, words] of rows) {
    it(`${promise}: ${words ?? 'nobody'}`, async () => {
      for (const [name, content] of Object.entries(files)) {
        if (content !== undefined) machine.write(name, content);
        else rmSync(machine.at(name.replace('/status', '')), { recursive: true });
      }
      assert.equal(await users.whoElse(1000), words);
    });
  }

  it('has a process that ends while it is looked at: nobody', async function () {
    needsLinux(this);
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'inherit'] });
    const opened = openSync(`/proc/${child.pid}/status`, 'r');
    try {
      const ended = once(child, 'close');
      child.stdin.end();
      await ended;
      // What was open when its process ended can be opened by this way, and not be read: ESRCH.
      machine.write('proc/7/cmdline', '').link('proc/7/status', `/proc/self/fd/${opened}`);
      assert.equal(await users.whoElse(1000), undefined);
    } finally {
      closeSync(opened);
    }
  });

  it('is looked at once for all who ask before the look begins, and anew for who asks later', async () => {
    const first = users.whoElse(1000);
    assert.equal(users.whoElse(1000), first);
    await setImmediate();
    machine.write('etc/passwd', system + bob);
    const second = users.whoElse(1000);
    assert.notEqual(second, first);
    assert.equal(users.whoElse(1000), second);
    assert.equal(await second, 'the account bob can log in');
    await first;
  });
});
