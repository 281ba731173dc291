import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { run, startOwned } from './children';
import { Cleanup } from './cleanup';

// Each holds our pipe, and so does the child it starts: the pipe ends when all are gone.

async function firstLine(child: ChildProcess): Promise<string> {
  const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
  return line;
}

describe('a program that the tests start', () => {
  before(function () {
    // Process groups and their guard are needed for the npm-shipped editor only.
    if (process.platform === 'win32') this.skip();
  });

  it('ends with its children when its owner is done', async () => {
    const cleanup = new Cleanup();
    const child = startOwned(cleanup, 'sh', ['-c', 'sleep 600 & echo started; wait'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    assert.equal(await firstLine(child), 'started');
    const closed = once(child, 'close');
    await cleanup.run();
    await closed;
  });

  it('takes its children along when it ends by itself', async () => {
    const cleanup = new Cleanup();
    const child = startOwned(cleanup, 'sh', ['-c', 'sleep 600 & echo started'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout!.resume(), 'close');
    await cleanup.run();
  });

  it('ends even if its owner is killed', async () => {
    const code = `const { startOwned } = require(${JSON.stringify(path.join(__dirname, 'children.js'))});
      const child = startOwned({ add() {} }, 'sh', ['-c', 'cat; sleep 600'], { stdio: ['pipe', 'inherit', 'inherit'] });
      child.stdin.end('started\\n');`;
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
