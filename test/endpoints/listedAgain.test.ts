/** A folder that is listed again is shown as it is now: what is remembered saves work, and is never what has changed since. */
import assert from 'node:assert/strict';
import fs, { mkdirSync, renameSync, rmSync, statSync, symlinkSync, truncateSync, utimesSync } from 'node:fs';
import { Mocks } from '../support/mocks';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import type { Endpoint } from '../../src/http/message/message';
import { isLocal } from '../../src/files/mounts';
import { isSettled } from '../../src/files/reading/small';
import { defaultLimits } from '../../src/options';
import { TestFolder } from '../support/folder';
import { needs, needsPosix } from '../support/needs';
import { ask, bodyOf, type FieldTable } from '../support/request';

const mocks = new Mocks();

const forms: readonly [target: string, fields: FieldTable][] = [
  ['/files/d/', {}],
  ['/files/d/', { Accept: 'text/html' }],
  ['/d/', {}],
];

describe('a folder that is listed again', function () {
  let folder: TestFolder;
  let router: Endpoint;
  const opened = (): number => reading.mock.callCount();
  let reading: { readonly mock: { callCount(): number; restore(): void } };
  before(() => (reading = mocks.method(fs, 'opendirSync')));
  beforeEach(function () {
    folder = new TestFolder();
    folder.write('d/a.txt', '1').write('d/b.txt', '22').write('d/c/x', '').write('e/a.txt', '');
    router = folder.router({ access: 'full' });
    if (!isLocal(folder.path)) folder.remove();
    needs(this, 'a file system of this machine to be known', isLocal(folder.path));
  });
  afterEach(() => folder.remove());
  after(() => reading.mock.restore());

  const listing = async (target = '/files/d/', endpoint = router): Promise<string> =>
    (await ask(endpoint, 'GET', target)).text;

  /** How often the names of folders are read for one more listing. */
  async function readings(target?: string, endpoint?: Endpoint): Promise<number> {
    const before = opened();
    await listing(target, endpoint);
    return opened() - before;
  }

  /** Lists it until its time is of no later change. */
  async function remembered(target?: string): Promise<void> {
    while ((await readings(target)) > 0) await setImmediate();
  }

  /** Waits, without a look at it, until a later change would give it another time. */
  async function aged(): Promise<void> {
    while (!isSettled(statSync(folder.at('d'), { bigint: true }))) await setImmediate();
  }

  const size = async (name: string): Promise<number | undefined> =>
    (JSON.parse(await listing()) as { name: string; size: number }[]).find((entry) => entry.name === name)?.size;

  const inPlace: readonly [promise: string, change: () => void, name: string, size: number][] = [
    ['a file that grows', () => fs.appendFileSync(folder.at('d/a.txt'), '234'), 'a.txt', 4],
    ['a file that shrinks', () => truncateSync(folder.at('d/b.txt'), 0), 'b.txt', 0],
    ['a file by another name', () => folder.write('e/other.txt', '55555'), 'linked.txt', 5],
    ['what a link leads to', () => folder.write('e/target.txt', '7777777'), 'link.txt', 7],
  ];
  for (const [promise, change, name, wanted] of inPlace) {
    it(`shows ${promise}, which does not change the folder`, async function () {
      needsPosix(this);
      folder.write('e/other.txt', '1').link('d/link.txt', '../e/target.txt');
      fs.linkSync(folder.at('e/other.txt'), folder.at('d/linked.txt'));
      await remembered();
      assert.equal(await size('link.txt'), undefined);
      const before = opened();
      change();
      assert.equal(await size(name), wanted);
      assert.equal(opened(), before);
    });
  }

  it('does not show a link any more that leads out of the root by now', async function () {
    needsPosix(this);
    folder.write('../out.txt', '').write('e/target.txt', '1').link('d/link.txt', '../e/target.txt');
    await remembered();
    assert.equal(await size('link.txt'), 1);
    rmSync(folder.at('e/target.txt'));
    folder.link('e/target.txt', '../../out.txt');
    assert.equal(await size('link.txt'), undefined);
  });

  it('shows what a file was touched for', async () => {
    await remembered();
    utimesSync(folder.at('d/a.txt'), 1, 1);
    assert.ok((await listing()).includes('"1970-01-01T00:00:01.000Z"'));
  });

  const acknowledged: readonly [method: string, target: string, fields: FieldTable, text: RegExp, not?: RegExp][] = [
    ['PUT', '/files/d/new.txt', {}, /"new.txt","type":"file","size":3/],
    ['PUT', '/files/d/a.txt', {}, /"a.txt","type":"file","size":3/],
    ['DELETE', '/files/d/a.txt', {}, /b\.txt/, /a\.txt/],
    ['MOVE', '/files/d/a.txt', { Destination: '/files/d/moved.txt' }, /moved\.txt/, /a\.txt/],
    ['MKCOL', '/files/d/made/', {}, /"made","type":"directory"/],
  ];
  for (const [method, target, fields, text, not] of acknowledged) {
    it(`shows an acknowledged ${method} of ${target} at once, each time`, async () => {
      await remembered();
      const body = method === 'PUT' ? bodyOf(['new']) : undefined;
      const { status } = await ask(router, method, target, fields, body);
      assert.ok(status < 300, String(status));
      for (let i = 0; i < 3; i++) {
        assert.match(await listing(), text);
        if (not !== undefined) assert.doesNotMatch(await listing(), not);
      }
    });
  }

  it('has its names read once, if it is as it was, and for both forms', async () => {
    await remembered();
    assert.equal(await readings('/files/d/'), 0);
    assert.equal(await readings('/d/'), 0);
  });

  it('has its names read again as long as a later change might have the same time', async () => {
    for (let i = 0; i < 60; i++) {
      folder.write(`d/${i}`, '');
      assert.ok((await listing()).includes(`"${i}"`));
      rmSync(folder.at(`d/${i}`));
      assert.ok(!(await listing()).includes(`"${i}"`));
    }
  });

  it('has its names read again when another one is in its place', async () => {
    await remembered();
    renameSync(folder.at('d'), folder.at('old'));
    renameSync(folder.at('e'), folder.at('d'));
    assert.doesNotMatch(await listing(), /b\.txt/);
  });

  it('has its names read each time where a server elsewhere has its own mind about times', async () => {
    await remembered();
    const type = mocks.method(fs, 'statfsSync', () => ({ type: 0x6969 }));
    try {
      for (let i = 0; i < 3; i++) assert.equal(await readings(), 1);
    } finally {
      type.mock.restore();
    }
  });

  it('is not remembered within a tick of the clock after its time', async () => {
    const now = mocks.method(Date, 'now', () => Math.floor(statSync(folder.at('d')).ctimeMs) + 5);
    try {
      for (let i = 0; i < 3; i++) assert.equal(await readings(), 1);
      now.mock.mockImplementation(() => Math.floor(statSync(folder.at('d')).ctimeMs) + 3000);
      assert.deepEqual([await readings(), await readings()], [1, 0]);
    } finally {
      now.mock.restore();
    }
  });

  it('has its names read again if it has changed, however long ago', async () => {
    await remembered();
    folder.write('d/new.txt', '');
    await aged();
    assert.match(await listing(), /new\.txt/);
  });

  it('is forgotten where there is too much to remember, the one listed longest ago first', async () => {
    // One takes 8 KiB and some more.
    router = folder.router({ limits: { ...defaultLimits, listingMemory: 21_000 } });
    for (const each of ['d', 'e', 'd', 'd/c']) await remembered(`/files/${each}/`);
    assert.equal(await readings('/files/d/c/'), 0);
    assert.equal(await readings('/files/d/'), 0);
    assert.equal(await readings('/files/e/'), 1);
    router = folder.router({ limits: { ...defaultLimits, listingMemory: 8000 } });
    await listing();
    assert.equal(await readings(), 1);
  });

  /** Changes of `d`, by the number of a name. */
  const changes: readonly ((path: (name: number) => string, name: number) => void)[] = [
    (path, name) => fs.writeFileSync(path(name), 'x'.repeat(name)),
    (path, name) => fs.appendFileSync(path(name), 'y'),
    (path, name) => renameSync(path(name), path(name + 1)),
    (path, name) => mkdirSync(path(name)),
    (path, name) => rmSync(path(name), { recursive: true }),
    (path, name) => symlinkSync(`${name + 1}.txt`, path(name)),
    (path, name) => symlinkSync('../../outside', path(name)),
    (path, name) => utimesSync(path(name), name, name),
  ];

  it('is, octet for octet, what a server shows that remembers nothing, however the folder changes', async function () {
    needsPosix(this);
    this.timeout(120_000);
    const step = fc.record({ change: fc.nat(changes.length - 1), name: fc.nat(4), wait: fc.nat(2) });
    const property = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
      for (const { change, name, wait } of steps) {
        try {
          changes[change]?.((number) => folder.at(`d/${number}.txt`), name);
        } catch (error) {
          // Not every change can be made of what is there.
          assert.match(String((error as NodeJS.ErrnoException).code), /^E/);
        }
        if (wait > 0) await (wait === 1 ? remembered() : aged());
        for (const [target, fields] of forms) {
          const [one, other] = [
            await ask(router, 'GET', target, fields),
            await ask(folder.router(), 'GET', target, fields),
          ];
          assert.equal(one.status, 200);
          if (target.startsWith('/files/') && fields.Accept === undefined) assert.equal(one.text, other.text);
          assert.equal(rowsOf(one.text), rowsOf(other.text));
        }
      }
    });
    await fc.assert(property, { numRuns: 15 });
  });

  /** What is of the folder: the form before it says what may be done. */
  const rowsOf = (text: string): string => text.slice(text.indexOf('<tbody>'));
});
