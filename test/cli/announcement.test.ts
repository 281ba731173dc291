/** What is said when the server listens: to whom it is said decides about the token. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import jsQR from 'jsqr';
import type { NetworkAddress } from '../../src/addresses';
import { defaultOptions, type Options } from '../../src/options';
import { announcementOf, exposureOf, ownUrl } from '../../src/terminal/announcement';
import { needsLinux, needsProgram } from '../support/needs';
import { temporaryFolder } from '../support/served';
import { endPrograms, program, TerminalProgram } from '../support/programs/terminalProgram';

const addresses: readonly NetworkAddress[] = [
  { name: 'eth0', address: '192.168.1.5' },
  { name: 'wlan\x1b0', address: '10.0.0.7' },
];
const six: readonly NetworkAddress[] = [{ name: 'eth0', address: '2001:db8::5' }];

const options = (own: Partial<Options>): Options => ({ ...defaultOptions, directory: '/d', ...own });
const tls = { cert: '', key: '' };

const rows: readonly (readonly [
  promise: string,
  own: Partial<Options>,
  isTerminal: boolean,
  addresses: readonly NetworkAddress[],
  lines: readonly string[],
])[] = [
  ['this machine only', {}, true, addresses, ['Serving /d at http://localhost:80/']],
  ['a token, in a terminal', { token: 'a&b' }, true, [], ['Serving /d at http://localhost:80/?token=a%26b']],
  ['a token, elsewhere', { token: 'a&b' }, false, [], ['Serving /d at http://localhost:80/']],
  ['HTTPS', { tls }, false, [], ['Serving /d at https://localhost:80/']],
  ['an IPv6 literal', { host: '::1' }, false, [], ['Serving /d at http://[::1]:80/']],
  [
    'an address of the network, which is the one for others, too',
    { host: '10.0.0.7', token: 't' },
    true,
    addresses,
    ['Serving /d at http://10.0.0.7:80/?token=t'],
  ],
  [
    'every address, in a terminal',
    { host: '0.0.0.0', token: 't' },
    true,
    addresses,
    [
      'Serving /d at http://localhost:80/?token=t',
      'In the network eth0: http://192.168.1.5:80/?token=t',
      'In the network wlan\\x1b0: http://10.0.0.7:80/?token=t',
    ],
  ],
  [
    'every address, elsewhere',
    { host: '::', token: 't', tls },
    false,
    [...addresses.slice(0, 1), ...six],
    [
      'Serving /d at https://localhost:80/',
      'In the network eth0: https://192.168.1.5:80/',
      'In the network eth0: https://[2001:db8::5]:80/',
    ],
  ],
  [
    'every address of IPv4 in a network without any',
    { host: '0.0.0.0', token: 't' },
    false,
    six,
    ['Serving /d at http://localhost:80/', 'This machine is in no network that others could use.'],
  ],
  ...['0:0::0', '0:0:0:0:0:0:0:0', '::0.0.0.0'].map(
    (host) =>
      [
        `every address, written ${host}`,
        { host, token: 't' },
        false,
        six,
        ['Serving /d at http://localhost:80/', 'In the network eth0: http://[2001:db8::5]:80/'],
      ] as const,
  ),
  ...['00.0.0.0', '0', '0x0.0', '::ffff:0.0.0.0', '0:0:0:0:0:FFFF:0:0'].map(
    (host) =>
      [
        `every address of IPv4, written ${host}`,
        { host, token: 't' },
        false,
        [...addresses.slice(0, 1), ...six],
        ['Serving /d at http://localhost:80/', 'In the network eth0: http://192.168.1.5:80/'],
      ] as const,
  ),
  ...['0.0.0.1', '::1:0', '0.example'].map(
    (host) =>
      [
        `one address or name: ${host}`,
        { host, token: 't' },
        false,
        addresses,
        [`Serving /d at http://${host.includes(':') ? `[${host}]` : host}:80/`],
      ] as const,
  ),
];

/** What a camera reads in rows of half blocks, light on dark. */
function read(rows: readonly string[]): string | undefined {
  const lit: Readonly<Record<string, readonly [boolean, boolean]>> = {
    '█': [true, true],
    '▀': [true, false],
    '▄': [false, true],
    ' ': [false, false],
  };
  const scale = 4;
  // oxlint-disable-next-line no-control-regex -- the colours
  const lines = rows.map((row) => Array.from(row.replace(/\x1b\[[\d;]*m/g, '')));
  const width = (lines[0]?.length ?? 0) * scale;
  const pixels = new Uint8ClampedArray(width * lines.length * 2 * scale * 4);
  for (let i = 0; i < pixels.length / 4; i++) {
    const [x, y] = [Math.floor((i % width) / scale), Math.floor(Math.floor(i / width) / scale)];
    const pair = lit[lines[Math.floor(y / 2)]?.[x] ?? ' '];
    pixels.fill(pair?.[y % 2] === true ? 255 : 0, i * 4, i * 4 + 3);
    pixels[i * 4 + 3] = 255;
  }
  return jsQR(pixels, width, lines.length * 2 * scale)?.data;
}

describe('the announcement:', () => {
  for (const [promise, own, isTerminal, known, lines] of rows) {
    it(promise, () => {
      assert.deepEqual(announcementOf(options(own), 80, { isTerminal, qr: false }, known), lines);
    });
  }

  for (const [promise, isTerminal, own, url] of [
    ['with the token in a terminal', true, { host: '0.0.0.0' }, 'http://192.168.1.5:80/?token=s%20s'],
    ['without it elsewhere', false, { host: '0.0.0.0' }, 'http://192.168.1.5:80/'],
    ['of the address that was given', false, { host: '10.0.0.7' }, 'http://10.0.0.7:80/'],
  ] as const) {
    it(`a QR code that a camera reads, ${promise}`, () => {
      const all = options({ ...own, token: 's s' });
      const lines = announcementOf(all, 80, { isTerminal, qr: true }, addresses);
      const title = lines.indexOf(`${url} as a QR code:`);
      assert.ok(title > 0, lines.join('\n'));
      assert.equal(read(lines.slice(title + 1)), url);
      assert.equal(lines.join('').includes('\x1b['), isTerminal, 'colours are for terminals');
    });
  }

  it('no QR code of an address that nobody else can use', () => {
    const lines = announcementOf(options({ host: '0.0.0.0', token: 't' }), 80, { isTerminal: false, qr: true }, []);
    assert.equal(lines.length, 2);
  });

  it('what is served beyond the defaults, also of a folder that cannot be listed', async () => {
    const { path, remove } = await temporaryFolder();
    await remove();
    const said = exposureOf(options({ directory: path, exclude: ['*.log'] }));
    assert.match(
      said ?? '',
      /^Attention: .* is served and written now\. The folder itself cannot be listed \(ENOENT\)\. --excl/,
    );
  });

  it('the address for the own browser never has the token', () => {
    assert.equal(ownUrl(options({ host: '0.0.0.0', token: 't' }), 80), 'http://localhost:80/');
    assert.equal(ownUrl(options({ token: 't', tls }), 80), 'https://localhost:80/');
  });
});

describe('the program announces', function () {
  this.slow(5000);
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeEach(async () => (folder = await temporaryFolder()));
  afterEach(async () => {
    await endPrograms();
    await folder.remove();
  });

  it('no token to a pipe', async () => {
    const cli = new TerminalProgram([folder.path, '-p0', '--host', '0.0.0.0', '--qr'], {
      env: { HTTP_SERVER_TOKEN: 'sesame' },
    });
    await cli.port();
    const { stdout, stderr } = await cli.stop();
    assert.doesNotMatch(stdout + stderr, /sesame/);
  });

  it('the link with the token to a terminal', async function () {
    needsLinux(this);
    needsProgram(this, 'script');
    const command = `exec "${process.execPath}" "${program}" "${folder.path}" -p0`;
    const env = { ...process.env, HTTP_SERVER_TOKEN: 'sesame' };
    const terminal = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], { env });
    let shown = '';
    while (!shown.includes('\n')) shown += String((await once(terminal.stdout, 'data'))[0]);
    assert.match(shown, /^Serving .* at http:\/\/localhost:\d+\/\?token=sesame\r\n$/);
    terminal.stdin.write('\x03');
    assert.deepEqual(await once(terminal, 'close'), [0, null]);
  });
});
