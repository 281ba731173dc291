/** An extension beside ours that does what an agent's part of an editor would do. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const files = {
  'package.json': JSON.stringify({
    ...{ name: 'beside', publisher: 'test', version: '0.0.0', main: './main.js', engines: { vscode: '^1.99.0' } },
    contributes: { commands: [{ command: 'agent.ask', title: 'Agent: Read Requests' }] },
  }),
  // The status bar tells how often it got an answer.
  'main.js': `const { commands, lm, window } = require('vscode');
let answers = 0;
exports.activate = () => commands.registerCommand('agent.ask', async () => {
  try {
    await lm.invokeTool('httpServer_requests', { input: {}, toolInvocationToken: undefined });
    window.setStatusBarMessage('agent answers: ' + ++answers);
  } catch {
    window.setStatusBarMessage('agent was refused');
  }
});`,
};

/** Its folder, which is for whoever asks to remove. */
export async function agentFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'agent-'));
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
  return folder;
}
