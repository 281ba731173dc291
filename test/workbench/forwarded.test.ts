import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { projectRoot } from '../support/host/paths';
import { needs } from '../support/needs';
import { portOf } from './running';
import { Workbench } from './workbench';

/** A page of Preact's as a bundler leaves it: parts with the digests of their content in their names, which the page names. */
async function buildApp(folder: string, { greeting, colour }: { greeting: string; colour: string }): Promise<void> {
  const source = path.join(folder, '.source');
  await fs.mkdir(source, { recursive: true });
  const files = {
    'app.jsx': `import { render } from 'preact';
      import { useEffect, useState } from 'preact/hooks';
      import './app.css';
      function App() {
        const [count, setCount] = useState(0);
        const [later, setLater] = useState('');
        useEffect(() => void import('./later.js').then(({ text }) => setLater(text)), []);
        return <main><button onClick={() => setCount(count + 1)}>${greeting} {count}</button><p>{later}</p></main>;
      }
      render(<App />, document.body);`,
    'app.css': `button { color: ${colour} }`,
    'later.js': `export const text = 'Loaded later';`,
  };
  for (const [name, text] of Object.entries(files)) await fs.writeFile(path.join(source, name), text);
  const { metafile } = await build({
    ...{ entryPoints: [path.join(source, 'app.jsx')], outdir: path.join(folder, 'assets'), bundle: true, minify: true },
    ...{ format: 'esm', splitting: true, entryNames: '[name]-[hash]', chunkNames: '[name]-[hash]', metafile: true },
    ...{ jsx: 'automatic', jsxImportSource: 'preact', nodePaths: [path.join(projectRoot, 'node_modules')] },
  });
  const made = Object.keys(metafile.outputs).map((name) => path.basename(name));
  const named = (pattern: RegExp): string => made.find((name) => pattern.test(name)) ?? assert.fail(made.join());
  const [script, style] = [named(/^app-.*\.js$/), named(/\.css$/)];
  const head = `<link rel="stylesheet" href="assets/${style}"><script type="module" src="assets/${script}"></script>`;
  await fs.writeFile(path.join(folder, 'index.html'), `<!doctype html><title>App</title>${head}`);
}

describe('the site behind an editor that forwards ports by a path', () => {
  let workbench: Workbench | undefined;
  let page: Page;
  let site: string;

  before(async function () {
    // The program around the oldest editor needs a native module for passwords, which its installation leaves out.
    needs(this, 'the newest editor', process.env.TEST_WORKBENCH_VERSION !== 'oldest');
    workbench = await Workbench.open({ proxy: true, settings: { 'httpServer.port': 0 } });
    const port = await portOf(workbench);
    site = new URL(`/proxy/${port}/`, workbench.page.url()).href;
    page = await workbench.session.openPlainPage();
  });

  after(async () => {
    await workbench?.dispose();
  });

  it('is there', async () => {
    const response = await page.goto(site);
    assert.equal(response?.status(), 200);
    assert.equal(await page.title(), 'A small site');
  });

  it('finds its style sheet beside it', async () => {
    await page.goto(site);
    assert.equal(await page.evaluate('getComputedStyle(document.body).maxWidth'), '640px');
  });

  it('R15: is told of changes through the proxy', async function () {
    await page.goto(site);
    const file = path.join(workbench?.workspace ?? '', 'index.html');
    const text = await fs.readFile(file, 'utf8');
    await fs.writeFile(file, text.replace('</body>', '<p id="news">news</p></body>'));
    await page.locator('#news').waitFor();
    await fs.writeFile(file, text);
    await page.locator('#news').waitFor({ state: 'detached' });
  });

  it('shows a framework’s build, whose parts are found beside it, and the next build by itself', async () => {
    const folder = path.join(workbench?.workspace ?? '', 'app');
    const shown = page.getByRole('button');
    await buildApp(folder, { greeting: 'First', colour: 'rgb(1, 2, 3)' });
    await page.goto(`${site}app/`);
    await shown.filter({ hasText: 'First 0' }).waitFor();
    // It is alive, the part that is loaded later, too.
    await shown.click();
    await shown.filter({ hasText: 'First 1' }).waitFor();
    await page.getByText('Loaded later').waitFor();
    const colour = (): Promise<string> => page.evaluate("getComputedStyle(document.querySelector('button')).color");
    assert.equal(await colour(), 'rgb(1, 2, 3)');
    await buildApp(folder, { greeting: 'Second', colour: 'rgb(4, 5, 6)' });
    await shown.filter({ hasText: 'Second 0' }).waitFor();
    assert.equal(await colour(), 'rgb(4, 5, 6)');
    assert.equal(page.url(), `${site}app/`);
  });

  it('redirects to a folder without leaving the path', async () => {
    await page.goto(`${site}notes`);
    assert.equal(page.url(), `${site}notes/`);
  });
});
