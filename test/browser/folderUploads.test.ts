/** What is sent from a folder's page arrives whole, whatever happens to the page, the network and the server meanwhile. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  readdirSync,
  readFileSync,
  writeSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Browser, Route } from 'playwright-core';
import { MiB } from '../../src/options';
import { Gate } from '../support/gate';
import { launchChromium } from '../support/host/chromium';
import { needsPosix } from '../support/needs';
import { endPrograms, TerminalProgram } from '../support/programs/terminalProgram';
import { temporaryFolder } from '../support/served';
import { picked, until, Visitor } from './visitor';

/** Of the large file, in MiB: enough to be sent in two parts, or as much as is asked for. */
const large = Number(process.env.TEST_UPLOAD_MIB ?? '40');

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const octets of createReadStream(path)) hash.update(octets as Buffer);
  return hash.digest('hex');
}

function writeLarge(path: string): void {
  const fd = openSync(path, 'w');
  for (let i = 0; i < large; i++) writeSync(fd, randomBytes(MiB));
  closeSync(fd);
}

describe('an upload from the folder’s page', function () {
  this.slow(20_000);
  let browser: Browser;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let served: string;
  let program: TerminalProgram;
  let gate: Gate;
  let visitor: Visitor;

  before(async function () {
    needsPosix(this);
    browser = await launchChromium();
  });
  after(() => (browser as Browser | undefined)?.close());
  beforeEach(async () => {
    folder = await temporaryFolder();
    served = join(folder.path, 'served');
    mkdirSync(served);
    program = start();
    gate = await Gate.to(await program.port());
    visitor = await Visitor.comes(browser);
    await visitor.open(gate.port);
  });
  afterEach(async () => {
    await visitor.leave();
    await gate.close();
    endPrograms();
    await folder.remove();
  });

  const start = (): TerminalProgram =>
    new TerminalProgram(['--directory', served, '--port', '0', '--access', 'full'], {
      env: { XDG_CACHE_HOME: join(folder.path, 'cache') },
    });

  /** What the servers logged, one after the other. */
  let log = '';
  async function restart(signal: NodeJS.Signals): Promise<void> {
    log += (await program.stop(signal)).stdout;
    program = start();
    gate.target = await program.port();
  }

  it('goes on after a pause, with a server started anew, without the network, and when the page is loaded again', async function () {
    this.timeout(600_000);
    const { page } = visitor;
    const path = join(folder.path, 'large.bin');
    writeLarge(path);
    visitor.leavesWithoutHesitation();
    const part = Math.floor((large * MiB) / 5);
    let stopped = gate.stopAfter(part);
    await page.setInputFiles('.pick-files', path);
    await stopped;

    await visitor.button('Pause: large.bin').click();
    await page.locator('.upload.paused').waitFor();
    await restart('SIGTERM');
    stopped = gate.stopAfter(part);
    await visitor.button('Resume: large.bin').click();
    await stopped;

    // The server is killed, and the network gone for as long as it takes to start the next one.
    gate.cut();
    await page.getByText('Waiting for the network').waitFor();
    await restart('SIGKILL');
    gate.open();
    stopped = gate.stopAfter(part);
    await stopped;

    await page.reload();
    await page.getByText('choose the same file again').waitFor();
    await restart('SIGKILL');
    gate.open();
    await page.setInputFiles('.pick-again', { name: 'large.bin', mimeType: 'x/y', buffer: Buffer.from('another') });
    await page.getByText('That is another file').waitFor();
    await page.setInputFiles('.pick-again', path);
    await page.locator('.upload.done').waitFor();

    assert.equal(await digestOf(join(served, 'large.bin')), await digestOf(path));
    log += (await program.stop()).stdout;
    assert.equal(log.match(/"?PUT /g)?.length, 1, 'it never began again');
    assert.deepEqual(readdirSync(served), ['large.bin']);
    assert.deepEqual(visitor.complaints, []);
  });

  it('takes a folder of 1,000 files that is dropped, and leaves its queue to the user meanwhile', async function () {
    this.timeout(600_000);
    const { page, context } = visitor;
    const from = join(folder.path, 'dropped');
    for (let i = 0; i < 1000; i++) {
      mkdirSync(join(from, `${i % 10}/deep`), { recursive: true });
      writeFileSync(join(from, `${i % 10}/deep/${i}.txt`), `content of ${i}`);
    }
    mkdirSync(join(from, 'empty'));
    await visitor.button('New folder').waitFor();
    const session = await context.newCDPSession(page);
    const drag = (type: 'dragEnter' | 'dragOver' | 'drop'): Promise<unknown> =>
      session.send('Input.dispatchDragEvent', {
        ...{ type, x: 300, y: 300, data: { items: [], files: [from], dragOperationsMask: 1 } },
      });
    await drag('dragEnter');
    await drag('dragOver');
    await page.getByText('Drop to upload').waitFor();
    const stopped = gate.stopAfter(100_000);
    await drag('drop');
    await stopped;
    await visitor.button('Pause all').click();
    gate.open();
    await page.locator('.upload.paused').first().waitFor();
    await visitor
      .button(/^Cancel: .*\.txt/)
      .last()
      .click();
    await visitor.button('Resume all').click();
    await page.getByText('999 files uploaded').waitFor();
    const stored = readdirSync(served, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.txt'));
    assert.equal(stored.length, 999);
    for (const name of stored)
      assert.equal(readFileSync(join(served, name), 'utf8'), readFileSync(join(from, '..', name), 'utf8'));
    await until(() => existsSync(join(served, 'dropped/empty')));
    await visitor.button('Clear the list').click();
    await visitor.link('dropped').click();
    await page.getByText('11 folders').waitFor();
    assert.deepEqual(visitor.complaints, []);
  });

  it('is not asked about again when it was stored, and only the answer was lost', async () => {
    const { page } = visitor;
    // The server has all of it, and the browser hears nothing.
    const loseAnswer = async (route: Route): Promise<void> => {
      await route.fetch();
      await route.abort('connectionreset');
    };
    await page.route('**/files/small.txt', loseAnswer, { times: 1 });
    await visitor.send(picked('small.txt', 'small'));
    await page.locator('.upload.done').waitFor();
    assert.equal(await page.getByRole('dialog').count(), 0);
    assert.deepEqual(readdirSync(served), ['small.txt']);
  });
});
