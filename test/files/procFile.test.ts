/** What the system tells in files is read by a thread that may be ended at any moment, in a process that goes on. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { readProcFile } from '../../src/procFile';
import { openPaths, TestFolder } from '../support/folder';
import { needsLinux } from '../support/needs';

describe('a file in which the system tells of itself', () => {
  let folder: TestFolder;
  beforeEach(() => (folder = new TestFolder()));
  afterEach(() => folder.remove());

  it('is read whole, one octet per character', async () => {
    folder.write('a', Buffer.from([0x61, 0xe9, 0x00, 0xff]));
    assert.equal(await readProcFile(folder.at('a')), 'a\xe9\0\xff');
  });

  it('that is not there is told of by its errno', async () => {
    await assert.rejects(readProcFile(folder.at('a')), { code: 'ENOENT' });
  });

  it('does not stay open when the thread that reads it is ended', async function () {
    needsLinux(this);
    folder.write('a', 'a'.repeat(100_000));
    const reading = `const { readProcFile } = require(${JSON.stringify(require.resolve('../../src/procFile'))});
      const read = () => readProcFile(${JSON.stringify(folder.at('a'))}).then(read);
      for (let i = 0; i < 4; i++) read();
      require('node:worker_threads').parentPort.postMessage('reads');`;
    for (let ended = 0; ended < 25; ended++) {
      const thread = new Worker(reading, { eval: true });
      await once(thread, 'message');
      await thread.terminate();
    }
    assert.deepEqual(
      openPaths().filter((path) => path.startsWith(folder.path)),
      [],
    );
  });
});
