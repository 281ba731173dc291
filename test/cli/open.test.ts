/** `--open` hands the browser the address, and nobody the token. */
import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { needsLinux } from '../support/needs';
import { temporaryFolder } from '../support/served';
import { endPrograms, TerminalProgram } from '../support/programs/terminalProgram';

describe('--open', function () {
  this.slow(5000);
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  before(function () {
    needsLinux(this);
  });
  beforeEach(async () => {
    folder = await temporaryFolder();
    await mkdir(join(folder.path, 'bin'));
    await mkdir(join(folder.path, 'site'));
  });
  afterEach(async () => {
    await endPrograms();
    await folder.remove();
  });

  /** Starts it where `xdg-open` does what is said, if there is one. */
  async function start(script: string | undefined, ...flags: string[]): Promise<TerminalProgram> {
    const bin = join(folder.path, 'bin');
    if (script !== undefined) {
      await writeFile(join(bin, 'xdg-open'), `#!${process.execPath}\n${script}\n`);
      await chmod(join(bin, 'xdg-open'), 0o755);
    }
    const path = script === undefined ? bin : `${bin}:${process.env.PATH ?? ''}`;
    return new TerminalProgram([join(folder.path, 'site'), '-p0', '--open', ...flags], {
      env: { PATH: path, HTTP_SERVER_TOKEN: 'sesame', SEEN: join(folder.path, 'seen') },
    });
  }

  it('starts the browser with the address, without the token', async () => {
    const cli = await start(
      `const { SEEN } = process.env, { writeFileSync, renameSync } = require('node:fs');
      writeFileSync(SEEN + '.part', process.argv.slice(2).join(' ') + '\\n');
      renameSync(SEEN + '.part', SEEN);`,
    );
    const port = await cli.port();
    let seen: string | undefined;
    while (seen === undefined) {
      seen = await readFile(join(folder.path, 'seen'), 'utf8').catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.equal(seen, `http://localhost:${port}/\n`);
    assert.deepEqual(await cli.stop(), { code: 0, stdout: cli.stdout, stderr: '' });
  });

  for (const [promise, script] of [
    ['there is no such program', undefined],
    ['the program finds no browser', 'process.exit(3)'],
  ] as const) {
    it(`says so if ${promise}, and serves on`, async () => {
      const cli = await start(script);
      const port = await cli.port();
      const [, why = ''] = await cli.prints(/^The browser could not be opened at (.*)\.\n$/, 'stderr');
      assert.ok(why.startsWith(`http://localhost:${port}/: `), why);
      assert.match(why, script === undefined ? /ENOENT/ : /ended with 3/);
      const response = await fetch(`http://localhost:${port}/`, { headers: { authorization: 'Bearer sesame' } });
      assert.equal(response.status, 200);
      assert.equal((await cli.stop()).code, 0);
    });
  }

  it('opens nothing without it', async () => {
    await rm(join(folder.path, 'bin'), { recursive: true });
    const cli = new TerminalProgram([join(folder.path, 'site'), '-p0'], { env: { PATH: '' } });
    await cli.port();
    assert.equal((await cli.stop()).stderr, '');
  });
});
