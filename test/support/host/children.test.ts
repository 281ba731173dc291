import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { run, startOwned } from './children';
import { Cleanup } from './cleanup';
import { needsPosix } from '../needs';

/** Lasts longer than any test. */
const LASTING = 'setInterval(() => undefined, 60_000)';

// Each holds our pipe, and so does the child it starts: the pipe ends when all are gone.

async function firstLine(child: ChildProcess): Promise<string> {
  const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
  return line;
}

describe('a program that the tests start', () => {
  before(function () {
    // Process groups and their guard are needed for the npm-shipped editor only.
    needsPosix(this);
  });

  it('ends with its children when its owner is done', async () => {
    const cleanup = new Cleanup();
    const child = startOwned(cleanup, 'sh', ['-c', '"$0" -e "$1" & echo started; wait', process.execPath, LASTING], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    assert.equal(await firstLine(child), 'started');
    const closed = once(child, 'close');
    await cleanup.run();
    await closed;
  });

  it('takes its children along when it ends by itself', async () => {
    const cleanup = new Cleanup();
    const child = startOwned(cleanup, 'sh', ['-c', '"$0" -e "$1" & echo started', process.execPath, LASTING], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout!.resume(), 'close');
    await cleanup.run();
  });

  it('ends even if its owner is killed', async () => {
    const code = `const { startOwned } = require(${JSON.stringify(path.join(__dirname, 'children.js'))});
      const args = ['-e', 'console.log("started"); ${LASTING}'];
      startOwned({ add() {} }, process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });`;
    const owner = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
    assert.equal(await firstLine(owner), 'started');
    const closed = once(owner, 'close');
    owner.kill('SIGKILL');
    await closed;
  });

  it('is reported with its last words when it fails', async () => {
    await assert.rejects(
      run(new Cleanup(), 'sh', ['-c', 'echo all is lost; exit 3'], {}),
      /ended with 3:\nall is lost/,
    );
  });

  it('is reported when it cannot be started', async () => {
    await assert.rejects(run(new Cleanup(), 'there-is-no-such-program', [], {}), /ENOENT/);
  });
});
