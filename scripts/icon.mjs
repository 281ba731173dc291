// Draws media/icon.png from media/icon.svg: node scripts/icon.mjs [--size PIXELS] [--out FILE], by default 128 pixels wide.
// In the Chromium of the tests, which is unpacked at its first use.
import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: { size: { type: 'string', default: '128' }, out: { type: 'string', default: join(root, 'media/icon.png') } },
});

/** Starts the browser that the tests find. */
async function launch() {
  const program = join(root, 'out/test/support/host/chromium.bundle.cjs');
  await build({
    absWorkingDir: root,
    entryPoints: ['test/support/host/chromium.ts'],
    outfile: program,
    bundle: true,
    platform: 'node',
    packages: 'external',
    logLevel: 'warning',
  });
  return createRequire(import.meta.url)(program).launchChromium();
}

const svg = await readFile(new URL('../media/icon.svg', import.meta.url), 'utf8');
const size = Number(values.size);
const browser = await launch();
try {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(
    `<style>html, body { margin: 0 } svg { display: block; width: 100vw; height: 100vh }</style>${svg}`,
  );
  await page.screenshot({ path: values.out, omitBackground: true });
} finally {
  await browser.close();
}
