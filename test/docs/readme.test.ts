/** README says what is so: its examples run as printed, and its tables have what there is. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { blocksOf, codeIn, filesLinkedBy, manifest, projectRoot, read, rowsOf, scriptsIn, sectionOf } from './markdown';

const readme = read('README.md');
const blocks = blocksOf(readme);
const program = path.join(projectRoot, 'dist/cli.js');

/** Blocks that are run, each with the one behind it: what it prints. */
const examples = blocks.flatMap((block, i) =>
  block.mark === 'example' ? [{ command: block.text, output: blocks[i + 1]?.text ?? '' }] : [],
);

/** What the server is started with, as printed, but on a folder and a port of the test's own. */
function flags(directory: string): string[] {
  const block = blocks.find(({ mark }) => mark === 'server');
  const printed = /npm start -- (.*)/.exec(block?.text ?? '')?.[1]?.split(' ') ?? [];
  const given = printed.map((word, i) => (printed[i - 1] === '--directory' ? directory : word));
  return [...given, '--port', '0'];
}

/** Without what no two runs have in common. */
const timeless = (text: string): string =>
  text
    .replaceAll('\r\n', '\n')
    .replace(/\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT/g, 'DATE')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'DATE')
    .trimEnd();

describe('README’s examples', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'http-server-readme-'));
  const served = mkdtempSync(path.join(tmpdir(), 'http-server-readme-'));
  let server: ChildProcess | undefined;
  let origin = '';

  before(async function () {
    if (process.platform === 'win32') this.skip();
    server = spawn(process.execPath, [program, ...flags(served)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface({ input: server.stdout! });
    const [line] = (await once(lines, 'line')) as [string];
    origin = /http:\/\/localhost:\d+/.exec(line)?.[0] ?? '';
  });

  after(async () => {
    if (server?.exitCode === null && server.kill()) await once(server, 'exit');
    for (const each of [folder, served]) rmSync(each, { recursive: true });
  });

  it('are there', () => {
    assert.ok(examples.length >= 8);
  });

  for (const { command, output } of examples) {
    it(command.trimEnd().replaceAll('\n', '; '), () => {
      const script = command.replaceAll('http://localhost:4221', origin);
      const options = {
        cwd: folder,
        env: { ...process.env, CURL_HOME: folder },
        encoding: 'utf8',
        stdio: 'pipe',
      } as const;
      assert.equal(timeless(execFileSync('sh', ['-e', '-c', script], options)), timeless(output));
    });
  }
});

describe('README', () => {
  it('has what --help prints', () => {
    const help = execFileSync(process.execPath, [program, '--help'], { encoding: 'utf8' });
    assert.ok(blocks.some(({ text }) => text === help));
  });

  it('names every command by its title and its identifier', () => {
    const names = JSON.parse(read('package.nls.json')) as Record<string, string>;
    const title = (key: string): string | undefined => names[key.slice(1, -1)];
    assert.deepEqual(
      rowsOf(sectionOf(readme, '### Commands')).map(([name, id]) => [name, codeIn(id)]),
      manifest.contributes.commands.map((entry) => [title(entry.title), entry.command]),
    );
  });

  it('names every setting and its default', () => {
    assert.deepEqual(
      rowsOf(sectionOf(readme, '### Settings')).map((cells) => cells.slice(0, 2).map(codeIn)),
      Object.entries(manifest.contributes.configuration.properties).map(([name, setting]) => [
        name,
        JSON.stringify(setting.default),
      ]),
    );
  });

  it('says which settings a workspace cannot set', () => {
    const scopes = Object.values(manifest.contributes.configuration.properties).map(({ scope }) => scope);
    assert.match(readme, /The last four can only be set for the machine/);
    assert.deepEqual(scopes.indexOf('machine'), scopes.length - 4);
    assert.ok(scopes.slice(-4).every((scope) => scope === 'machine'));
  });

  it('says which versions it needs', () => {
    assert.ok(readme.includes(`VS Code ${manifest.engines.vscode?.replace(/^\^|\.0$/g, '')} or newer`));
    assert.ok(readme.includes(`Node.js ${/\d+\.\d+/.exec(manifest.engines.node ?? '')?.[0]} or newer`));
  });

  it('names the package as it is made', () => {
    const named = new Set(readme.match(/[\w-]+-\d+\.\d+\.\d+\.vsix/g));
    assert.deepEqual([...named], [`${manifest.name}-${manifest.version}.vsix`]);
  });

  it('names the extension as other extensions find it', () => {
    assert.ok(readme.includes(`getExtension('${manifest.publisher}.${manifest.name}')`));
  });

  it('names no script that is not there', () => {
    assert.deepEqual(
      scriptsIn(readme).filter((script) => manifest.scripts[script] === undefined),
      [],
    );
  });

  it('links to no file that is not there', () => {
    assert.deepEqual(
      filesLinkedBy(readme).filter((file) => !existsSync(path.join(projectRoot, file))),
      [],
    );
  });
});
