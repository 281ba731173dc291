/** `--live-reload`: pages are told what changes, and of what they cannot ask for they are told nothing. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { needs, needsLinux, needsPosix, needsProgram } from '../support/needs';
import { field, RawClient } from '../support/rawClient';
import { temporaryFolder } from '../support/served';
import { endPrograms, TerminalProgram } from '../support/programs/terminalProgram';

const page = '<!doctype html><head></head><p>a</p>';

/** What a browser says that loads a page. */
const navigation = 'Accept: text/html\r\nSec-Fetch-Dest: document\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Site: none';

describe('--live-reload', function () {
  this.slow(5000);
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeEach(async () => {
    folder = await temporaryFolder();
    await mkdir(join(folder.path, 'node_modules/a'), { recursive: true });
    await mkdir(join(folder.path, 'deep/er'), { recursive: true });
    await writeFile(join(folder.path, 'index.html'), page);
  });
  afterEach(async () => {
    await endPrograms();
    await folder.remove();
  });

  async function get(port: number, path: string): Promise<string> {
    const client = await RawClient.connect(port);
    await client.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${navigation}\r\n\r\n`);
    const response = await client.read();
    client.close();
    assert.equal(field(response, 'content-type'), 'text/html; charset=utf-8');
    return response.body.toString();
  }

  it('tells of each file that changes, and of no other', async () => {
    const cli = new TerminalProgram([folder.path, '-p0', '--live-reload']);
    const port = await cli.port();
    await cli.prints(/^Pages reload when a file that they use changes\.$/m);
    assert.match(await get(port, '/'), /<script/);

    const events = await fetch(`http://localhost:${port}/.http-server/events`, {
      headers: { accept: 'text/event-stream' },
    });
    const reader = events.body!.getReader();
    let told = '';
    const until = async (path: string): Promise<void> => {
      while (!told.includes(JSON.stringify(path))) {
        const { value } = (await reader.read()) as { value?: Uint8Array };
        assert.ok(value !== undefined);
        told += Buffer.from(value).toString();
      }
    };

    await writeFile(join(folder.path, '.hidden'), 'x');
    await writeFile(join(folder.path, 'node_modules/a/b.js'), 'x');
    await writeFile(join(folder.path, 'index.html'), `${page}b`);
    await until('/index.html');
    await writeFile(join(folder.path, 'deep/er/new.css'), 'x');
    await until('/deep/er/new.css');
    await mkdir(join(folder.path, 'later'));
    await until('/later');
    await writeFile(join(folder.path, 'later/a b.js'), 'x');
    await until('/later/a b.js');
    told = '';
    await rm(join(folder.path, 'deep/er/new.css'));
    await until('/deep/er/new.css');
    assert.doesNotMatch(told, /hidden|node_modules/);
    await reader.cancel();
    assert.equal((await cli.stop()).code, 0);
  });

  it('follows a folder that is served by a link to it', async function () {
    needsPosix(this);
    const link = `${folder.path}-link`;
    await symlink(folder.path, link);
    const cli = new TerminalProgram([link, '-p0', '--live-reload']);
    const port = await cli.port();
    await cli.prints(/^Pages reload/m);
    const events = await fetch(`http://localhost:${port}/.http-server/events`);
    const reader = events.body!.getReader();
    await writeFile(join(folder.path, 'index.html'), 'other');
    let told = '';
    while (!told.includes('"/index.html"')) told += Buffer.from((await reader.read()).value ?? []).toString();
    await reader.cancel();
    await cli.stop();
    await rm(link);
  });

  it('goes on in a folder that is made anew, again and again', async function () {
    needsPosix(this);
    const path = join(folder.path, 'built');
    await mkdir(path);
    const cli = new TerminalProgram([path, '-p0', '--live-reload']);
    const port = await cli.port();
    await cli.prints(/^Pages reload/m);
    const events = await fetch(`http://localhost:${port}/.http-server/events`);
    const reader = events.body!.getReader();
    let told = '';
    const until = async (what: string): Promise<void> => {
      while (!told.includes(what)) told += Buffer.from((await reader.read()).value ?? []).toString();
      told = '';
    };
    for (let i = 0; i < 3; i++) {
      if (i % 2 === 0) await rm(path, { recursive: true });
      else await rename(path, `${path}-${i}`);
      await mkdir(path);
      await until('"all"');
      await writeFile(join(path, `${i}.html`), page);
      await until(`"/${i}.html"`);
    }
    await reader.cancel();
    await cli.stop();
  });

  it('says once that it cannot, and why, and the server goes on', async function () {
    needsLinux(this);
    needsProgram(this, 'unshare');
    const wrapper = ['unshare', '--user', '--map-root-user', 'sh', '-c'];
    const none = 'echo 0 > /proc/sys/user/max_inotify_instances';
    const isAllowed = spawnSync('unshare', [...wrapper.slice(1), none]).status === 0;
    needs(this, 'unshare, and leave to use it', isAllowed);
    const cli = new TerminalProgram([folder.path, '-p0', '--live-reload'], {
      wrapper: [...wrapper, `${none} && exec "$@"`, 'sh'],
    });
    const port = await cli.port();
    await cli.prints(/\n/, 'stderr');
    await get(port, '/');
    const { code, stdout, stderr } = await cli.stop();
    assert.match(stderr, /^Pages do not reload, for no change can be seen: EMFILE: .*\n$/);
    assert.doesNotMatch(stdout, /Pages reload/);
    assert.equal(code, 0);
  });

  it('is off without it', async () => {
    const cli = new TerminalProgram([folder.path, '-p0']);
    assert.equal(await get(await cli.port(), '/'), page);
    await cli.stop();
  });
});
