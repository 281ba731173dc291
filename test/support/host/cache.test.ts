import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import { cached, keyed } from './cache';
import { Cleanup } from './cleanup';
import { makeTempFolder } from './tempFolder';

/** No process has this number: it is above what any system gives. */
const NOBODY = 2 ** 30;

describe('an installation', () => {
  let cleanup: Cleanup;
  let cache: string;
  let fills: number;

  const fill = async (folder: string): Promise<void> => {
    fills += 1;
    await fs.writeFile(path.join(folder, 'program'), 'whole');
  };
  const isWhole = async (folder: string) =>
    assert.equal(await fs.readFile(path.join(folder, 'program'), 'utf8'), 'whole');

  beforeEach(async () => {
    cleanup = new Cleanup();
    cache = await makeTempFolder(cleanup, 'cache');
    fills = 0;
  });

  afterEach(async () => {
    await cleanup.run();
  });

  it('is made once', async () => {
    await isWhole(await cached('editor', fill, cache));
    await isWhole(await cached('editor', fill, cache));
    assert.equal(fills, 1);
  });

  it('is made once even if two ask at the same time', async () => {
    const folders = await Promise.all([cached('editor', fill, cache), cached('editor', fill, cache)]);
    await isWhole(folders[0]);
    assert.equal(fills, 1);
  });

  it('leaves nothing beside itself', async () => {
    await cached('editor', fill, cache);
    assert.deepEqual(await fs.readdir(cache), ['editor']);
  });

  it('that fails says why, leaves nothing, and can be made again', async () => {
    await assert.rejects(
      cached('editor', () => Promise.reject(new Error('no network')), cache),
      /no network/,
    );
    assert.deepEqual(await fs.readdir(cache), []);
    await isWhole(await cached('editor', fill, cache));
  });

  it('that was killed half-way is made anew, and its remains go', async () => {
    await fs.mkdir(path.join(cache, `editor.stage-${NOBODY}`));
    await fs.writeFile(path.join(cache, 'editor.lock'), String(NOBODY));
    await isWhole(await cached('editor', fill, cache));
    assert.deepEqual(await fs.readdir(cache), ['editor']);
  });

  it('has another name as soon as its recipe is another', () => {
    const names = [
      keyed('a'),
      keyed('b'),
      keyed('a', '1'),
      keyed('a', '1', '2'),
      keyed('a', '12'),
      keyed('a', '2', '1'),
    ];
    assert.equal(new Set(names).size, names.length);
    assert.match(keyed('a', '1'), /^a-[0-9a-f]{8}$/);
    assert.equal(keyed('a', '1'), keyed('a', '1'));
  });
});
