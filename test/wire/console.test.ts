/** Only pages of the site tell of their consoles, and no more than a person can read. */
import assert from 'node:assert/strict';
import type { ConsoleReport } from '../../src/consoleReport';
import { ConsoleReports } from '../../src/endpoints/live/consoleReports';
import { Live } from '../../src/endpoints/live/live';
import { defaultLimits, defaultOptions, type Options } from '../../src/options';
import { bodyOf, makeRequest } from '../support/request';
import { startServed, type Served } from '../support/served';

const line = { level: 'log', text: 'hello', place: { path: '/a.js', line: 3, column: 5 } };
const sent = { id: 'x', page: '/index.html', dropped: 0, lines: [line] };

interface Case {
  readonly promise: string;
  readonly options?: Partial<Options>;
  /** Field lines; `ORIGIN` is our own. */
  readonly fields?: readonly string[];
  readonly body?: string;
  readonly status: number;
}

const own = ['Origin: ORIGIN', 'Sec-Fetch-Site: same-origin'];
const cases: readonly Case[] = [
  { promise: 'a page of ours', status: 204 },
  { promise: 'a page of ours, where nothing may be written', options: { access: 'readOnly' }, status: 204 },
  { promise: 'a page of ours, whose browser says no more', fields: ['Origin: ORIGIN'], status: 204 },
  { promise: 'nobody where the option is off', options: { forwardConsole: false }, status: 405 },
  { promise: 'nobody where pages have no script', options: { liveReload: false }, status: 405 },
  { promise: 'nobody at a drop box', options: { access: 'dropBox' }, status: 403 },
  { promise: 'no program, which has no origin', fields: [], status: 403 },
  { promise: 'no page that hides its origin', fields: ['Origin: null'], status: 403 },
  { promise: 'no sandboxed page', fields: ['Origin: null', 'Sec-Fetch-Site: cross-site'], status: 403 },
  { promise: 'no page of another site', fields: ['Origin: http://evil.example'], status: 403 },
  {
    promise: 'no page of another port',
    fields: ['Origin: http://localhost:1', 'Sec-Fetch-Site: same-site'],
    status: 403,
  },
  {
    promise: 'no page of a guest, which may do anything else',
    options: { cors: ['http://app.example'] },
    fields: ['Origin: http://app.example', 'Sec-Fetch-Site: cross-site'],
    status: 403,
  },
  { promise: 'no page under a name that is not ours', fields: ['Host: evil.example', ...own], status: 421 },
  { promise: 'nobody without the token', options: { token: 'secret' }, status: 401 },
  {
    promise: 'a page of ours with the token',
    options: { token: 'secret' },
    fields: [...own, 'Authorization: Bearer secret'],
    status: 204,
  },
  { promise: 'no more than 128 KiB at once', body: ' '.repeat(128 * 1024 + 1), status: 413 },
  { promise: 'no JSON that is none', body: '{', status: 400 },
  { promise: 'no list', body: '[]', status: 400 },
  { promise: 'no lines that are none', body: JSON.stringify({ ...sent, lines: [null] }), status: 400 },
  {
    promise: 'no level that there is not',
    body: JSON.stringify({ ...sent, lines: [{ ...line, level: 'x' }] }),
    status: 400,
  },
];

describe('the consoles of pages', () => {
  let served: Served | undefined;
  let told: ConsoleReport[];

  afterEach(async () => {
    await served?.stop();
    served = undefined;
  });

  async function start(options: Partial<Options> = {}): Promise<Served> {
    told = [];
    const onConsole = (report: ConsoleReport): void => void told.push(report);
    served = await startServed(
      { liveReload: true, forwardConsole: true, ...options },
      {},
      { live: new Live(), onConsole },
    );
    return served;
  }

  async function post(site: Served, fields: readonly string[], body: string): Promise<number> {
    const { origin } = site;
    const socket = await site.client();
    const host = fields.some((field) => field.startsWith('Host')) ? [] : [`Host: ${new URL(origin).host}`];
    const lines = ['POST /.http-server/console HTTP/1.1', ...host, ...fields, `Content-Length: ${body.length}`];
    await socket.write(`${lines.join('\r\n').replaceAll('ORIGIN', origin)}\r\n\r\n${body}`);
    return (await socket.read()).status;
  }

  for (const { promise, options = {}, fields = own, body = JSON.stringify(sent), status } of cases) {
    it(`are told of by ${promise}`, async () => {
      const site = await start(options);
      assert.equal(await post(site, fields, body), status);
      assert.deepEqual(told, status === 204 ? [{ page: '/index.html', lines: [line], dropped: 0 }] : []);
    });
  }

  it('name no place that is kept back', async () => {
    const site = await start();
    const places = ['/.env', '/deep/.git/config', '/key.pem', '/shown.js'];
    const lines = places.map((path) => ({ ...line, place: { ...line.place, path } }));
    assert.equal(await post(site, own, JSON.stringify({ ...sent, lines })), 204);
    assert.deepEqual(
      told[0]?.lines.map(({ place }) => place?.path),
      [undefined, undefined, undefined, '/shown.js'],
    );
  });
});

describe('what pages tell of their consoles', () => {
  const options: Options = { ...defaultOptions, directory: '/' };
  let now = 0;
  let told: ConsoleReport[];
  let reports: ConsoleReports;

  beforeEach(() => {
    now = 0;
    told = [];
    reports = new ConsoleReports(
      (report) => void told.push(report),
      () => now,
    );
  });

  const take = async (id: string, texts: readonly string[], dropped = 0): Promise<number> => {
    const lines = texts.map((text) => ({ level: 'log', text }));
    const body = bodyOf([JSON.stringify({ id, page: '/', dropped, lines })]);
    const request = makeRequest('POST', '/.http-server/console', { Origin: 'http://localhost' }, body);
    return (await reports.take(request, options, () => true)).status;
  };
  const counts = (): readonly (readonly [lines: number, dropped: number])[] =>
    told.map(({ lines, dropped }) => [lines.length, dropped]);
  const many = (count: number): string[] => Array.from({ length: count }, String);

  it('is 20 lines of one page in a second, and the others are counted', async () => {
    await take('a', many(15));
    await take('a', many(15), 3);
    await take('b', many(1));
    now = 1000;
    await take('a', many(1));
    assert.deepEqual(counts(), [
      [15, 0],
      [5, 13],
      [1, 0],
      [1, 0],
    ]);
  });

  it('is 200 lines of all pages in a second', async () => {
    for (let page = 0; page < 12; page++) await take(String(page), many(20));
    assert.deepEqual(
      counts().map(([lines]) => lines),
      [...Array<number>(10).fill(20), 0, 0],
    );
    assert.equal(
      told.reduce((sum, { dropped }) => sum + dropped, 0),
      40,
    );
  });

  it('is 4 KiB of a line, of whole characters', async () => {
    await take('a', ['x'.repeat(5000), '\u20ac'.repeat(5000), 'x'.repeat(defaultLimits.consoleRate)]);
    const [first, second, third] = told[0]?.lines ?? [];
    assert.equal(first?.text, `${'x'.repeat(4096)}…`);
    assert.equal(second?.text, `${'\u20ac'.repeat(1365)}…`);
    assert.equal(third?.text.length, defaultLimits.consoleRate);
  });

  it('is read of 16 at once, and the next is to come later', async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const slow = Array.from({ length: 16 }, () => {
      const body = bodyOf(['{}'], () => released);
      return reports.take(makeRequest('POST', '/', { Origin: 'http://localhost' }, body), options, () => true);
    });
    await assert.rejects(take('a', ['x']), { status: 503 });
    release();
    await Promise.allSettled(slow);
    assert.equal(await take('a', ['x']), 204);
  });
});
