/** A folder of 20,000 entries is listed while another connection keeps getting its answers. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { download } from '../support/download';
import { assertShort, processorTime } from '../support/noise';
import { TestFolder } from '../support/folder';
import { ServerProcess } from '../support/programs/serverProcess';

describe('a listing of 20,000 entries', function () {
  this.timeout(600_000);
  let folder: TestFolder;
  let server: ServerProcess;
  before(async () => {
    folder = new TestFolder();
    mkdirSync(folder.at('many'));
    for (let i = 0; i < 20_000; i++) writeFileSync(folder.at(`many/entry-${i}.txt`), '');
    server = await ServerProcess.start(folder.options());
  });
  after(async () => {
    await server.stop();
    folder.remove();
  });

  for (const [target, fields] of [
    ['/files/many/', ''],
    ['/many/', ''],
    ['/many/', 'Accept-Encoding: br\r\n'],
  ] as const) {
    it(`${target} ${fields.trim()} keeps nobody waiting for 50 ms of the server’s work`, async () => {
      // A collection of garbage can make any single run late, but not each of them.
      let least = Infinity;
      for (let i = 0; i < 3 && least >= 50; i++) least = Math.min(least, await longestWaitDuring(target, fields));
      await assertShort(least, folder.at('many'), 'the slowest answer waited for');
    });
  }

  /**
   * How much the server's thread did, in milliseconds, before it answered the slowest of the small requests that were sent while
   * the folder was listed. How long others had the processor meanwhile does not count.
   */
  async function longestWaitDuring(target: string, fields: string): Promise<number> {
    const client = await server.client();
    const state = { listed: false };
    const listing = download(server.port, target, { fields }).finally(() => (state.listed = true));
    let longest = 0;
    let count = 0;
    while (!state.listed) {
      const sent = processorTime(server.pid);
      await client.write('GET /user-agent HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await client.read();
      longest = Math.max(longest, processorTime(server.pid) - sent);
      count++;
    }
    client.close();
    assert.match((await listing).head, /^HTTP\/1\.1 200 /);
    assert.ok(count > 5, `only ${count} requests meanwhile`);
    return longest;
  }
});
