/** A burst of requests while somebody looks at the view of them: each is counted, and what the editor keeps of them has its bound. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { HttpServerApi } from '../../../../src/editor/api';
import { defaultLimits, MiB } from '../../../../src/options';
import { api, extensionId, started } from '../../support';

/** TEST_BURST says how many; without it, as many as can be had while everything else waits. */
const count = Number(process.env.TEST_BURST ?? 24_000);

/** Octets of a head that browsers send, about. */
const fields = `Host: localhost\r\nUser-Agent: ${'Mozilla/5.0 '.repeat(20)}\r\nCookie: a=${'b'.repeat(300)}\r\n`;

/** Sends so many requests, on eight connections, in a process of its own: its memory is not that of the editor. */
const sender = `
  const { connect } = require('node:net');
  const [port, count, fields] = JSON.parse(process.argv[1]);
  let answers = 0;
  let toSend = count;
  for (let i = 0; i < 8; i++) {
    let open = 0;
    const more = () => {
      open = Math.min(100, toSend);
      toSend -= open;
      if (open === 0) return socket.end();
      socket.write(('GET /user-agent?burst HTTP/1.1\\r\\n' + fields + '\\r\\n').repeat(open));
    };
    const socket = connect(port, '127.0.0.1', more);
    // A status line may come in two pieces.
    const status = 'HTTP/1.1 200';
    let rest = '';
    socket.on('data', (data) => {
      const text = rest + data.toString('latin1');
      const seen = text.split(status).length - 1;
      rest = text.slice(1 - status.length);
      answers += seen;
      open -= seen;
      if (open === 0) more();
    });
  }
  process.on('exit', () => console.log(answers));
`;

/** Resolves to how many were answered. */
async function send(port: number, requests: number): Promise<number> {
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  const asked = JSON.stringify([port, requests, fields]);
  const child = spawn(process.execPath, ['-e', sender, asked], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  child.stdout.on('data', (data) => (printed += String(data)));
  await once(child, 'close');
  return Number(printed);
}

/** How many exchanges a log tells of, one by one and together. */
const told = (text: string): number =>
  [...text.matchAll(/ and (\d+) more/g)].reduce((sum, [, more]) => sum + Number(more), 0) +
  (text.match(/ \/user-agent\?burst/g)?.length ?? 0);

/** The log, as the panel shows it, once all of the burst is told in it. */
async function toldInLog(sent: number): Promise<number> {
  const isLog = ({ uri }: vscode.TextDocument): boolean => uri.scheme === 'output' && uri.path.includes(extensionId);
  await vscode.commands.executeCommand('httpServer.showLog');
  return new Promise((resolve) => {
    const look = (document: vscode.TextDocument): void => {
      if (!isLog(document) || told(document.getText()) < sent) return;
      for (const each of subscriptions) each.dispose();
      resolve(told(document.getText()));
    };
    const subscriptions = [
      vscode.workspace.onDidOpenTextDocument(look),
      vscode.workspace.onDidChangeTextDocument(({ document }) => look(document)),
    ];
    vscode.workspace.textDocuments.forEach(look);
  });
}

/** The most memory that the process, in which the server's thread is, has while `action` goes on. */
async function peakDuring(action: Promise<unknown>): Promise<number> {
  let peak = process.memoryUsage.rss();
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20);
  await action.finally(() => clearInterval(timer));
  return Math.max(peak, process.memoryUsage.rss());
}

describe('a burst of requests, with the view of requests open', () => {
  let server: HttpServerApi;

  before(async () => {
    server = await api();
  });

  it('is counted exactly, takes no more memory than its bound, and leaves the view as it should be', async function () {
    this.timeout(1_800_000);
    const port = await started(server);
    await vscode.commands.executeCommand('httpServer.showRequests');
    // What a busy server needs at all is there after the first tenth.
    const first = Math.ceil(count / 10);
    let answered = await send(port, first);
    const before = process.memoryUsage.rss();
    const peak = await peakDuring(send(port, count - first).then((more) => (answered += more)));
    assert.equal(answered, count);
    const grown = Math.round((peak - before) / MiB);
    const kept = await server.requests();
    const numbered = kept[0]?.number ?? 0;
    console.log(`      ${count} requests, of which ${numbered} have a number: ${grown} MiB more at most`);
    assert.ok(numbered > 0 && numbered <= count, `${numbered} have a number`);
    assert.ok(kept.length * fields.length <= defaultLimits.requests);
    // Beside the 8 MiB that requests may take, what their thread and that of the editor make and throw away.
    assert.ok(grown < 128, `${grown} MiB more`);
    assert.equal(await toldInLog(count), count);
  });
});
