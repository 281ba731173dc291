import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import assert from 'node:assert/strict';
import { commands } from 'vscode';
import type { HttpServerApi } from '../../../../src/editor/api';
import { api, extensionId, started } from '../../support';

const seconds = 3;
/** Milliseconds between two ticks of the clock that is watched. */
const period = 10;

/** How many milliseconds the ticks of this thread come too late: median and 99th percentile. */
async function lateness(): Promise<{ p50: number; p99: number }> {
  const late: number[] = [];
  for (const end = performance.now() + seconds * 1000; performance.now() < end;) {
    const before = performance.now();
    await pause(period);
    late.push(performance.now() - before - period);
  }
  late.sort((a, b) => a - b);
  const at = (share: number): number => late[Math.floor(late.length * share)] ?? Infinity;
  return { p50: at(0.5), p99: at(0.99) };
}

/** Asks for a small file as fast as it can on several connections, in a process of its own; prints how often it did. */
const load = `
  const { connect } = require('node:net');
  const port = Number(process.argv[1]);
  const requests = Buffer.from('GET /hello.txt HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n'.repeat(16));
  let answers = 0;
  for (let i = 0; i < 8; i++) {
    const socket = connect(port, '127.0.0.1', () => socket.write(requests));
    let open = 16;
    socket.on('data', (data) => {
      const count = data.toString('latin1').split('HTTP/1.1 200').length - 1;
      answers += count;
      open -= count;
      if (open <= 0) { open += 16; socket.write(requests); }
    });
  }
  process.on('SIGTERM', () => { console.log(answers); process.exit(); });
`;

/** The editor's own record of what it did, at which millisecond. */
interface Marks {
  readonly MonacoPerformanceMarks?: { getMarks(): readonly { readonly name: string; readonly startTime: number }[] };
}

/** How long the editor took to do that with the extension, in milliseconds. */
function took(what: string): number {
  const marks = (globalThis as Marks).MonacoPerformanceMarks?.getMarks() ?? [];
  const at = (prefix: string): number =>
    marks.find(({ name }) => name === `code/extHost/${prefix}${what}/${extensionId}`)?.startTime ?? NaN;
  return at('did') - at('will');
}

describe('the editor', () => {
  let server: HttpServerApi;

  before(async () => {
    server = await api();
  });

  /** What is looked at meanwhile: nothing of ours, or the view of requests. */
  const views: readonly (readonly [promise: string, command: string])[] = [
    ['', 'workbench.action.closePanel'],
    [', with the view of requests open', 'httpServer.showRequests'],
  ];
  for (const [promise, command] of views) {
    it(`has a clock that a server under full load hardly disturbs${promise}`, async function () {
      this.timeout(180_000);
      const port = await started(server);
      await commands.executeCommand(command);
      // The window has just opened, and the editor is still busy with itself.
      await lateness();
      const idle = await lateness();
      const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
      const client = spawn(process.execPath, ['-e', load, String(port)], { env, stdio: ['ignore', 'pipe', 'inherit'] });
      // What is measured is not that the client takes a core from the editor.
      setPriority(client.pid ?? 0, constants.priority.PRIORITY_LOW);
      const answered = new Promise<number>((resolve) => client.stdout.on('data', (data) => resolve(Number(data))));
      const busy = await lateness();
      client.kill();
      const rate = Math.round((await answered) / seconds);
      const show = ({ p50, p99 }: { p50: number; p99: number }): string =>
        `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
      console.log(
        `      lateness of a ${period} ms timer${promise}: idle ${show(idle)}; at ${rate} requests/s ${show(busy)}`,
      );
      assert.ok(rate > 0, 'there was no load');
    });
  }

  it('tells how long it took to load and to activate the extension', () => {
    const load = took('LoadExtensionCode');
    const activate = took('ActivateExtension');
    console.log(`      loading the code: ${load} ms; activate: ${activate} ms`);
    assert.ok(load >= 0 && activate >= 0);
  });

  it('has a server soon after Start', async () => {
    const took: number[] = [];
    for (let i = 0; i < 5; i++) {
      await server.stop();
      const before = performance.now();
      await server.start();
      took.push(performance.now() - before);
    }
    took.sort((a, b) => a - b);
    const [least = 0, , median = 0, , most = 0] = took.map(Math.round);
    console.log(`      from Start to listening: median ${median} ms, ${least} to ${most} ms`);
    assert.equal(server.state, 'running');
  });
});
