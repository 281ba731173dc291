/** The output channel of pages' consoles: what they wrote, as text, with links of our own making alone. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { HttpServerApi } from '../../../src/editor/api';
import { consoleLines } from '../../../src/editor/log/pageConsole';
import { RawClient } from '../../support/rawClient';
import { api, folder, restoreSettings, set, started, when } from '../support';

const noon = new Date(2026, 0, 1, 12, 0, 0, 7);

describe('the console of pages', () => {
  let server: HttpServerApi;
  let port: number;

  before(async () => {
    server = await api();
    port = await started(server);
  });
  afterEach(restoreSettings);

  async function report(lines: readonly object[]): Promise<number> {
    const client = await RawClient.connect(port);
    const body = JSON.stringify({ id: 'test', page: '/index.html', dropped: 0, lines });
    const origin = `http://localhost:${port}`;
    const head = `POST /.http-server/console HTTP/1.1\r\nHost: localhost:${port}\r\nOrigin: ${origin}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
    await client.write(head + body);
    const { status } = await client.read();
    client.close();
    return status;
  }

  const isConsole = (document: vscode.TextDocument): boolean =>
    document.uri.scheme === 'output' && document.getText().includes(' [error] thrown');

  async function channel(): Promise<vscode.TextDocument> {
    const there = (): vscode.TextDocument | undefined => vscode.workspace.textDocuments.find(isConsole);
    const shown = there();
    if (shown !== undefined) return shown;
    const events = [vscode.workspace.onDidOpenTextDocument, vscode.workspace.onDidChangeTextDocument] as const;
    await Promise.race([when(events[0], () => !!there()), when(events[1], () => !!there())]);
    return there()!;
  }

  it('shows what they wrote, with links to files that are shown', async () => {
    const text = 'thrown\n    at f (/style.css:1:2)\n    at g (/.env:1:1) https://evil.example/';
    const place = { path: '/index.html', line: 2, column: 3 };
    assert.equal(await report([{ level: 'error', text, place }]), 204);
    await vscode.commands.executeCommand('httpServer.showConsole');
    const document = await channel();
    const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>(
      'vscode.executeLinkProvider',
      document.uri,
    );
    const ofFile = (name: string): string => vscode.Uri.joinPath(folder().uri, name).fsPath;
    assert.deepEqual(
      links.map(({ range, target }) => [document.getText(range), target?.fsPath, target?.fragment]),
      [
        ['/index.html:2:3', ofFile('index.html'), 'L2,3'],
        ['/style.css:1:2', ofFile('style.css'), 'L1,2'],
      ],
    );
    assert.ok(document.getText().includes('│     at g (/.env:1:1) https: //evil.example/'), document.getText());
  });

  it('is not told of where the setting is off', async () => {
    await set('forwardConsole', false);
    await server.start();
    assert.equal(await report([{ level: 'log', text: 'off' }]), 405);
  });

  const lines: readonly (readonly [promise: string, text: string, ...shown: string[]])[] = [
    ['a text', 'hello', '12:00:00.007 [log] hello — /page'],
    [
      'line ends within a text, marked',
      'a\n12:00:00.007 [log] b',
      '12:00:00.007 [log] a — /page',
      '             │ 12:00:00.007 [log] b',
    ],
    [
      'colours of a terminal, and what turns the direction',
      '\u001b[31ma\u202eb',
      '12:00:00.007 [log] \\u{1b}[31ma\\u{202e}b — /page',
    ],
    ['an address that is no link', 'HTTPS://x.example', '12:00:00.007 [log] HTTPS: //x.example — /page'],
  ];
  for (const [promise, text, ...shown] of lines) {
    it(`shows ${promise}`, () => {
      const told = { page: '/page', lines: [{ level: 'log' as const, text }], dropped: 0 };
      assert.deepEqual(consoleLines(told, noon), shown);
    });
  }

  it('shows no path of the workspace, which the editor would link', () => {
    const text = `${folder().uri.fsPath}/.env:1`;
    const [line] = consoleLines({ page: '/', lines: [{ level: 'log', text }], dropped: 2 }, noon);
    assert.equal(line, '12:00:00.007 [log] …/.env:1 — /');
  });
});
