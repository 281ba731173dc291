/** Whether whoever owns something on disk is there no more: what nobody can tell counts as living. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import fs, { existsSync, readFileSync, readlinkSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect, createServer, type Server } from 'node:net';
import { hostname } from 'node:os';
import { threadId } from 'node:worker_threads';
import type * as owners from '../../src/files/unfinished/owner';
import { canBeSocket, isGone, ownerHere, parseOwner, type Owner } from '../../src/files/unfinished/owner';
import { TestFolder } from '../support/folder';
import { Mocks, systemError } from '../support/mocks';
import { needsLinux, needsPosix } from '../support/needs';

const mocks = new Mocks();
afterEach(() => mocks.restore());

/** A process id that nobody has any more. */
const deadPid = (): number => spawnSync(process.execPath, ['--version']).pid;

/** Has the system tell something else of a file; nothing for an error. */
function telling(texts: Readonly<Record<string, string | undefined>>): void {
  const read = fs.readFileSync;
  mocks.method(fs, 'readFileSync', (path: string, ...rest: [BufferEncoding]) => {
    if (!(path in texts)) return read(path, ...rest);
    const text = texts[path];
    if (text === undefined) throw systemError('ENOENT');
    return text;
  });
}

const bootFile = '/proc/sys/kernel/random/boot_id';
const machineFile = '/etc/machine-id';
const spaceFile = '/proc/self/ns/pid';

describe('an owner', () => {
  let folder: TestFolder;
  let socket: string;
  let listener: Server | undefined;
  beforeEach(() => {
    folder = new TestFolder();
    socket = folder.at('alive');
  });
  afterEach(async () => {
    if (listener !== undefined) {
      listener.close();
      await once(listener, 'close');
    }
    listener = undefined;
    folder.remove();
  });

  const listen = async (path = socket): Promise<void> => {
    listener = createServer((each) => each.destroy()).listen(path);
    if (!listener.listening) await once(listener, 'listening');
  };

  const startOf = (pid: number): string =>
    readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ')[19] ?? '';

  it('is told as the system tells it', function () {
    needsLinux(this);
    const machine = existsSync(machineFile) ? readFileSync(machineFile, 'latin1').trim() : '';
    assert.deepEqual(ownerHere(true), {
      boot: readFileSync(bootFile, 'latin1').trim(),
      machine: createHash('sha256')
        .update(machine + hostname())
        .digest('hex')
        .slice(0, 16),
      namespace: readlinkSync(spaceFile),
      pid: process.pid,
      start: startOf(process.pid),
      thread: threadId,
      answers: true,
    });
  });

  it('is read as it was written, and nothing else is', () => {
    const owner = ownerHere(false);
    assert.deepEqual(parseOwner(JSON.stringify(owner)), owner);
    assert.equal(parseOwner(JSON.stringify({ ...owner, answers: 1 })).answers, false);
    assert.throws(
      () => parseOwner('{"pid":1}'),
      (error) => error instanceof SyntaxError && error.message === 'It tells of no owner.',
    );
  });

  interface Case {
    readonly owner: () => Partial<Owner>;
    /** Whether somebody listens at its socket. */
    readonly listens?: boolean;
    readonly gone: boolean;
  }

  const parent = (): Partial<Owner> => ({ pid: process.ppid, start: startOf(process.ppid) });
  const cases: Readonly<Record<string, Case>> = {
    'a process that lives': { owner: parent, gone: false },
    'one that lives and answers no more, for its socket may have been taken away': {
      owner: () => ({ ...parent(), answers: true }),
      gone: false,
    },
    'one that lives no more': { owner: () => ({ ...parent(), pid: deadPid() }), gone: true },
    'one whose number another one has': { owner: () => ({ ...parent(), start: '1' }), gone: true },
    'one of this boot, whatever the machine is called by now': {
      owner: () => ({ pid: deadPid(), machine: 'other' }),
      gone: true,
    },
    'one of an earlier boot': { owner: () => ({ ...parent(), boot: 'other' }), gone: true },
    'one of another machine': { owner: () => ({ pid: deadPid(), boot: 'other', machine: 'other' }), gone: false },
    'this thread, whoever listens at its socket': { owner: () => ({ answers: true }), listens: true, gone: true },
    'another thread that answers': { owner: () => ({ thread: -1, answers: true }), listens: true, gone: false },
    'another thread that answers no more': { owner: () => ({ thread: -1, answers: true }), gone: true },
    'another thread that never answered': { owner: () => ({ thread: -1 }), gone: true },
    'one of another container that answers': {
      owner: () => ({ namespace: 'pid:[1]', answers: true }),
      listens: true,
      gone: false,
    },
    'one of another container that answers no more': {
      owner: () => ({ namespace: 'pid:[1]', answers: true }),
      gone: true,
    },
    'one of another container that never answered': { owner: () => ({ namespace: 'pid:[1]' }), gone: false },
  };
  for (const [promise, { owner, listens = false, gone }] of Object.entries(cases)) {
    it(`is ${gone ? 'gone' : 'not gone'}: ${promise}`, async function () {
      needsLinux(this);
      if (listens) await listen();
      assert.equal(await isGone({ ...ownerHere(false), ...owner() }, socket), gone);
    });
  }

  it('is gone if its socket refuses, not if that cannot be asked', async function () {
    needsLinux(this);
    await listen(folder.at('first'));
    renameSync(folder.at('first'), socket);
    listener?.close();
    await once(listener ?? connect(socket), 'close');
    listener = undefined;
    assert.ok(existsSync(socket));
    const owner = { ...ownerHere(false), namespace: 'pid:[1]', answers: true };
    assert.equal(await isGone(owner, socket), true);
    assert.equal(await isGone(owner, folder.write('file', '').at('file/alive')), false);
  });

  it('is not gone if its socket has a path that is too long to be asked', async function () {
    needsLinux(this);
    const owner = { ...ownerHere(false), namespace: 'pid:[1]', answers: true };
    assert.deepEqual([canBeSocket('x'.repeat(103)), canBeSocket('\u00fc'.repeat(52))], [true, false]);
    assert.equal(await isGone(owner, folder.at('x'.repeat(104))), false);
    assert.equal(
      await isGone(
        { ...owner, namespace: ownerHere(false).namespace, answers: false, thread: -1 },
        folder.at('x'.repeat(104)),
      ),
      true,
    );
  });

  it('lets go of the socket that it was asked by', async function () {
    needsLinux(this);
    await listen();
    const asked = once(listener ?? connect(socket), 'connection');
    await isGone({ ...ownerHere(false), namespace: 'pid:[1]', answers: true }, socket);
    await asked;
    listener?.close();
    if (listener !== undefined) await once(listener, 'close');
    listener = undefined;
  });

  describe('by what the system tells of a process', () => {
    const ours = { ...ownerHere(false), pid: process.ppid };
    const stat = `/proc/${process.ppid}/stat`;
    const line = (name: string, state: string): string => `1 (${name}) ${state} ${Array(18).fill(0).join(' ')} 4242 0`;
    const rows: readonly (readonly [promise: string, text: string, gone: boolean])[] = [
      ['a plain one', line('node', 'S'), false],
      ['one whose name looks like the end of it', line('a) Z 1 2', 'S'), false],
      ['one that has ended and waits for its parent', line('node', 'Z'), true],
    ];
    for (const [promise, text, gone] of rows) {
      it(`${promise} is ${gone ? '' : 'not '}gone`, async function () {
        needsLinux(this);
        telling({ [stat]: text });
        assert.equal(await isGone({ ...ours, start: '4242' }, socket), gone);
      });
    }

    for (const [code, gone] of [
      ['EPERM', false],
      ['ESRCH', true],
    ] as const) {
      it(`one that may not be spoken to is ${gone ? '' : 'not '}gone: ${code}`, async function () {
        needsLinux(this);
        mocks.method(process, 'kill', () => {
          throw systemError(code);
        });
        telling({ [stat]: line('node', 'S') });
        assert.equal(await isGone({ ...ours, start: '4242' }, socket), gone);
      });
    }
  });

  describe('where the system tells little', () => {
    let told: typeof owners;
    let ours: Owner;
    beforeEach(function () {
      needsPosix(this);
      const parts = { [bootFile]: undefined, [machineFile]: undefined };
      const processes = Object.fromEntries([process.pid, process.ppid].map((pid) => [`/proc/${pid}/stat`, undefined]));
      telling({ ...parts, ...processes });
      mocks.method(fs, 'readlinkSync', () => {
        throw systemError('ENOENT');
      });
      // What it knows of the system is asked for once.
      const load = createRequire(__filename);
      const path = load.resolve('../../src/files/unfinished/owner');
      const kept = load.cache[path];
      Reflect.deleteProperty(load.cache, path);
      told = load(path) as typeof owners;
      load.cache[path] = kept;
      ours = told.ownerHere(false);
    });

    it('is told by the machine, the process and the thread', () => {
      const machine = createHash('sha256').update(hostname()).digest('hex').slice(0, 16);
      const texts = { boot: '', machine, namespace: '', start: '' };
      assert.deepEqual(ours, { ...texts, pid: process.pid, thread: threadId, answers: false });
    });

    const rows: readonly (readonly [promise: string, owner: () => Partial<Owner>, gone: boolean])[] = [
      ['a process that lives', () => ({ pid: process.ppid }), false],
      ['a process that lives and answers no more', () => ({ pid: process.ppid, answers: true }), true],
      ['a process that is no more', () => ({ pid: deadPid() }), true],
      ['one of another machine', () => ({ pid: deadPid(), machine: 'other' }), false],
      ['one of whose boot is told', () => ({ pid: deadPid(), boot: 'some' }), true],
    ];
    for (const [promise, owner, gone] of rows) {
      it(`${promise} is ${gone ? '' : 'not '}gone`, async () => {
        assert.equal(await told.isGone({ ...ours, ...owner() }, socket), gone);
      });
    }
  });
});
