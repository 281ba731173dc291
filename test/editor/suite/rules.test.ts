import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { HttpServerApi } from '../../../src/editor/api';
import { summaryOf } from '../../../src/editor/commands/rulesPicker';
import { rangeOf } from '../../../src/editor/server/ruleProblems';
import { api, ask, extensionId, folder, reached, restoreSettings, set, started, when } from '../support';

const good = [{ match: '/rule', respond: { body: 'by a rule' } }];

describe('rules', () => {
  let server: HttpServerApi;
  let port: number;

  beforeEach(async () => {
    server = await api();
    port = await started(server);
  });

  afterEach(async () => {
    await restoreSettings();
    await reached(server, 'running');
  });

  const body = async (): Promise<string> => (await ask(port, 'GET /rule')).body.toString();
  const mine = (): vscode.Diagnostic[] =>
    vscode.languages
      .getDiagnostics()
      .flatMap(([, all]) => all)
      .filter(({ source }) => source === 'HTTP Server');

  /** Resolves when what the extension has marked is as `wanted` says. */
  async function marked(wanted: (found: readonly vscode.Diagnostic[]) => boolean): Promise<void> {
    while (!wanted(mine())) await when(vscode.languages.onDidChangeDiagnostics);
  }

  it('act at once, and stay in force where the next list makes no sense, which is marked at its place', async () => {
    const applied = when(server.onDidChangeState);
    await set('rules', good);
    await applied;
    assert.equal(await body(), 'by a rule');
    const wrong: readonly (readonly [rule: object, message: RegExp])[] = [
      [{ match: '/x', redirect: '//evil' }, /^Rule 2 redirects to what is no path/],
      [{ match: '/x', respond: { delay: 60_001 } }, /^Rule 2 has a "delay"/],
      [{ match: '/rule' }, /^Rule 2 has none of respond/],
      [{ match: '/x', proxy: 'http://192.0.2.1' }, /^Rule 2 hands on to 192\.0\.2\.1:80, which is not this machine/],
      [{ match: '/files/**', respond: {} }, /^Rule 2 is for "\/files\/\*\*", which can never act/],
    ];
    for (const [rule, message] of wrong) {
      await set('rules', [...good, rule]);
      await marked((found) => found.length === 1 && message.test(found[0]?.message ?? ''));
      assert.equal(server.state, 'running');
      assert.equal(await body(), 'by a rule');
    }
    await set('rules', good);
    await marked((found) => found.length === 0);
  });

  it('are told by the log which of them has answered', async () => {
    const applied = when(server.onDidChangeState);
    await set('rules', good);
    await applied;
    const line = when(server.onDidLog, ({ target }) => target === '/rule');
    await body();
    assert.equal((await line).rule, 1);
  });

  const places: readonly (readonly [promise: string, text: string, place: object | undefined, marks: string])[] = [
    ['a key of a rule', '{ // c\n"httpServer.rules": [{}, { "match": "a" },] }', { rule: 2, keys: ['match'] }, '"a"'],
    ['a rule, if the key is not there', '{"httpServer.rules": [{"x": 1}]}', { rule: 1, keys: ['match'] }, '{"x": 1}'],
    ['the list', '{"httpServer.rules": {"a": 1}}', undefined, '{"a": 1}'],
    ['a rule of a workspace', '{"settings": {"httpServer.rules": [1]}}', { rule: 1, keys: [] }, '1'],
    ['nothing, if it is not there', '{}', { rule: 1, keys: [] }, ''],
  ];
  for (const [promise, text, place, marks] of places) {
    it(`are marked: ${promise}`, async () => {
      const document = await vscode.workspace.openTextDocument({ content: text, language: 'jsonc' });
      assert.equal(document.getText(await rangeOf(text, { place } as never)), marks);
    });
  }

  it('have quick fixes where it is plain what was meant', async () => {
    await set('rules', [...good, { match: 'x', redirect: '/y' }]);
    await marked((found) => found.length === 1);
    const file = vscode.Uri.joinPath(folder().uri, '.vscode/settings.json');
    // In an editor, which is closed: the editor would hold on to an opened document, and not see at once who else writes it.
    await vscode.commands.executeCommand('vscode.open', file);
    const [diagnostic] = mine();
    const offered = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      file,
      diagnostic?.range,
    );
    const fix = offered.find(({ title }) => title === 'Change to "/x"');
    assert.ok(fix?.edit, offered.map(({ title }) => title).join(', '));
    await vscode.workspace.applyEdit(fix.edit);
    await vscode.workspace.save(file);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await marked((found) => found.length === 0);
  });

  it('are completed and explained where they are written, and begun by what many want', async () => {
    await set('rules', [{ match: '/x', respond: { status: 202 } }]);
    const file = vscode.Uri.joinPath(folder().uri, '.vscode/settings.json');
    // As above: whatever opened it as a document would hold on to it.
    const show = async (): Promise<vscode.TextDocument> => {
      await vscode.commands.executeCommand('vscode.open', file);
      return vscode.window.activeTextEditor?.document ?? assert.fail();
    };
    const document = await show();
    const behind = (text: string): vscode.Position => {
      const at = document.getText().indexOf(text);
      assert.ok(at >= 0, document.getText());
      return document.positionAt(at + text.length);
    };
    const offered = async (position: vscode.Position): Promise<string> => {
      const command = 'vscode.executeCompletionItemProvider';
      const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(command, file, position);
      return items.map(({ label }) => (typeof label === 'string' ? label : label.label)).join('; ');
    };
    // What reads the schema starts with the first file of its kind.
    let inAnswer = '';
    for (let i = 0; i < 50 && !inAnswer.includes('delay'); i++) {
      inAnswer = await offered(behind('"respond": {'));
      await show();
    }
    assert.match(inAnswer, /\bdelay\b/);
    assert.match(await offered(behind('"/x",')), /\bmethod\b/);
    const snippets = await offered(behind('"httpServer.rules": ['));
    for (const words of ['Single-page application', 'Backend on port 3000', 'Webhook that answers 202'])
      assert.ok(snippets.includes(words), snippets);
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      file,
      behind('"resp'),
    );
    const explained = hovers.flatMap(({ contents }) => contents).map((each) => (each as vscode.MarkdownString).value);
    assert.match(explained.join('\n'), /A canned answer/);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('are completed and checked in a file for the terminal, too', async () => {
    const file = vscode.Uri.joinPath(folder().uri, 'my.http-server.rules.json');
    await vscode.workspace.fs.writeFile(file, Buffer.from('[{ "match": "/x", "respond": { "status": 999 } }, ]'));
    try {
      // What is not shown is not checked.
      const { document } = await vscode.window.showTextDocument(file);
      const at = document.positionAt(document.getText().indexOf(' }, ]') + ' }, '.length);
      const offered = async (): Promise<string> => {
        const command = 'vscode.executeCompletionItemProvider';
        const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(command, file, at);
        return items.map(({ label }) => (typeof label === 'string' ? label : label.label)).join('; ');
      };
      let snippets = '';
      for (let i = 0; i < 50 && !snippets.includes('Backend'); i++) snippets = await offered();
      assert.match(snippets, /Backend on port 3000/);
      const wrong = (): string => JSON.stringify(vscode.languages.getDiagnostics(file));
      while (!wrong().includes('599')) await when(vscode.languages.onDidChangeDiagnostics);
    } finally {
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      await vscode.workspace.fs.delete(file);
    }
  });

  it('are listed by what they do', () => {
    assert.equal(summaryOf({ match: '/a', respond: { status: 202 } }), 'respond 202');
    assert.equal(summaryOf({ match: '/a', proxy: { to: 'http://localhost:1' } }), 'proxy http://localhost:1');
    assert.equal(summaryOf({ match: '/a', redirect: '/b' }), 'redirect /b');
    assert.equal(summaryOf({ match: '/a', headers: { A: '1', B: '2' } }), 'headers A, B');
  });

  it('have a command, which shows them', () => {
    const { contributes } = (vscode.extensions.getExtension(extensionId) ?? assert.fail()).packageJSON as {
      contributes: { commands: { command: string }[] };
    };
    assert.ok(contributes.commands.some(({ command }) => command === 'httpServer.rules'));
  });
});
