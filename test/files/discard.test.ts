/** What cannot be taken away hides nothing, holds up nobody, and stays noted. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, renameSync, rmSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { FileError } from '../../src/files/errors';
import { Uploads } from '../../src/files/uploads';
import { openDescriptors, TestFolder } from '../support/folder';

const nothing = (): void => undefined;

describe('an unfinished upload that cannot be taken away', () => {
  let folder: TestFolder;
  let uploads: Uploads;
  let descriptors: number | undefined;

  beforeEach(async () => {
    folder = new TestFolder();
    folder.write('dir/x.txt', 'old');
    uploads = new Uploads();
    // From the first upload on, there is a journal.
    uploads.storeNow(folder.root(), ['dir', 'x.txt'], Buffer.from('old'), nothing);
    await Promise.resolve();
    descriptors = openDescriptors();
  });
  afterEach(() => folder.remove());

  const left = (): string[] => readdirSync(folder.at('dir')).filter((name) => name.startsWith('.http-server-'));

  /** Has folders stand where the unfinished files were: those cannot be unlinked, whoever asks. */
  function obstruct(): void {
    for (const name of left()) {
      const path = join(folder.at('dir'), name);
      unlinkSync(path);
      mkdirSync(path);
    }
  }

  const isRefusal = (error: unknown): boolean => error instanceof FileError && error.kind === 'cancelled';
  // eslint-disable-next-line @typescript-eslint/require-await -- content may come at once
  async function* broken(): AsyncGenerator<Uint8Array, undefined> {
    yield Buffer.from('half');
    obstruct();
    throw new FileError('cancelled', 'gone');
  }

  it('fails for the reason that it fails for', async () => {
    await assert.rejects(uploads.store(folder.root(), ['dir', 'y.txt'], broken(), nothing), isRefusal);
    await uploads.end();
    assert.equal(openDescriptors(), descriptors);
  });

  it('takes those of its form with it', async () => {
    const root = folder.root();
    const failing = uploads.storeAll(async (list) => {
      for (const name of ['1', '2', '3']) {
        list.push(uploads.begin(root, ['dir', name], nothing));
        if (name === '2') obstruct();
      }
      await Promise.reject(new FileError('cancelled', 'gone'));
    });
    await assert.rejects(failing, isRefusal);
    await uploads.end();
    assert.equal(left().length, 2);
    assert.equal(openDescriptors(), descriptors);
  });

  it('is removed by the server that starts next', async () => {
    await assert.rejects(uploads.store(folder.root(), ['dir', 'y.txt'], broken(), nothing), isRefusal);
    const [name = ''] = left();
    rmSync(folder.at(`dir/${name}`), { recursive: true });
    renameSync(folder.at('dir/x.txt'), folder.at(`dir/${name}`));
    // The notes of this thread count as abandoned for any other.
    const { Worker } = await import('node:worker_threads');
    const source = `const { journal } = require(${JSON.stringify(require.resolve('../../src/files/journal'))}); journal.sweep();`;
    const worker = new Worker(source, { eval: true });
    await new Promise((resolve) => worker.once('exit', resolve));
    assert.deepEqual(left(), []);
  });
});
