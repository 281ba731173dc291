/** Whether anybody else can be at work on the machine, by the files that tell of it. */
import assert from 'node:assert/strict';
import { leastIdIn, otherAccountIn, otherIdIn, otherSourceIn, whoElse } from '../../src/endpoints/guard/otherUsers';

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

describe('S1: this machine', () => {
  it('is looked at, and says who there may be, or that nobody is', async () => {
    const other = await whoElse(process.geteuid?.() ?? 0);
    assert.ok(other === undefined || /^(?:the account|accounts of|there is a process|who is there)/.test(other), other);
  });
});
