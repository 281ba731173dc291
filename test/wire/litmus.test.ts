/** litmus, which WebDAV servers are tried by, where it is installed: what of it is about files and folders holds. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { needsProgram } from '../support/needs';
import { startServed } from '../support/served';

/** Each of its tests, and how it ended. */
async function basic(url: string, cwd: string): Promise<ReadonlyMap<string, string>> {
  const child = spawn('litmus', [url], { cwd, env: { ...process.env, TESTS: 'basic' } });
  let said = '';
  child.stdout.on('data', (octets: Buffer) => (said += octets.toString()));
  await once(child, 'close');
  return new Map([...said.matchAll(/\d+\. (\w+)\.+ (pass|FAIL)/g)].map(([, name = '', end = '']) => [name, end]));
}

it('litmus basic passes, but that nothing is said of WebDAV: there are no locks and no properties', async function () {
  needsProgram(this, 'litmus');
  const served = await startServed({ access: 'full', tls: undefined });
  try {
    const ends = await basic(`${served.origin}/files/`, dirname(served.directory));
    assert.ok(ends.size >= 16, [...ends].join('; '));
    const failed = [...ends].flatMap(([name, end]) => (end === 'pass' ? [] : [name]));
    assert.deepEqual(failed, ['options']);
  } finally {
    await served.stop();
  }
});
