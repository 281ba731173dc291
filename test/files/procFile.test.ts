/** What the system tells in files is read by a thread that may be ended at any moment, in a process that goes on. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { readProcFile, readSockets } from '../../src/procFile';
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

  const heading = '  sl  local_address rem_address   st\n';
  const row = (local: string, remote: string, n = 0): string =>
    `${String(n).padStart(6)}: 0100007F:${local} 0100007F:${remote} 01 00000000:0000107D 00:00000000 00000000  107D        0 ${n} 1 0\n`;
  const many = (count: number, from: number): string =>
    Array.from({ length: count }, (_, i) => row('C350', '0050', from + i)).join('');
  const own = [row('107D', 'C351', 1), row('C351', '107D', 2)] as const;
  for (const [promise, list, wanted] of [
    [
      'its heading and the rows with the port at an end',
      heading + own[0] + many(1, 3) + own[1],
      heading + own.join(''),
    ],
    ['its heading where no row has it', heading + many(3, 3), heading],
    ['its heading where there is no row', heading, heading],
    ['nothing where there is nothing', '', ''],
    ['rows over the borders of pieces', heading + own[0] + many(20_000, 3) + own[1], heading + own.join('')],
    ['of many rows, all with the port', heading + own[0].repeat(5000), heading + own[0].repeat(5000)],
  ] as const) {
    it(`as a list of sockets gives ${promise}`, async () => {
      folder.write('tcp', list);
      assert.equal(await readSockets(folder.at('tcp'), 0x107d), wanted);
    });
  }

  it('as a list of sockets is told of by its errno if it is not there', async () => {
    await assert.rejects(readSockets(folder.at('tcp'), 1), { code: 'ENOENT' });
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
