import fs from 'node:fs';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { type Browser, chromium, type LaunchOptions } from 'playwright-core';
import tarFs from 'tar-fs';
import { cached, keyed } from './cache';
import { lookAt } from './lastLook';

const SYSTEM_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
const SYSTEM_PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];
/**
 * For a system without fonts of its own; the packed one names folders of another system. Beside it is the cache, too:
 * XDG_CACHE_HOME says so, for a relative one would be in whatever folder is the current one.
 */
const FONTS_CONF = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="relative">fonts</dir><cachedir prefix="xdg">font-cache</cachedir></fontconfig>
`;
/** Nearly as long as a test may take, so that it still says what it waited for. */
const PATIENCE_MS = 280_000;
const OWN_ADDRESSES = Object.values(networkInterfaces())
  .flatMap((infos) => infos ?? [])
  .map(({ address, family }) => (family === 'IPv6' ? `[${address}]` : address));
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Nothing outside this machine is asked, whatever a page wants to load.
  `--host-resolver-rules=${['MAP * ~NOTFOUND', ...[...OWN_ADDRESSES, 'localhost', '*.localhost'].map((host) => `EXCLUDE ${host}`)].join(', ')}`,
];

/** A headless Chromium: the system's if there is one, else the one npm ships. Close it with `close()`. */
export async function launchChromium(options: LaunchOptions = {}): Promise<Browser> {
  const { executablePath, env } = await findChromium();
  const browser = await chromium.launch({
    executablePath,
    env: { ...definedOnly(process.env), ...env },
    // The callers end their browsers themselves, on signals too.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    ...options,
    args: [...FLAGS, ...(options.args ?? [])],
  });
  lookAt(browser);
  return browser.on('context', (context) => context.setDefaultTimeout(PATIENCE_MS));
}

/** Where Chromium is, and what its environment needs beyond ours. `CHROMIUM` names another one. */
export async function findChromium(): Promise<{ executablePath: string; env: Record<string, string> }> {
  const system = process.env.CHROMIUM ?? systemChromium();
  if (system !== undefined) return { executablePath: system, env: {} };
  const folder = await npmChromium();
  const libraries = path.join(folder, 'lib');
  const fonts: Record<string, string> = fs.existsSync('/etc/fonts/fonts.conf')
    ? {}
    : { FONTCONFIG_PATH: folder, XDG_CACHE_HOME: folder };
  return {
    executablePath: path.join(folder, 'chromium'),
    env: { LD_LIBRARY_PATH: [libraries, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'), ...fonts },
  };
}

function systemChromium(): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const inPath = SYSTEM_NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return [...inPath, ...SYSTEM_PLACES].find((file) => fs.existsSync(file));
}

/** Unpacks `@sparticuz/chromium`: its compressed program, and the libraries and fonts that a bare system lacks. */
async function npmChromium(): Promise<string> {
  const packed = path.resolve(require.resolve('@sparticuz/chromium'), '../../../bin');
  const { version } = JSON.parse(fs.readFileSync(path.join(packed, '../package.json'), 'utf8')) as { version: string };
  return cached(keyed(`chromium-${version}`, FONTS_CONF), async (folder) => {
    const program = fs.createWriteStream(path.join(folder, 'chromium'), { mode: 0o755 });
    await decompress(path.join(packed, 'chromium.br'), program);
    const archives = ['al2023', 'fonts'].map((name) => path.join(packed, `${name}.tar.br`));
    for (const archive of archives) await decompress(archive, tarFs.extract(folder, { map: owned }));
    await fs.promises.writeFile(path.join(folder, 'fonts.conf'), FONTS_CONF);
  });
}

/** Whoever unpacks it owns it, the superuser too. */
const owned = (header: tarFs.Headers): tarFs.Headers => ({
  ...header,
  uid: process.getuid?.() ?? header.uid,
  gid: process.getgid?.() ?? header.gid,
});

async function decompress(from: string, to: NodeJS.WritableStream): Promise<void> {
  await pipeline(fs.createReadStream(from), createBrotliDecompress(), to);
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
