/** POST, PUT and DELETE: the whole file or nothing, and the right status. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename } from 'node:path';
import { Mocks } from '../support/mocks';
import { gzipSync } from 'node:zlib';
import { Uploads } from '../../src/files/writing/uploads';
import { Fields } from '../../src/http/message/fields';
import type { Endpoint } from '../../src/http/message/message';
import type { Options } from '../../src/options';
import { ask, bodyOf, makeRequest, respond, type Answer, type FieldTable } from '../support/request';
import { TestFolder } from '../support/folder';
import { needs, needsLinux, needsOrdinaryUser, needsPosix, needsProgram, needsSuperuser } from '../support/needs';
import { codings } from '../../src/endpoints/representation/coding';

const mocks = new Mocks();

describe('storing', () => {
  let folder: TestFolder;
  let router: Endpoint;
  beforeEach(() => {
    folder = new TestFolder();
    folder.write('old.txt', 'old').write('dir/inner.txt', 'inner');
    router = folder.router({ access: 'full' });
  });
  afterEach(() => {
    assert.equal(folder.left(), 0);
    assert.deepEqual(folder.opened(), []);
    folder.remove();
  });

  const text = (path: string): string => readFileSync(folder.at(path), 'utf8');
  const put = async (path: string, body = 'new', fields: FieldTable = {}, method = 'PUT'): Promise<number> =>
    (await ask(router, method, `/files/${path}`, fields, bodyOf([body]))).status;

  describe('statuses', () => {
    const rows: readonly (readonly [promise: string, path: string, post: number, put: number])[] = [
      ['a new file', 'new.txt', 201, 201],
      ['an existing file', 'old.txt', 201, 204],
      ['a new file in an existing folder', 'dir/new.txt', 201, 201],
      ['a new file in new folders', 'a/b/c/new.txt', 201, 201],
      ['a folder', 'dir', 409, 409],
      ['a folder by its slash', 'dir/', 409, 409],
      ['a new folder by its slash', 'new/', 409, 409],
      ['the served folder', '', 409, 409],
      ['below a file', 'old.txt/x', 409, 409],
      ['deep below a file', 'old.txt/x/y', 409, 409],
      ['a name that is too long', 'x'.repeat(256), 400, 400],
      ['a malformed path', '%zz', 400, 400],
      ['a path out of the folder', '../x', 400, 400],
      ['what is excluded', '.env', 403, 403],
    ];
    for (const [promise, path, post, putStatus] of rows) {
      for (const [method, status] of [['POST', post] as const, ['PUT', putStatus] as const]) {
        it(`${method} of ${promise}: ${status}`, async () => {
          const before = readdirSync(folder.path, { recursive: true }).sort();
          const answer = await ask(router, method, `/files/${path}`, {}, bodyOf(['n', '', 'ew']));
          assert.equal(answer.status, status);
          if (status >= 400) {
            assert.deepEqual(readdirSync(folder.path, { recursive: true }).sort(), before);
            assert.equal(text('old.txt'), 'old');
            return;
          }
          assert.equal(text(path), 'new');
          assert.equal(answer.body.length, 0);
          assert.equal(answer.fields.get('location'), status === 201 ? `/files/${path}` : undefined);
          assert.deepEqual(answer.response.stored, [path]);
        });
      }
    }
  });

  it('takes any octets, of any number, in any pieces', async () => {
    const pieces = Array.from({ length: 50 }, (_, i) => Buffer.alloc(i * 997, i));
    assert.equal((await ask(router, 'POST', '/files/any', {}, bodyOf(pieces))).status, 201);
    assert.deepEqual(readFileSync(folder.at('any')), Buffer.concat(pieces));
    assert.equal((await ask(router, 'POST', '/files/any', {}, bodyOf([]))).status, 201);
    assert.equal(statSync(folder.at('any')).size, 0);
  });

  it('shows the old file until the last octet has come, then the new one', async () => {
    const seen: string[] = [];
    const body = bodyOf(['a', 'b', 'c'], async () => {
      seen.push(text('old.txt'), (await ask(router, 'GET', '/files/old.txt')).text);
    });
    assert.equal((await ask(router, 'PUT', '/files/old.txt', {}, body)).status, 204);
    assert.deepEqual(new Set(seen), new Set(['old']));
    assert.equal((await ask(router, 'GET', '/files/old.txt')).text, 'abc');
  });

  it('hides the unfinished file from everybody', async () => {
    const open = folder.router({ exclude: [] });
    const body = bodyOf(['a', 'b'], async () => {
      assert.deepEqual(readdirSync(folder.path).sort(), ['dir', 'old.txt']);
      const name = basename(folder.unfinished()[0] ?? '');
      assert.match(name, /^\.http-server-[0-9a-f]{24}\.tmp$/);
      assert.equal((await ask(open, 'GET', `/files/${name}`)).status, 404);
      assert.equal((await ask(open, 'PUT', `/files/${name}`, {}, bodyOf(['x']))).status, 403);
      assert.ok(!(await ask(open, 'GET', '/files/')).text.includes(name));
    });
    assert.equal((await ask(open, 'PUT', '/files/new.txt', {}, body)).status, 201);
  });

  for (const at of [0, 1, 2]) {
    it(`leaves everything as it was if the client goes away after ${at} pieces`, async () => {
      for (const path of ['old.txt', 'new.txt', 'x/y/z/new.txt']) {
        const body = bodyOf(['a', 'b'], (index) => {
          if (index === at) throw new Error('gone');
        });
        await assert.rejects(ask(router, 'PUT', `/files/${path}`, {}, body), /gone/);
        assert.equal(text('old.txt'), 'old');
        assert.equal(existsSync(folder.at('new.txt')), false);
        assert.equal(existsSync(folder.at('x')), false);
        assert.equal(folder.left(), 0);
      }
    });
  }

  it('leaves a made folder that somebody else has begun to use', async () => {
    const body = bodyOf(['a'], () => {
      folder.write('x/other.txt', 'other');
      throw new Error('gone');
    });
    await assert.rejects(ask(router, 'PUT', '/files/x/y/new.txt', {}, body), /gone/);
    assert.deepEqual(readdirSync(folder.at('x')), ['other.txt']);
  });

  it('is refused at the end if a folder has come to be there meanwhile', async () => {
    const body = bodyOf(['a'], (index) => {
      if (index === 1) mkdirSync(folder.at('new.txt'));
    });
    assert.equal((await ask(router, 'PUT', '/files/new.txt', {}, body)).status, 409);
  });

  it('survives that the folder goes away meanwhile', async () => {
    const body = bodyOf(['a'], (index) => {
      if (index === 1) rmSync(folder.at('dir'), { recursive: true });
    });
    const answer = await ask(router, 'PUT', '/files/dir/inner.txt', {}, body);
    assert.deepEqual(
      [answer.status, answer.text, answer.fields.get('retry-after')],
      [409, 'The folder is gone.\n', undefined],
    );
    assert.equal(existsSync(folder.at('dir')), false);
  });

  it('says that it may be tried again if somebody cleans up what is unfinished', async () => {
    const body = bodyOf(['a'], (index) => {
      if (index === 1) for (const path of folder.unfinished()) rmSync(path);
    });
    const answer = await ask(router, 'PUT', '/files/old.txt', {}, body);
    assert.deepEqual([answer.status, answer.fields.get('retry-after')], [503, '1']);
    assert.equal(text('old.txt'), 'old');
  });

  const moves: readonly (readonly [promise: string, to: string, again: boolean, status: number])[] = [
    ['to another name', 'moved', false, 409],
    ['out of the one that is served', '../moved', false, 409],
    ['and replaced by another', '../moved', true, 503],
  ];
  for (const [promise, to, again, status] of moves) {
    it(`says so if the folder is moved meanwhile ${promise}, and stores nothing there`, async () => {
      const body = bodyOf(['a'], (index) => {
        if (index !== 1) return;
        renameSync(folder.at('dir'), folder.at(to));
        if (again) mkdirSync(folder.at('dir'));
      });
      assert.equal((await ask(router, 'PUT', '/files/dir/inner.txt', {}, body)).status, status);
      assert.deepEqual(readdirSync(folder.at(to)), ['inner.txt']);
      assert.equal(text(`${to}/inner.txt`), 'inner');
      assert.deepEqual(again ? readdirSync(folder.at('dir')) : [], []);
    });
  }

  it('makes a hundred folders, and not one more', async () => {
    assert.equal(await put(`${'n/'.repeat(100)}x`), 201);
    assert.equal(await put(`${'o/'.repeat(101)}x`), 400);
    assert.equal(existsSync(folder.at('o')), false);
    assert.equal(await put(`${'n/'.repeat(200)}x`), 201);
  });

  it('keeps the mode of the file it replaces', async function () {
    needsPosix(this);
    for (const mode of [0o600, 0o640, 0o755]) {
      chmodSync(folder.at('old.txt'), mode);
      assert.equal(await put('old.txt'), 204);
      assert.equal(statSync(folder.at('old.txt')).mode & 0o7777, mode);
    }
  });

  it('F6: gives the group no more than a new file has, or others have', async function () {
    needsPosix(this);
    for (const [mode, kept] of [
      [0o660, 0o640],
      [0o620, 0o600],
      [0o770, 0o740],
      [0o775, 0o755],
      [0o777, 0o777],
      // What would lend the owner's rights.
      [0o4755, 0o755],
      [0o2755, 0o755],
    ] as const) {
      chmodSync(folder.at('old.txt'), mode);
      assert.equal(await put('old.txt'), 204);
      assert.equal(statSync(folder.at('old.txt')).mode & 0o7777, kept, mode.toString(8));
    }
  });

  it('F6: gives the group nothing of what a list of users was granted', async function () {
    needsProgram(this, 'setfacl');
    chmodSync(folder.at('old.txt'), 0o600);
    const { status } = spawnSync('setfacl', ['-m', 'u:12345:rwx', folder.at('old.txt')]);
    needs(this, 'a file system with access control lists', status === 0);
    assert.equal(statSync(folder.at('old.txt')).mode & 0o777, 0o670);
    assert.equal(await put('old.txt'), 204);
    assert.equal(statSync(folder.at('old.txt')).mode & 0o777, 0o640);
  });

  it('keeps the owner of the file it replaces, if it may give files away', async function () {
    needsSuperuser(this);
    chownSync(folder.at('old.txt'), 12_345, 54_321);
    chmodSync(folder.at('old.txt'), 0o640);
    assert.equal(await put('old.txt'), 204);
    const { uid, gid, mode } = statSync(folder.at('old.txt'));
    assert.deepEqual([uid, gid, mode & 0o7777], [12_345, 54_321, 0o640]);
  });

  it('of two at once to one path completes both, and the later one stays', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const slow = ask(
      router,
      'PUT',
      '/files/old.txt',
      {},
      bodyOf(['slow ', 'upload'], (index) => (index === 1 ? held : undefined)),
    );
    assert.equal(await put('old.txt', 'fast upload'), 204);
    assert.equal(text('old.txt'), 'fast upload');
    release();
    assert.equal((await slow).status, 204);
    assert.equal(text('old.txt'), 'slow upload');
  });

  it('of many at once mixes nothing', async () => {
    const contents = Array.from({ length: 30 }, (_, i) => String.fromCharCode(65 + i).repeat(10_000));
    await Promise.all(
      contents.map((content) =>
        ask(router, 'PUT', '/files/a/b/one.txt', {}, bodyOf([content.slice(0, 5000), content.slice(5000)])),
      ),
    );
    assert.ok(contents.includes(text('a/b/one.txt')));
  });

  it('refuses a file that may not be written', async function () {
    needsOrdinaryUser(this);
    chmodSync(folder.at('old.txt'), 0o444);
    assert.equal(await put('old.txt'), 403);
    chmodSync(folder.at('dir'), 0o555);
    assert.equal(await put('dir/new.txt'), 403);
    chmodSync(folder.at('dir'), 0o755);
  });

  describe('preconditions', () => {
    const etag = async (): Promise<string> => (await ask(router, 'GET', '/files/old.txt')).fields.get('etag') ?? '';

    it('If-None-Match: * replaces no file that cannot be read, nor says that it is there', async function () {
      needsOrdinaryUser(this);
      chmodSync(folder.at('old.txt'), 0o200);
      assert.equal(await put('old.txt', 'new', { 'If-None-Match': '*' }), 403);
      chmodSync(folder.at('old.txt'), 0o600);
      assert.equal(text('old.txt'), 'old');
    });

    it('If-None-Match: * makes a file and replaces none', async () => {
      for (const method of ['PUT', 'POST']) {
        assert.equal(await put('old.txt', 'new', { 'If-None-Match': '*' }, method), 412);
        assert.equal(text('old.txt'), 'old');
        assert.equal(await put(`${method}.txt`, 'new', { 'If-None-Match': '*' }, method), 201);
      }
    });

    it('If-Match replaces only the file that is meant', async () => {
      assert.equal(await put('old.txt', 'new', { 'If-Match': '"other"' }), 412);
      assert.equal(await put('gone.txt', 'new', { 'If-Match': '*' }), 412);
      assert.equal(await put('old.txt', 'new', { 'If-Match': await etag() }), 204);
      assert.equal(await put('old.txt', 'newer', { 'If-Match': await etag() }), 204);
      assert.equal(text('old.txt'), 'newer');
    });

    it('If-Unmodified-Since replaces only what has stayed as it was', async () => {
      const since = (date: string): Promise<number> => put('old.txt', 'new', { 'If-Unmodified-Since': date });
      assert.equal(await since('Thu, 01 Jan 1970 00:00:00 GMT'), 412);
      assert.equal(await since('Fri, 31 Dec 9999 23:59:59 GMT'), 204);
    });

    it('let go of the file that they look at, whatever its size', async () => {
      folder.write('big.txt', 'x'.repeat(2_000_000));
      assert.equal(await put('big.txt', 'new', { 'If-None-Match': '*' }), 412);
    });

    it('are checked before the body is read', async () => {
      let read = false;
      const body = bodyOf(['x'], () => void (read = true));
      const { status } = await ask(router, 'PUT', '/files/old.txt', { 'If-None-Match': '*' }, body);
      assert.deepEqual([status, read], [412, false]);
    });

    it('are checked again just before the rename', async () => {
      const tag = await etag();
      const rows: readonly (readonly [path: string, fields: FieldTable])[] = [
        ['old.txt', { 'If-Match': tag }],
        ['new.txt', { 'If-None-Match': '*' }],
      ];
      for (const [path, fields] of rows) {
        const body = bodyOf(['late'], (index) => {
          if (index === 1) writeFileSync(folder.at(path), 'meanwhile');
        });
        assert.equal((await ask(router, 'PUT', `/files/${path}`, fields, body)).status, 412);
        assert.equal(text(path), 'meanwhile');
      }
    });

    it('leave no folder behind', async () => {
      assert.equal(await put('x/y/new.txt', 'new', { 'If-Match': '*' }), 412);
      assert.equal(existsSync(folder.at('x')), false);
    });

    it('hold for DELETE', async () => {
      assert.equal(await put('old.txt', '', { 'If-Match': '"other"' }, 'DELETE'), 412);
      assert.equal(text('old.txt'), 'old');
      assert.equal(await put('old.txt', '', { 'If-Match': await etag() }, 'DELETE'), 204);
      assert.equal(existsSync(folder.at('old.txt')), false);
    });
  });

  describe('what is not taken', () => {
    const rows: readonly (readonly [promise: string, method: string, fields: FieldTable, status: number])[] = [
      ['S12: a content coding that is not known', 'PUT', { 'Content-Encoding': 'compress' }, 415],
      ['S12: the same by POST', 'POST', { 'Content-Encoding': 'aes128gcm' }, 415],
      ['S12: several codings', 'PUT', { 'Content-Encoding': 'br, gzip' }, 415],
      ['S12: a coded upload in parts', 'PUT', { 'Content-Encoding': 'gzip', 'Upload-Complete': '?1' }, 415],
      ['S2: a part', 'PUT', { 'Content-Range': 'bytes 0-1/5' }, 400],
      ['S2: a part by POST', 'POST', { 'Content-Range': 'bytes 0-3/10' }, 400],
      ['S2: a part of unknown length', 'POST', { 'Content-Range': 'bytes 0-3/*' }, 400],
      ['S2: a part as a resumable upload', 'PUT', { 'Content-Range': 'bytes 0-3/10', 'Upload-Complete': '?1' }, 400],
      ['S2: a part by an older draft', 'PUT', { 'Upload-Incomplete': '?1' }, 400],
      ['S2: less than there is to be', 'POST', { 'Upload-Length': '100' }, 400],
      ['S3: an upload by tus', 'POST', { 'Tus-Resumable': '1.0.0', 'Upload-Length': '100' }, 400],
      ['S3: the same by PUT', 'PUT', { 'Tus-Resumable': '1.0.0' }, 400],
      ['S3: the end of one', 'DELETE', { 'Tus-Resumable': '1.0.0' }, 400],
      ['S3: an upload as Google has them', 'POST', { 'X-Upload-Content-Length': '100' }, 400],
      ['S3: a newer one', 'POST', { 'X-Goog-Upload-Protocol': 'resumable' }, 400],
      ['S3: a chunk as ownCloud has them', 'PUT', { 'OC-Chunked': '1' }, 400],
      ['S3: a copy as S3 has them', 'PUT', { 'X-Amz-Copy-Source': '/a/b' }, 400],
      ['S3: a method in another', 'POST', { 'X-HTTP-Method-Override': 'DELETE' }, 400],
      ['S3: a PATCH in a POST', 'POST', { 'X-HTTP-Method-Override': 'PATCH' }, 400],
      ['S3: the same by another name', 'POST', { 'X-HTTP-Method': 'MERGE' }, 400],
    ];
    for (const [promise, method, fields, status] of rows) {
      it(`${promise}: ${status}, before the body is read`, async () => {
        let read = false;
        const body = bodyOf(['x'], () => void (read = true));
        const answer = await ask(router, method, '/files/old.txt', fields, body);
        assert.deepEqual([answer.status, read], [status, false]);
        assert.equal(text('old.txt'), 'old');
        const taken = 'Upload-Complete' in fields ? 'identity' : [...codings, 'identity'].join(', ');
        if (status === 415) assert.equal(answer.fields.get('accept-encoding'), taken);
      });
    }
    it('S3: is told what is spoken here', async () => {
      const answer = await ask(router, 'POST', '/files/a.txt', { 'Tus-Resumable': '1.0.0' });
      assert.match(answer.text, /does not speak tus.*PUT, POST, forms.*resumable-upload/);
      assert.equal(answer.fields.get('upload-draft-interop-version'), '8');
      assert.match(answer.fields.get('upload-limit') ?? '', /^max-size=\d+, max-age=\d+$/);
    });
    it('S3: a method that stands for what it would do anyway is no other', async () => {
      assert.equal(await put('old.txt', 'new', { 'X-HTTP-Method-Override': 'put' }, 'POST'), 201);
      assert.equal(await put('old.txt', '', { 'X-HTTP-Method-Override': 'DELETE' }, 'DELETE'), 204);
    });
    it('the identity is no coding', async () => {
      assert.equal(await put('old.txt', 'new', { 'Content-Encoding': 'Identity' }), 204);
    });
  });

  const digestOf = (content: string, algorithm = 'sha-256'): string =>
    `${algorithm}=:${createHash(algorithm.replace('-', '')).update(content).digest('base64')}:`;

  describe('digests', () => {
    const good = digestOf('new');
    const bad = digestOf('other');
    const value = (member: string): string => member.slice(member.indexOf('=') + 1);
    const rows: readonly (readonly [promise: string, value: string, status: number])[] = [
      ['the right one', good, 204],
      ['a wrong one', bad, 400],
      ['the right one of another algorithm', digestOf('new', 'sha-512'), 204],
      ['a wrong one of another algorithm', digestOf('other', 'sha-512'), 400],
      ['one right and one wrong', `${good}, ${digestOf('other', 'sha-512')}`, 400],
      ['H6: a parameter', `${good};p="foo"`, 204],
      ['H6: a comma in the string of a parameter', `${good};p="a, b"`, 204],
      ['H6: a string that does not end', `${good};p="foo`, 400],
      ['H6: first a wrong one, then the right one', `${bad}, ${good}`, 204],
      ['H6: first the right one, then a wrong one', `${good}, ${bad}`, 400],
      ['H6: an algorithm named as what all objects have', `constructor=${value(bad)}`, 204],
      ['H6: another of that kind', `__proto__=${value(bad)}`, 400],
      ['H6: an unknown algorithm', `unixsum=${value(bad)}, ${good}`, 204],
      ['H6: a blank before the equals sign', `sha-256 =${value(good)}`, 400],
      ['H6: a comma at the end', `${good},`, 400],
      ['H6: no octets', 'sha-256=?1', 400],
      ['H6: a list of octets', `sha-256=(${value(good)})`, 400],
      ['H6: octets cut short', 'sha-256=:AAAA:', 400],
      ['H6: a key in upper case', `SHA-256=${value(good)}`, 400],
      ['H6: nothing', '', 204],
    ];
    for (const field of ['Content-Digest', 'Repr-Digest']) {
      for (const [promise, value, status] of rows) {
        it(`${field}: ${promise}: ${status}`, async () => {
          assert.equal(await put('old.txt', 'new', { [field]: value }), status);
          assert.equal(text('old.txt'), status === 204 ? 'new' : 'old');
        });
        it(`S6: ${field} behind the content: ${promise}: ${status}`, async () => {
          const trailers = new Fields([field.toLowerCase()], [value]);
          const body = { ...bodyOf(['n', 'ew'], undefined, trailers), length: undefined };
          assert.equal((await ask(router, 'PUT', '/files/old.txt', {}, body)).status, status);
          assert.equal(text('old.txt'), status === 204 ? 'new' : 'old');
        });
      }
    }
    it('S6: holds for a file of many pieces that is read once more', async () => {
      const content = 'content '.repeat(300_000);
      for (const [told, status] of [
        [content, 201],
        [`${content}.`, 400],
      ] as const) {
        const trailers = new Fields(['repr-digest'], [digestOf(told, 'sha-512')]);
        const body = { ...bodyOf([content.slice(0, 1_000_001), content.slice(1_000_001)], undefined, trailers) };
        const answer = await ask(router, 'POST', '/files/x/big.txt', {}, { ...body, length: undefined });
        assert.equal(answer.status, status);
      }
      assert.equal(text('x/big.txt'), content);
    });

    it('are told of what was stored to whoever wants one', async () => {
      for (const [method, path] of [
        ['PUT', 'old.txt'],
        ['POST', 'wanted.txt'],
      ] as const) {
        for (const algorithm of ['sha-256', 'sha-512']) {
          const fields = { 'Want-Repr-Digest': `${algorithm}=10;q=1, md5=3` };
          const answer = await ask(router, method, `/files/${path}`, fields, bodyOf(['n', 'ew']));
          assert.equal(answer.fields.get('repr-digest'), digestOf('new', algorithm));
        }
      }
    });
  });

  describe('S10: the time that a client wants', () => {
    const mtime = (path: string): number => statSync(folder.at(path)).mtimeMs;
    for (const [value, ms] of [
      ['1500000000', 1_500_000_000_000],
      ['0', 0],
      ['1500000000.25', 1_500_000_000_250],
      ['-86400', -86_400_000],
    ] as const) {
      for (const method of ['PUT', 'POST']) {
        it(`${value} by ${method} is the file's, and accepted`, async () => {
          const fields = { 'X-OC-Mtime': value };
          for (const path of ['old.txt', 'x/new.txt']) {
            const answer = await ask(router, method, `/files/${path}`, fields, bodyOf(['new']));
            assert.equal(answer.fields.get('x-oc-mtime'), 'accepted');
            assert.deepEqual([mtime(path), text(path)], [ms, 'new']);
          }
        });
      }
    }
    for (const value of [
      '',
      'yesterday',
      '0x10',
      '1e9',
      '1 2',
      '99999999999999',
      '999999999999',
      '1500000000.',
      'NaN',
    ]) {
      it(`${JSON.stringify(value)} is none: 400, before the body is read`, async () => {
        let read = false;
        const body = bodyOf(['x'], () => void (read = true));
        const answer = await ask(router, 'PUT', '/files/old.txt', { 'X-OC-Mtime': value }, body);
        assert.deepEqual([answer.status, read, text('old.txt')], [400, false, 'old']);
      });
    }
    it('is now without one, and nothing is said', async () => {
      const before = Date.now();
      const answer = await ask(router, 'PUT', '/files/old.txt', {}, bodyOf(['new']));
      assert.equal(answer.fields.get('x-oc-mtime'), undefined);
      assert.ok(mtime('old.txt') >= before - 1000);
    });
  });

  describe('removing', () => {
    const rows: readonly (readonly [path: string, status: number])[] = [
      ['old.txt', 204],
      ['dir/inner.txt', 204],
      ['gone.txt', 404],
      ['gone/x.txt', 404],
      ['old.txt/x', 404],
      ['dir', 409],
      ['dir/', 409],
      ['', 403],
      ['../x', 400],
      ['.env', 403],
    ];
    for (const [path, status] of rows) {
      it(`${path === '' ? 'the served folder' : path}: ${status}`, async () => {
        assert.equal(await put(path, '', {}, 'DELETE'), path === '.env' ? 403 : status);
        assert.equal(existsSync(folder.at('old.txt')), path !== 'old.txt');
        assert.equal(existsSync(folder.at('dir/inner.txt')), path !== 'dir/inner.txt');
      });
    }
  });

  describe('of little that has come at once', () => {
    /** Of content that is here as a whole, and would be another one piece by piece. */
    const send = (content: Buffer, fields: FieldTable = {}, options: Partial<Options> = {}): Promise<Answer> => {
      const body = { ...bodyOf(['piece ', 'by piece']), whole: () => content };
      return ask(folder.router({ access: 'full', ...options }), 'PUT', '/files/a/new.txt', fields, body);
    };
    const pieces = 'piece by piece';

    const rows: readonly (readonly [promise: string, fields: FieldTable, stored: string])[] = [
      ['takes it as it is', {}, 'whole'],
      ['takes it as it is where that is said', { 'Content-Encoding': 'identity' }, 'whole'],
      ['goes through it for its digest', { 'Repr-Digest': digestOf(pieces) }, pieces],
      ['goes through it for whoever wants that', { 'Want-Repr-Digest': 'sha-256=1' }, pieces],
      ['minds the time that it is to have', { 'X-OC-Mtime': '1500000000' }, pieces],
    ];
    for (const [promise, fields, stored] of rows) {
      it(promise, async () => {
        const { status, response } = await send(Buffer.from('whole'), fields);
        assert.deepEqual([status, response.stored, text('a/new.txt')], [201, ['a/new.txt'], stored]);
        if ('X-OC-Mtime' in fields) assert.equal(statSync(folder.at('a/new.txt')).mtimeMs, 1.5e12);
      });
    }

    it('takes it on the disk, where that is wanted', async () => {
      assert.equal((await send(Buffer.from('whole'), {}, { sync: true })).status, 201);
      assert.equal(text('a/new.txt'), 'whole');
    });

    it('decodes what is coded', async () => {
      assert.equal((await send(Buffer.from('whole'), { 'Content-Encoding': 'gzip' })).status, 400);
      assert.equal(existsSync(folder.at('a')), false);
    });
  });

  it('has an upload that is coded fail by its client, though nobody knows what it comes to', async () => {
    const failed: string[] = [];
    const coded = gzipSync('new');
    const sources: unknown[] = [];
    for (const fields of [{}, { 'Content-Encoding': 'gzip' }]) {
      const seen = mocks.method(Uploads.prototype, 'store').mock;
      const body = { ...bodyOf([coded]), fail: ({ message }: Error) => void failed.push(message) };
      assert.equal((await ask(router, 'PUT', '/files/new.gz', fields, body)).status < 300, true);
      const source = seen.calls[0]?.arguments[2];
      sources.push(source?.length);
      source?.fail(new Error('cancelled'));
      seen.restore();
    }
    assert.deepEqual(
      [sources, failed],
      [
        [coded.length, undefined],
        ['cancelled', 'cancelled'],
      ],
    );
  });

  it('S12: does not take a digest behind what is coded, for it is not kept as it came', async () => {
    const trailers = new Fields(['content-digest'], [digestOf('new')]);
    const body = { ...bodyOf([gzipSync('new')], undefined, trailers), length: undefined };
    const answer = await ask(router, 'PUT', '/files/new.txt', { 'Content-Encoding': 'gzip' }, body);
    const sentence = 'A digest behind coded content cannot be checked: send it before the content.\n';
    assert.deepEqual([answer.status, answer.text, existsSync(folder.at('new.txt'))], [400, sentence, false]);
  });

  it('needs a length of what is sent by HTTP/1.0', async () => {
    const request = { ...makeRequest('PUT', '/files/new.txt', {}, bodyOf(['x'])), minorVersion: 0 as const };
    assert.equal((await respond(router, request)).status, 411);
  });

  it('S9: tells that nothing is complete where an upload that could be gone on with is refused', async () => {
    const rows: readonly (readonly [path: string, fields: FieldTable, status: number])[] = [
      ['dir', {}, 409],
      ['dir/', {}, 409],
      ['old.txt', { 'If-None-Match': '*' }, 412],
      ['old.txt', { 'Content-Encoding': 'gzip' }, 415],
      ['old.txt', { 'Content-Range': 'bytes 0-1/2' }, 400],
    ];
    for (const [path, fields, status] of rows) {
      const answer = await ask(router, 'PUT', `/files/${path}`, { 'Upload-Complete': '?1', ...fields });
      assert.deepEqual([answer.status, answer.fields.get('upload-complete')], [status, '?0'], path);
    }
  });

  it('S12: takes a form that is coded', async () => {
    const form = '--x\r\nContent-Disposition: form-data; filename="new"\r\n\r\nnew\r\n--x--';
    const fields = { 'Content-Type': 'multipart/form-data; boundary=x', 'Content-Encoding': 'gzip' };
    assert.equal((await ask(router, 'POST', '/files/dir/', fields, bodyOf([gzipSync(form)]))).status, 201);
    assert.equal(text('dir/new'), 'new');
  });

  for (const [path, location] of [
    ['/files/%6Eew.txt', '/files/%6Eew.txt'],
    ['/files/x/.././/new.txt', '/files/x/.././/new.txt'],
    ['///files//new.txt', '/files//new.txt'],
  ] as const) {
    it(`tells where it is in the words of its client, and never of another server: ${path}`, async () => {
      const answer = await ask(router, 'PUT', path, {}, bodyOf(['new']));
      assert.deepEqual([answer.status, answer.fields.get('location'), text('new.txt')], [201, location, 'new']);
    });
  }

  it('takes a form for a file, where it is one that could be gone on with', async () => {
    const fields = { 'Content-Type': 'multipart/form-data; boundary=x', 'Upload-Complete': '?1' };
    assert.equal((await ask(router, 'POST', '/files/dir/', fields, bodyOf(['--x--']))).status, 409);
    assert.equal((await ask(router, 'POST', '/files/new', fields, bodyOf(['--x--']))).status, 201);
    assert.equal(text('new'), '--x--');
  });

  it('removes a file however deep a client goes', async () => {
    assert.equal(await put('old.txt', '', { Depth: '0' }, 'DELETE'), 204);
  });

  it('lets go of every descriptor, whatever happens', async function () {
    needsLinux(this);
    const open = (): number => readdirSync('/proc/self/fd').length;
    folder.write('big.txt', 'x'.repeat(200_000)).link('out', '/etc').link('broken', 'nowhere');
    // The first upload that makes a folder opens the journal, which stays.
    await put('first/first.txt');
    const before = open();
    for (let i = 0; i < 20; i++) {
      for (const path of ['old.txt', 'a/b/c.txt', 'dir', 'old.txt/x', 'out/x', 'broken', 'x'.repeat(256), 'd/e'])
        await put(path);
      for (const fields of [
        {},
        { Range: 'bytes=9-' },
        { Range: 'bytes=0-1,5-6' },
        { 'If-Match': '"x"' },
        { 'Accept-Encoding': 'br' },
      ]) {
        for (const path of ['big.txt', 'dir', 'dir/', 'out/', 'gone']) {
          await ask(router, 'GET', `/${path}`, fields);
          await ask(router, 'GET', `/files/${path}`, { ...fields, 'Want-Repr-Digest': 'sha-256=1' });
        }
      }
      const body = bodyOf(['a', 'b'], (index) => {
        if (index === 1) throw new Error('gone');
      });
      await assert.rejects(ask(router, 'PUT', '/files/q/r/s.txt', {}, body));
      await put('d/e', '', {}, 'DELETE');
    }
    assert.equal(open(), before);
  });
});
