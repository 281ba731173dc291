/** Folders that uploads of one run of code share. */
import assert from 'node:assert/strict';
import { rmdirSync } from 'node:fs';
import { errnoOf } from '../../src/files/errors';
import type { Folder } from '../../src/files/folder';
import { holdFolder, letGo } from '../../src/files/held';
import { knowsDescriptors } from '../../src/files/proof';
import type { Root } from '../../src/files/root';
import { Uploads } from '../../src/files/uploads';
import { openDescriptors, TestFolder } from '../support/folder';

describe('a folder that uploads hold', () => {
  let folder: TestFolder;
  let root: Root;
  let before: number | undefined;

  /** Descriptors opened since the test began. */
  const opened = (): number => (openDescriptors() ?? 0) - (before ?? 0);
  const hold = (count: number, name: (i: number) => string = () => 'a'): Folder[] =>
    Array.from({ length: count }, (_, i) => holdFolder(root, [name(i)]));

  beforeEach(function () {
    if (!knowsDescriptors) this.skip();
    folder = new TestFolder();
    root = folder.root();
    for (let i = 0; i < 40; i++) folder.write(`${i}/x.txt`, '');
    folder.write('a/x.txt', '').write('b/x.txt', '');
    before = openDescriptors();
  });

  afterEach(() => {
    letGo();
    folder.remove();
  });

  it('is opened once while nothing is awaited', () => {
    const held = hold(3);
    assert.equal(opened(), 1);
    for (const each of held) each.close();
  });

  it('is let go of then', async () => {
    for (const each of hold(3)) each.close();
    assert.equal(opened(), 1);
    await Promise.resolve();
    assert.equal(opened(), 0);
  });

  it('stays open for the one who holds it longer', async () => {
    const [first, second] = hold(2);
    first?.close();
    await Promise.resolve();
    assert.equal(opened(), 1);
    second?.close();
    assert.equal(opened(), 0);
  });

  it('is looked at anew after something was awaited', async () => {
    for (const each of hold(1)) each.close();
    await Promise.resolve();
    folder.remove();
    assert.throws(
      () => hold(1),
      (error) => errnoOf(error) === 'ENOENT',
    );
  });

  it('is one of few', () => {
    const held = hold(40, String);
    for (const each of held) each.close();
    assert.ok(opened() <= 16, `${opened()} are open`);
  });

  it('is not the one that another server may use', () => {
    for (const each of hold(1)) each.close();
    const other = folder.root({ exclude: ['a'] });
    assert.throws(() => holdFolder(other, ['a']), /There is no such file/);
  });

  it('is made again if it went meanwhile with the upload it was made for', () => {
    const uploads = new Uploads();
    const upload = uploads.begin(root, ['new', '1.txt'], () => undefined);
    holdFolder(root, ['new']).close();
    upload.discard();
    assert.throws(() => rmdirSync(folder.at('new')), /ENOENT/);
    const stored = uploads.storeNow(root, ['new', '2.txt'], Buffer.from('two'), () => undefined);
    assert.deepEqual(stored, { created: true, path: 'new/2.txt' });
  });
});
