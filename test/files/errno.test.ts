/** Each failure of a system call is told by its operation and its number, not by its usual cause. */
import assert from 'node:assert/strict';
import { closeSync, opendirSync, openSync, readFileSync, readlinkSync, readSync, rmdirSync } from 'node:fs';
import { constants } from 'node:os';
import { inflateRawSync } from 'node:zlib';
import { httpErrorOf } from '../../src/endpoints/common/errorResponse';
import {
  errnoOf,
  FileError,
  isNothing,
  noFolder,
  readFailure,
  succeeds,
  writeFailure,
} from '../../src/files/fileError';
import { needsLinux } from '../support/needs';

/** As Node.js makes them; without a name where the runtime has none for the number. */
const failure = (syscall: string, errno: number, code = `Unknown system error -${errno}`): Error =>
  Object.assign(new Error(`${code}: ${syscall} '/a/secret/path'`), { syscall, errno: -errno, code });

const told = (error: unknown): string => {
  const known = httpErrorOf(error);
  return known === undefined ? 'nobody expected that' : `${known.status} ${known.message}`;
};

const mounted = '409 Something is mounted there: it can be neither replaced nor removed.';
const used = '503 Something else is using it at the moment.';
const full = '507 There is no room left to store the file.';
const away = '503 The file system does not answer at the moment.';
const failed = '500 The disk or the file system failed.';
const missing = '404 There is no such file.';
const cannot = '403 The file system cannot do that.';
const locked = '403 The key to what is encrypted there is lacking.';

type Row = readonly [promise: string, error: Error, reading: string, writing: string];

const rows: readonly Row[] = [
  ['F4: a rename onto a mount point', failure('rename', 16, 'EBUSY'), used, mounted],
  ['F4: the removal of a mount point', failure('unlink', 16, 'EBUSY'), used, mounted],
  ['F4: a second name for what is mounted', failure('link', 18, 'EXDEV'), 'nobody expected that', mounted],
  ['F4: a file in use', failure('open', 16, 'EBUSY'), used, used],
  [
    'F4: too many descriptors',
    failure('open', 24, 'EMFILE'),
    '503 Too many files are open at the moment.',
    '503 Too many files are open at the moment.',
  ],
  ['F5: no quota, without a name', failure('write', 122), 'nobody expected that', full],
  ['no quota, as Node.js says it of a write', failure('write', 122, 'UNKNOWN'), 'nobody expected that', full],
  ['a stale handle, as Node.js says it of a read', failure('read', 116, 'UNKNOWN'), away, away],
  [
    'what has neither a name nor a number that means anything',
    failure('read', 4094, 'UNKNOWN'),
    'nobody expected that',
    'nobody expected that',
  ],
  ['F5: no room', failure('write', 28, 'ENOSPC'), 'nobody expected that', full],
  ['F5: a stale handle, without a name', failure('open', 116), away, away],
  ['F5: a host that is down', failure('open', 112, 'EHOSTDOWN'), away, away],
  ['F5: a driver that is gone', failure('open', 107, 'ENOTCONN'), away, away],
  ['F5: no medium, without a name', failure('open', 123), away, away],
  ['F5: a disk that fails', failure('read', 5, 'EIO'), failed, failed],
  ['F5: a damaged file system, without a name', failure('open', 117), failed, failed],
  ['F5: no key, without a name', failure('open', 126), locked, locked],
  [
    'a file system that is read-only',
    failure('open', 30, 'EROFS'),
    'nobody expected that',
    '403 The file system is read-only.',
  ],
  ['a name that is too long', failure('open', 36, 'ENAMETOOLONG'), missing, '400 A name in the path is too long.'],
  ['what cannot be flushed there', failure('fsync', 22, 'EINVAL'), '403 The file cannot be read.', cannot],
  ['what cannot be flushed as it is read-only', failure('fsync', 30, 'EROFS'), 'nobody expected that', cannot],
  ['a folder that something is mounted on', failure('rmdir', 16, 'EBUSY'), used, mounted],
  ['a move onto another file system', failure('rename', 18, 'EXDEV'), 'nobody expected that', mounted],
  ...[108, 112, 124].map((number): Row => [`${number}, without a name`, failure('open', number), away, away]),
  ...[121, 133].map((number): Row => [`${number}, without a name`, failure('read', number), failed, failed]),
  ['a key that has expired, without a name', failure('open', 127), locked, locked],
  ['what has a name, whatever its number', failure('open', 13, 'ENOENT'), missing, missing],
  ['a number that nobody knows', failure('open', 4000), 'nobody expected that', 'nobody expected that'],
];

const denied = '403 The operating system does not allow it.';
const memory = '503 The system is short of memory at the moment.';
const unreadable = '403 The file cannot be read.';
const unexpected = 'nobody expected that';
const noName = '400 The file system takes no such name.';

/** By its name, whatever the operation. */
const byName: readonly (readonly [names: string, reading: string, writing: string])[] = [
  ['ENOENT', missing, missing],
  ['EACCES EPERM', denied, denied],
  ['ENOSYS ENOTSUP EOPNOTSUPP', cannot, cannot],
  ['ENOMEM ENOBUFS', memory, memory],
  ['EAGAIN EINTR EDEADLK ENOLCK', used, used],
  ['EHOSTUNREACH ENETDOWN ENETUNREACH ETIMEDOUT ECONNABORTED ECONNREFUSED ECONNRESET', away, away],
  ['ENXIO ENODEV', missing, unexpected],
  ['ENODATA', unreadable, unexpected],
  ['EINVAL', unreadable, noName],
  ['EILSEQ', unexpected, noName],
  ['EEXIST', unexpected, '409 A file is where the path needs a folder.'],
  ['ENOTDIR', missing, '409 A file is where the path needs a folder.'],
  ['EISDIR', unexpected, '409 A folder is where the file should be.'],
  ['ENOTEMPTY', unexpected, '409 The folder is not empty.'],
  ['ELOOP', missing, '403 That path may not be written.'],
  ['ETXTBSY', unexpected, '409 The file is a program that is running.'],
  ['EMLINK', unexpected, '507 The folder takes no more entries.'],
  ['EFBIG', unexpected, '507 The file is larger than the file system allows.'],
];

describe('a failure of the system, by its name', () => {
  for (const [names, reading, writing] of byName) {
    for (const name of names.split(' ')) {
      it(`${name}: ${reading}, or ${writing}`, () => {
        const error = failure('open', 0, name);
        assert.deepEqual([told(readFailure(error)), told(writeFailure(error))], [reading, writing]);
      });
    }
  }

  it('is none where there is no name of the system', () => {
    for (const error of [
      new Error('ENOENT'),
      { code: 'ENOENT', errno: -2 },
      Object.assign(new Error('x'), { code: 2, errno: -2 }),
      Object.assign(new Error('x'), { errno: -2 }),
      Object.assign(new Error('x'), { code: 'ENOENT' }),
      Object.assign(new Error('x'), { code: 'ENOENT', errno: undefined }),
      undefined,
    ]) {
      assert.equal(told(readFailure(error)), unexpected);
    }
  });
});

describe('whose word an error is', () => {
  const thrownBy = (work: () => void): unknown => {
    try {
      work();
    } catch (error) {
      return error;
    }
    return undefined;
  };
  const readClosed = (): void => {
    const directory = opendirSync('.');
    directory.closeSync();
    directory.readSync();
  };

  const words: readonly (readonly [promise: string, work: () => void, expected: string | undefined])[] = [
    ['what the system says of a path', () => openSync('gone/gone', 'r'), 'ENOENT'],
    ['what it says of a folder', () => rmdirSync('.'), 'EINVAL'],
    ['what it says of a list', () => opendirSync('package.json'), 'ENOTDIR'],
    ['what it says of a link', () => readlinkSync('.'), 'EINVAL'],
    ['what it says of content', () => readFileSync('.'), 'EISDIR'],
    ['what it says of text', () => readFileSync('.', 'utf8'), 'EISDIR'],
    ['what it says of a descriptor', () => closeSync(2 ** 31 - 1), 'EBADF'],
    ['what it says of a process', () => process.kill(2 ** 31 - 1, 0), 'ESRCH'],
    ['ERR_INVALID_ARG_TYPE of Node.js', () => openSync(undefined as never, 'r'), undefined],
    ['ERR_INVALID_ARG_VALUE of Node.js', () => openSync('\0', 'r'), undefined],
    ['ERR_OUT_OF_RANGE of Node.js', () => readSync(0, Buffer.alloc(1), 2, 9, 0), undefined],
    ['ERR_DIR_CLOSED of Node.js', readClosed, undefined],
    ['Z_DATA_ERROR of zlib', () => inflateRawSync(Buffer.alloc(9, 0xff)), undefined],
    ['a defect without a code', () => void (undefined as never as string).length, undefined],
  ];
  for (const [promise, work, expected] of words) {
    it(`${promise}: ${expected === undefined ? 'not ' : ''}the system’s`, function () {
      needsLinux(this);
      const error = thrownBy(work);
      assert.ok(error instanceof Error);
      assert.equal(errnoOf(error), expected);
      if (expected === undefined) assert.throws(() => succeeds(work), error.constructor);
      else assert.equal(succeeds(work), false);
    });
  }

  it('is told by the number where Node.js has put its own name to it, as to a user who has no home', () => {
    const number = -constants.errno.ENOENT;
    assert.equal(errnoOf(failure('uv_os_homedir', -number, 'ERR_SYSTEM_ERROR')), 'ENOENT');
  });

  for (const [code, expected] of [
    ['E2BIG', 'E2BIG'],
    ['EAI_AGAIN', 'EAI_AGAIN'],
    ['ENOENT, or so', undefined],
    ['AN_ENOENT', undefined],
    ['ERR_FS_EISDIR', undefined],
  ] as const) {
    it(`is told by the name, where there is a number: ${code} is ${expected === undefined ? 'not ' : ''}the system’s`, () =>
      assert.equal(errnoOf(failure('open', 7, code)), expected));
  }

  it('is the system’s where it is ours that a folder is none', () => {
    const error = noFolder('It is no folder.');
    assert.deepEqual(
      [error.message, errnoOf(error), told(readFailure(error))],
      ['It is no folder.', 'ENOTDIR', missing],
    );
    // Windows has numbers of its own.
    if (process.platform === 'win32') return;
    const { errno } = thrownBy(() => opendirSync('package.json')) as NodeJS.ErrnoException;
    assert.equal((error as NodeJS.ErrnoException).errno, errno);
  });
});

describe('what a failure means', () => {
  const gone = failure('open', 2, 'ENOENT');

  it('is kept with what has failed, for whoever looks for a defect', () => {
    for (const known of [readFailure(gone), writeFailure(gone)]) {
      assert.ok(known instanceof FileError);
      assert.deepEqual([known.name, known.cause], ['FileError', gone]);
    }
  });

  const nothing: readonly (readonly [promise: string, error: unknown, expected: boolean])[] = [
    ['ENOENT', gone, true],
    ['ENOTDIR', failure('open', 20, 'ENOTDIR'), true],
    ['EACCES', failure('open', 13, 'EACCES'), false],
    ['no error of the system', new Error('Stryker was here!'), false],
  ];
  for (const [promise, error, expected] of nothing) {
    it(`is ${expected ? '' : 'not '}that nothing is there: ${promise}`, () => assert.equal(isNothing(error), expected));
  }

  it('to a reader is that nothing is there, where the name is too long; else what it meant before', () => {
    const long = new FileError('nameTooLong', 'A name in the path is too long.');
    const known = readFailure(long);
    assert.ok(known instanceof FileError);
    assert.deepEqual([told(known), known.cause], [missing, long]);
    for (const other of [new FileError('busy', 'Later.'), Object.assign(new Error('x'), { kind: 'nameTooLong' }), 'x'])
      assert.equal(readFailure(other), other);
  });

  it('is whether the system let it, where that is all that counts; what else goes wrong is thrown', () => {
    let done = 0;
    assert.equal(
      succeeds(() => void done++),
      true,
    );
    const failing = (error: Error) => (): void => {
      throw error;
    };
    assert.deepEqual([done, succeeds(failing(gone))], [1, false]);
    assert.throws(() => succeeds(failing(new Error('a defect'))), /a defect/);
  });
});

describe('a failure of the system', () => {
  before(function () {
    // The numbers are those of Linux.
    needsLinux(this);
  });
  for (const [promise, error, reading, writing] of rows) {
    it(promise, () => assert.deepEqual([told(readFailure(error)), told(writeFailure(error))], [reading, writing]));
  }
});
