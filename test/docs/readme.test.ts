/** README and the pages for users say what is so: their examples run as printed, and their tables have what there is. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { needs, needsPosix, needsProgram } from '../support/needs';
import { blocksOf, codeIn, filesLinkedBy, manifest, projectRoot, read, rowsOf, scriptsIn, sectionOf } from './markdown';

const readme = read('README.md');
const [http, editor, terminal] = ['http', 'editor', 'terminal'].map((name) => read(`docs/${name}.md`)) as [
  string,
  string,
  string,
];
const blocks = [readme, http].flatMap(blocksOf);
const program = path.join(projectRoot, 'dist/cli.js');

interface Example {
  readonly command: string;
  readonly output: string;
}

/** A server as README starts it, and what is asked of it: the blocks up to the next server. */
interface Session {
  readonly start: string;
  readonly examples: Example[];
}

const sessions: Session[] = [];
for (const [i, { mark, text }] of blocks.entries()) {
  if (mark === 'server') sessions.push({ start: text, examples: [] });
  // The block behind a command is what it prints.
  if (mark === 'example') sessions.at(-1)?.examples.push({ command: text, output: blocks[i + 1]?.text ?? '' });
}

/** What the server is started with, as printed, but on a folder and a port of the test's own. */
function flags(start: string, directory: string): string[] {
  const printed = /npm start -- (.*)/.exec(start)?.[1]?.split(' ') ?? [];
  const given = printed.map((word) => (word === '../demo' ? directory : word));
  return [...given, '--port', '0'];
}

/** Without what no two runs have in common. */
const timeless = (text: string): string =>
  text
    .replaceAll('\r\n', '\n')
    .replace(/\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT/g, 'DATE')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'DATE')
    .trimEnd();

/** Whether there is a curl that writes out fields of the response by their names. */
function hasCurl(): boolean {
  const { stdout } = spawnSync('curl', ['--version'], { encoding: 'utf8' });
  const [, major = 0, minor = 0] = /^curl (\d+)\.(\d+)/.exec(stdout) ?? [];
  return Number(major) * 1000 + Number(minor) >= 7084;
}

describe('the examples of README and docs/http.md', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'http-server-readme-'));
  const served = mkdtempSync(path.join(tmpdir(), 'http-server-readme-'));

  before(function () {
    needsPosix(this);
    needs(this, 'curl 7.84 or newer', hasCurl());
    needsProgram(this, 'openssl');
  });

  after(() => {
    for (const each of [folder, served]) rmSync(each, { recursive: true });
  });

  it('are there', () => {
    assert.ok(sessions.flatMap(({ examples }) => examples).length >= 8);
  });

  for (const { start, examples } of sessions) {
    describe(start.trimEnd(), () => {
      let server: ChildProcess;
      let origin = '';

      before(async () => {
        const args = [program, ...flags(start, served)];
        server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
        const [line] = (await once(createInterface({ input: server.stdout! }), 'line')) as [string];
        origin = /http:\/\/localhost:\d+/.exec(line)?.[0] ?? '';
      });

      after(async () => {
        if (server.exitCode === null && server.kill()) await once(server, 'exit');
      });

      for (const { command, output } of examples) {
        it(command.trimEnd().replaceAll('\n', '; '), () => {
          const script = command.replaceAll('http://localhost:4221', origin);
          const env = { ...process.env, CURL_HOME: folder, NO_PROXY: '*', no_proxy: '*' };
          const printed = execFileSync('sh', ['-e', '-c', script], { cwd: folder, env, stdio: 'pipe' });
          assert.equal(timeless(printed.toString()), timeless(output));
        });
      }
    });
  }
});

describe('README, and the pages for users', () => {
  it('has pictures that are looked at without waiting: 250 KiB in all', () => {
    const pictures = [...readme.matchAll(/!\[[^\]]+\]\(([^)]+)\)/g)].map(([, file = '']) => file);
    assert.ok(pictures.length >= 3);
    const size = pictures.reduce((sum, file) => sum + statSync(path.join(projectRoot, file)).size, 0);
    assert.ok(size <= 250 * 1024, `${size} octets`);
  });

  it('is short enough to be read', () => assert.ok(readme.split('\n').length <= 200));

  it('has what --help prints', () => {
    const help = execFileSync(process.execPath, [program, '--help'], { encoding: 'utf8' });
    assert.ok(blocksOf(terminal).some(({ text }) => text === help));
  });

  it('names every command by its title and its identifier', () => {
    const names = JSON.parse(read('package.nls.json')) as Record<string, string>;
    const title = (key: string): string | undefined => names[key.slice(1, -1)];
    assert.deepEqual(
      rowsOf(sectionOf(editor, '## Commands')).map(([name, id]) => [name, codeIn(id)]),
      manifest.contributes.commands.map((entry) => [title(entry.title), entry.command]),
    );
  });

  it('names every setting and its default', () => {
    assert.deepEqual(
      rowsOf(sectionOf(editor, '## Settings')).map((cells) => cells.slice(0, 2).map(codeIn)),
      Object.entries(manifest.contributes.configuration.properties).map(([name, setting]) => [
        name,
        JSON.stringify(setting.default),
      ]),
    );
  });

  it('says which settings a workspace cannot set', () => {
    const scopes = Object.values(manifest.contributes.configuration.properties).map(({ scope }) => scope);
    assert.match(editor, /The last six can only be set for the machine/);
    assert.deepEqual(scopes.indexOf('machine'), scopes.length - 6);
    assert.ok(scopes.slice(-6).every((scope) => scope === 'machine'));
  });

  it('says which versions it needs', () => {
    assert.ok(readme.includes(`VS Code ${manifest.engines.vscode?.replace(/^\^|\.0$/g, '')} or newer`));
    const wanted = `${manifest.engines.node?.match(/\d+\.\d+/g)?.join(', ')} or newer`;
    const said = [readme, read('CONTRIBUTING.md')].flatMap((text) => text.match(/(?<=Node\.js )\d.*? or newer/g) ?? []);
    assert.deepEqual(said, [wanted, wanted, wanted]);
  });

  it('names the package as it is made', () => {
    const named = new Set(readme.match(/[\w-]+-\d+\.\d+\.\d+\.vsix/g));
    assert.deepEqual([...named], [`${manifest.name}-${manifest.version}.vsix`]);
  });

  it('names the extension as other extensions find it', () => {
    assert.ok(editor.includes(`getExtension<HttpServerApi>('${manifest.publisher}.${manifest.name}')`));
  });

  it('has the example, and a link to the types, that the second extension of the tests is made with', () => {
    const said = blocksOf(sectionOf(editor, '## For other extensions')).filter(({ language }) => language === 'ts');
    assert.deepEqual(
      said.map(({ text }) => text),
      [read('test/fixtures/apiUser/example.ts')],
    );
    assert.ok(filesLinkedBy(editor).includes('httpServerApi.ts'));
  });

  it('names no script that is not there', () => {
    assert.deepEqual(
      scriptsIn(readme).filter((script) => manifest.scripts[script] === undefined),
      [],
    );
  });

  it('link to no file that is not there', () => {
    const links = [
      ...filesLinkedBy(readme),
      ...[http, editor, terminal, read('docs/rules.md')].flatMap(filesLinkedBy).map((file) => path.join('docs', file)),
    ];
    assert.deepEqual(
      links.filter((file) => !existsSync(path.join(projectRoot, file))),
      [],
    );
  });
});
