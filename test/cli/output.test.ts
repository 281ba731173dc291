/** A log costs lines, never the server: whoever reads it may be slow, gone, or a disk that is full. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, existsSync, openSync, readFileSync, truncateSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { needs, needsLinux, needsPosix, needsProgram } from '../support/needs';
import { RawClient } from '../support/rawClient';
import { sparePort } from '../support/host/sparePort';
import { temporaryFolder } from '../support/served';
import { endPrograms, program, runProgram, TerminalProgram } from '../support/programs/terminalProgram';

/** Octets of a line of the log, and more: so few of them fill every buffer on the way. */
const agent = 'x'.repeat(4000);

const request = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: ${agent}\r\n\r\n`;

async function ask(client: RawClient, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await client.write(request(`/echo/${i}`));
    assert.equal((await client.read()).body.toString(), String(i));
  }
}

/** How many lines a log has, and how many it says are missing. */
function sumOf(log: string): { lines: number; missing: number } {
  const notices = [...log.matchAll(/^# (\d+) lines? (?:is|are) missing here: nobody took (?:it|them)\.$/gm)];
  return {
    lines: log.match(/^127\.0\.0\.1 - - .* "GET \/echo\/\d+ HTTP\/1\.1" 200 \d+ "-" "x{4000}"$/gm)?.length ?? 0,
    missing: notices.reduce((sum, [, count]) => sum + Number(count), 0),
  };
}

describe('the log costs lines, never the server:', function () {
  this.slow(5000);
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeEach(async () => (folder = await temporaryFolder()));
  afterEach(async () => {
    await endPrograms();
    await folder.remove();
  });

  /** Starts it with a standard output of the test's own, and finds its port by the file that it serves. */
  async function startWith(stdout: number, ...flags: string[]): Promise<{ cli: TerminalProgram; port: number }> {
    const port = await sparePort();
    const cli = new TerminalProgram([folder.path, '--port', String(port), ...flags], {
      stdio: ['ignore', stdout, 'pipe'],
    });
    closeSync(stdout);
    await listening(port);
    return { cli, port };
  }

  /** A pipe by name, read when the test wants. */
  class Fifo {
    readonly path = join(folder.path, 'fifo');
    text = '';
    #reader: Socket | undefined;
    #wake = (): void => undefined;

    constructor() {
      assert.equal(spawnSync('mkfifo', [this.path]).status, 0);
    }

    /** Both ends, so that opening it does not wait for anybody. */
    open(): number {
      return openSync(this.path, constants.O_RDWR | constants.O_NONBLOCK);
    }

    read(): void {
      const descriptor = openSync(this.path, constants.O_RDONLY | constants.O_NONBLOCK);
      this.#reader = new Socket({ fd: descriptor, readable: true, writable: false });
      this.#reader.on('data', (chunk: Buffer) => {
        this.text += chunk.toString('latin1');
        this.#wake();
      });
    }

    async has(count: number): Promise<void> {
      for (;;) {
        const { lines, missing } = sumOf(this.text);
        if (lines + missing >= count) return;
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    }

    close(): void {
      this.#reader?.destroy();
    }
  }

  it('T2: a pipe that nobody reads: what waits is bounded, the rest is counted and told when it reads again', async function () {
    needsLinux(this);
    needsProgram(this, 'mkfifo');
    const fifo = new Fifo();
    const { cli, port } = await startWith(fifo.open());
    const client = await RawClient.connect(port);
    const count = 400;
    await ask(client, count);
    fifo.read();
    await fifo.has(count);
    const { lines, missing } = sumOf(fifo.text);
    assert.equal(lines + missing, count, 'each line is there or counted');
    // A pipe holds 64 KiB, we hold 256 KiB, and what one turn adds.
    assert.ok(lines * agent.length < (64 + 256 + 32) * 1024, `${lines} lines waited`);
    await ask(client, 5);
    await fifo.has(count + 5);
    assert.equal(sumOf(fifo.text).missing, missing, 'nothing is dropped any more');
    client.close();
    assert.deepEqual({ code: (await cli.stop()).code, stderr: cli.stderr }, { code: 0, stderr: '' });
    fifo.close();
  });

  it('T2: a pipe that nobody ever reads does not hold the stop, which says how many lines were dropped', async function () {
    needsLinux(this);
    needsProgram(this, 'mkfifo');
    const fifo = new Fifo();
    const held = fifo.open();
    const { cli, port } = await startWith(fifo.open());
    const client = await RawClient.connect(port);
    await ask(client, 200);
    client.close();
    const { code, stderr } = await cli.stop();
    assert.equal(code, 0);
    assert.match(stderr, /^\d+ lines of the log were dropped\.\n$/);
    closeSync(held);
  });

  it('T1: | head -1', async function () {
    needsPosix(this);
    needsProgram(this, 'head');
    const port = await sparePort();
    const script = `"$0" "$@" | head -1`;
    const shell = spawn('sh', ['-c', script, process.execPath, program, folder.path, '--port', String(port)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let [said, errors] = ['', ''];
    shell.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const told = new Promise<void>((resolve) =>
      shell.stderr.on('data', (chunk: Buffer) => {
        errors += chunk.toString();
        resolve();
      }),
    );
    try {
      await once(shell.stdout, 'data');
      assert.equal(said, `Serving ${folder.path} at http://localhost:${port}/\n`);
      const client = await RawClient.connect(port);
      // The reader is gone as soon as it has its line; from then on each line fails.
      while (errors === '') {
        await ask(client, 10);
        await new Promise(setImmediate);
      }
      await told;
      await ask(client, 50);
      assert.equal(errors, 'The log cannot be written (EPIPE): the server goes on, and its lines are dropped.\n');
      client.close();
    } finally {
      process.kill(-shell.pid!, 'SIGTERM');
      await once(shell, 'close');
    }
    assert.match(errors, /\n\d+ lines of the log were dropped\.\n$/);
  });

  it('T1: a reader of a named pipe that comes again is told what it missed', async function () {
    needsLinux(this);
    needsProgram(this, 'mkfifo');
    const fifo = new Fifo();
    const both = fifo.open();
    const { cli, port } = await startWith(openSync(fifo.path, constants.O_WRONLY | constants.O_NONBLOCK));
    closeSync(both);
    const client = await RawClient.connect(port);
    while (cli.stderr === '') await ask(client, 1);
    fifo.read();
    // It is tried again once a second.
    while (sumOf(fifo.text).missing === 0) await ask(client, 1);
    assert.match(cli.stderr, /^The log cannot be written \(EPIPE\)[^\n]*\n$/);
    client.close();
    assert.equal((await cli.stop()).code, 0);
    fifo.close();
  });

  it('T1: > /dev/full', async function () {
    needs(this, '/dev/full', existsSync('/dev/full'));
    const { cli, port } = await startWith(openSync('/dev/full', 'w'));
    const client = await RawClient.connect(port);
    await ask(client, 100);
    client.close();
    const { code, stderr } = await cli.stop();
    assert.equal(code, 0);
    assert.match(
      stderr,
      /^The log cannot be written \(ENOSPC\): the server goes on, and its lines are dropped\.\n101 lines of the log were dropped\.\n$/,
    );
  });

  it('T1: 2> /dev/full as well', async function () {
    needs(this, '/dev/full', existsSync('/dev/full'));
    const full = openSync('/dev/full', 'w');
    const port = await sparePort();
    const cli = new TerminalProgram([folder.path, '--port', String(port)], { stdio: ['ignore', full, full] });
    await listening(port);
    const client = await RawClient.connect(port);
    await ask(client, 10);
    client.close();
    assert.equal((await cli.stop()).code, 0);
    const wrong = new TerminalProgram(['--nonsense'], { stdio: ['ignore', full, full] });
    assert.equal((await wrong.ended).code, 2);
    const help = new TerminalProgram(['--help'], { stdio: ['ignore', full, full] });
    assert.equal((await help.ended).code, 0);
    closeSync(full);
  });

  it('T1: > /dev/full of one line, and of what no server prints', async function () {
    needs(this, '/dev/full', existsSync('/dev/full'));
    const { cli } = await startWith(openSync('/dev/full', 'w'));
    await cli.prints(/\n/, 'stderr');
    assert.match((await cli.stop()).stderr, /\n1 line of the log was dropped\.\n$/);
    for (const flag of ['--help', '--version']) {
      const full = openSync('/dev/full', 'w');
      const told = new TerminalProgram([flag], { stdio: ['ignore', full, 'pipe'] });
      assert.equal((await told.ended).stderr, 'This cannot be written (ENOSPC).\n');
      closeSync(full);
    }
  });

  it('T1: a log that is as long as it may be goes on when it is emptied, with whole lines and what is missing', async function () {
    needsPosix(this);
    const file = join(folder.path, 'log');
    const port = await sparePort();
    // Blocks of 512 octets: five lines, and a piece of one.
    const limited = ['sh', '-c', 'ulimit -f 45; exec "$@" >> "$0"', file];
    const cli = new TerminalProgram([folder.path, '--port', String(port)], { wrapper: limited });
    await listening(port);
    const client = await RawClient.connect(port);
    while (cli.stderr === '') await ask(client, 1);
    assert.match(cli.stderr, /^The log cannot be written \(EFBIG\)/);
    const first = readFileSync(file, 'latin1');
    assert.doesNotMatch(first, /\n$/, 'the last line is torn');
    truncateSync(file);
    while (sumOf(readFileSync(file, 'latin1')).lines === 0) await ask(client, 1);
    const then = readFileSync(file, 'latin1');
    assert.match(then, /^\n# \d+ lines? (is|are) missing here: nobody took (it|them)\.\n127/);
    client.close();
    assert.equal((await cli.stop()).code, 0);
  });

  it('T2: a terminal that was told to wait (Ctrl+S), and to go on (Ctrl+Q)', async function () {
    needsLinux(this);
    needsProgram(this, 'script');
    const port = await sparePort();
    const command = `exec "${process.execPath}" "${program}" "${folder.path}" --port ${port}`;
    const terminal = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null']);
    let shown = '';
    terminal.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString('latin1')));
    try {
      await listening(port);
      const client = await RawClient.connect(port);
      await ask(client, 1);
      terminal.stdin.write('\x13');
      const count = 400;
      await ask(client, count);
      assert.ok(sumOf(shown.replaceAll('\r', '')).lines < count, 'it waits');
      terminal.stdin.write('\x11');
      for (;;) {
        const { lines, missing } = sumOf(shown.replaceAll('\r', ''));
        if (lines + missing === count + 1) break;
        await once(terminal.stdout, 'data');
      }
      client.close();
    } finally {
      terminal.stdin.write('\x03');
      await once(terminal, 'close');
    }
  });

  it('the help in a pipe that ends is no error', async function () {
    needsPosix(this);
    needsProgram(this, 'head');
    const { code, stderr } = await runProgram(['--help'], {
      wrapper: ['sh', '-c', '"$0" "$@" | head -1'],
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  });
});

async function listening(port: number): Promise<void> {
  for (;;) {
    const client = await RawClient.connect(port).catch(() => undefined);
    client?.close();
    if (client !== undefined) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
