/** Those who may not ask, over real sockets: none reads, none writes; and the same request of one who may does. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { combinedLine } from '../../src/accessLog';
import { field, RawClient, type RawResponse } from '../support/rawClient';
import { startServed, type Served } from '../support/served';
import { needs } from '../support/needs';

const secret = 'the content of a file';
const app = 'http://app.example:3000';

function prepare(served: Served): void {
  writeFileSync(join(served.directory, 'secret.js'), secret);
  writeFileSync(join(served.directory, 'kept.txt'), 'as it was');
}

/** Sends a request on a connection of its own. A line of `lines` may be empty: then it is left out. */
async function send(port: number, lines: readonly string[], body = '', host = '127.0.0.1'): Promise<RawResponse> {
  const client = await RawClient.connect(port, host);
  const length = body === '' ? '' : `Content-Length: ${body.length}`;
  await client.write(`${[...lines, length].filter((line) => line !== '').join('\r\n')}\r\n\r\n${body}`);
  const response = await client.read(lines[0]?.split(' ')[0]);
  client.close();
  return response;
}

/** Who asks: as a browser says it. */
interface Asker {
  readonly host: string;
  readonly origin: string;
  readonly site: string;
}

type Build = (asker: Asker) => readonly [lines: readonly string[], body?: string];
type Attack = readonly [name: string, who: Partial<Asker>, status: number, build: Build];

const rebound: Partial<Asker> = { host: 'evil.example:PORT', origin: 'http://evil.example:PORT' };
const elsewhere: Partial<Asker> = { origin: 'http://evil.example', site: 'cross-site' };
const otherPort: Partial<Asker> = { origin: 'http://localhost:3000', site: 'same-site' };
const sandboxed: Partial<Asker> = { origin: 'null', site: 'cross-site' };
/** Of a browser without Fetch Metadata, or over an insecure connection. */
const silent: Partial<Asker> = { origin: 'http://evil.example', site: '' };

const get =
  (target: string, ...more: string[]): Build =>
  ({ host, site }) => [[`GET ${target} HTTP/1.1`, `Host: ${host}`, site && `Sec-Fetch-Site: ${site}`, ...more]];

const getByScript =
  (target: string, ...more: string[]): Build =>
  (asker) => [[...get(target, ...more)(asker)[0], `Origin: ${asker.origin}`]];

const write =
  (method: string, target: string, mediaType: string, body: string, ...more: string[]): Build =>
  ({ host, origin, site }) => [
    [
      ...[`${method} ${target} HTTP/1.1`, `Host: ${host}`, `Origin: ${origin}`, site && `Sec-Fetch-Site: ${site}`],
      ...[`Content-Type: ${mediaType}`, ...more],
    ],
    body,
  ];

const noCors = 'Sec-Fetch-Mode: no-cors';
const navigate = 'Sec-Fetch-Mode: navigate';
const multipart = `--x\r\nContent-Disposition: form-data; name="f"; filename="new.txt"\r\n\r\nevil\r\n--x--\r\n`;

const attacks: readonly Attack[] = [
  ['DNS rebinding: a read', rebound, 421, get('/secret.js')],
  ['DNS rebinding: a read by the site of its own', rebound, 421, get('/secret.js', navigate)],
  ['DNS rebinding: a listing', rebound, 421, get('/files/')],
  ['DNS rebinding: a write', rebound, 421, write('POST', '/files/new.txt', 'text/plain', 'evil')],
  ['DNS rebinding: a replacement', rebound, 421, write('PUT', '/files/kept.txt', 'text/plain', 'evil')],
  ['DNS rebinding: a removal', rebound, 421, write('DELETE', '/files/kept.txt', 'text/plain', '')],
  [
    'DNS rebinding: a move',
    rebound,
    421,
    write('MOVE', '/files/kept.txt', 'text/plain', '', 'Destination: /files/new.txt'),
  ],
  ['DNS rebinding: a name below ours', { host: 'localhost.evil.example' }, 421, get('/secret.js')],
  ['DNS rebinding: a name above ours', { host: 'evil.example.localhost.' }, 421, get('/secret.js')],
  ['DNS rebinding: an address of the network', { host: '192.168.1.5' }, 421, get('/secret.js')],
  ['DNS rebinding: the address of everything', { host: '0.0.0.0:PORT' }, 421, get('/secret.js')],
  [
    'DNS rebinding: behind a good Host, in the target',
    { host: 'evil.example' },
    421,
    ({ host }) => [[`GET http://${host}/secret.js HTTP/1.1`, 'Host: localhost']],
  ],
  ['DNS rebinding: HTTP/1.0', rebound, 421, ({ host }) => [['GET /secret.js HTTP/1.0', `Host: ${host}`]]],

  ['another site: fetch', elsewhere, 403, get('/secret.js', noCors, 'Sec-Fetch-Dest: empty')],
  ['another site: a script', elsewhere, 403, get('/secret.js', noCors, 'Sec-Fetch-Dest: script')],
  ['another site: a picture', elsewhere, 403, get('/secret.js', noCors, 'Sec-Fetch-Dest: image')],
  ['another site: a style sheet', elsewhere, 403, get('/secret.js', noCors, 'Sec-Fetch-Dest: style')],
  ['another site: a worker', elsewhere, 403, get('/secret.js', noCors, 'Sec-Fetch-Dest: worker')],
  ['another site: a frame of a plug-in', elsewhere, 403, get('/secret.js', navigate, 'Sec-Fetch-Dest: embed')],
  ['another port: fetch', otherPort, 403, get('/secret.js', 'Sec-Fetch-Mode: cors')],
  ['another port: live events', otherPort, 403, get('/secret.js', 'Accept: text/event-stream')],
  [
    'another site: a socket',
    { ...elsewhere, site: '' },
    403,
    getByScript(
      '/secret.js',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    ),
  ],

  ['another site: a form', elsewhere, 403, write('POST', '/files/new.txt', 'text/plain', 'evil', navigate)],
  [
    'another site: a form with a file',
    elsewhere,
    403,
    write('POST', '/files/', 'multipart/form-data; boundary=x', multipart, navigate),
  ],
  [
    'another site: a form, coded as a URL',
    elsewhere,
    403,
    write('POST', '/files/new.txt', 'application/x-www-form-urlencoded', 'a=b', navigate),
  ],
  ['another site: a beacon', elsewhere, 403, write('POST', '/files/new.txt', 'text/plain', 'evil', noCors)],
  ['another site: a ping', elsewhere, 403, write('POST', '/files/new.txt', 'text/ping', 'PING', noCors)],
  ['another site: a report', elsewhere, 403, write('POST', '/files/new.txt', 'application/csp-report', '{}')],
  ['another site: PUT', elsewhere, 403, write('PUT', '/files/kept.txt', 'text/plain', 'evil')],
  ['another site: DELETE', elsewhere, 403, write('DELETE', '/files/kept.txt', 'text/plain', '')],
  ['another site: MKCOL', elsewhere, 403, write('MKCOL', '/files/new.txt', 'text/plain', '')],
  [
    'another site: MOVE',
    elsewhere,
    403,
    write('MOVE', '/files/kept.txt', 'text/plain', '', 'Destination: /files/new.txt'),
  ],
  [
    'another site: COPY',
    elsewhere,
    403,
    write('COPY', '/files/kept.txt', 'text/plain', '', 'Destination: /files/new.txt'),
  ],
  ['another port: a form', otherPort, 403, write('POST', '/files/new.txt', 'text/plain', 'evil', navigate)],
  ['a sandbox: a form', sandboxed, 403, write('POST', '/files/new.txt', 'text/plain', 'evil', navigate)],
  ['a sandbox: fetch', sandboxed, 403, write('PUT', '/files/kept.txt', 'text/plain', 'evil', noCors)],
  ['an old browser: a form', silent, 403, write('POST', '/files/new.txt', 'text/plain', 'evil')],
  [
    'an old browser: a form with a file',
    silent,
    403,
    write('POST', '/files/', 'multipart/form-data; boundary=x', multipart),
  ],
  ['an old browser: a sandbox', { ...silent, origin: 'null' }, 403, write('POST', '/files/new.txt', 'text/plain', 'x')],
  ['an old browser: PUT', silent, 403, write('PUT', '/files/kept.txt', 'text/plain', 'evil')],
];

describe('an attack', () => {
  let served: Served;
  beforeEach(async () => prepare((served = await startServed({ access: 'full' }))));
  afterEach(() => served.stop());

  const sendAs = (who: Partial<Asker>, build: Build): Promise<RawResponse> => {
    const { port } = served;
    const own: Asker = { host: `localhost:${port}`, origin: `http://localhost:${port}`, site: 'same-origin' };
    const asker = { ...own, ...who };
    const withPort = (text: string): string => text.replace('PORT', String(port));
    const [lines, body] = build({ ...asker, host: withPort(asker.host), origin: withPort(asker.origin) });
    return send(port, lines, body);
  };

  for (const [name, who, status, build] of attacks) {
    it(`${name}: ${status}, and nothing is read or written`, async () => {
      const response = await sendAs(who, build);
      assert.deepEqual([response.status, field(response, 'connection')], [status, 'close']);
      assert.ok(!response.body.includes(secret) && !response.body.includes('kept'));
      assert.ok(!/evil|access-control/i.test(response.head));
      assert.deepEqual(readdirSync(served.directory).sort(), ['kept.txt', 'secret.js']);
      assert.equal(readFileSync(join(served.directory, 'kept.txt'), 'utf8'), 'as it was');

      const { status: own } = await sendAs({}, build);
      assert.ok(![400, 401, 403, 421].includes(own), `our own page is refused, too: ${own}`);
    });
  }

  it('that would upload is refused before the upload', async () => {
    const client = await served.client();
    const lines = ['POST /files/new.txt HTTP/1.1', 'Host: localhost', 'Origin: http://evil.example'];
    await client.write(`${lines.join('\r\n')}\r\nExpect: 100-continue\r\nContent-Length: 1000000\r\n\r\n`);
    assert.equal((await client.read('POST')).status, 403);
  });

  it('behind a request that may pass does not', async () => {
    const client = await served.client();
    const good = `GET /secret.js HTTP/1.1\r\nHost: localhost\r\n\r\n`;
    await client.write(good + good.replace('localhost', 'evil.example') + good);
    const statuses = [await client.read(), await client.read()].map(({ status }) => status);
    assert.deepEqual(statuses, [200, 421]);
    // Who was refused entry is not heard any more.
    assert.equal((await client.readToEnd()).length, 0);
  });

  it('by any Host or Origin whatever does not pass', async () => {
    const octets = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });
    const line = fc.oneof(octets, fc.domain(), fc.webUrl(), fc.constantFrom('null', '*', 'localhost', '127.0.0.1'));
    await fc.assert(
      fc.asyncProperty(line, line, async (host, origin) => {
        const lines = [`POST /files/new.txt HTTP/1.1`, `Host: ${host}`, `Origin: ${origin}`];
        const response = await send(served.port, lines, 'evil');
        assert.ok([400, 403, 421].includes(response.status), String(response.status));
        assert.ok(!existsSync(join(served.directory, 'new.txt')));
      }),
      { numRuns: 100 },
    );
  });
});

describe('a refusal', () => {
  const rules = [{ match: '/hook', respond: { status: 401 } }];
  let served: Served;
  before(async () => (served = await startServed({ token: 'secret', rules })));
  after(() => served.stop());

  for (const [name, target, authorization, status, closes] of [
    ['of who has no token closes the connection', '/files/.env', '', 401, true],
    ['of who has a wrong one does', '/files/.env', 'Authorization: Bearer wrong', 401, true],
    ['of a file does not', '/files/.env', 'Authorization: Bearer secret', 403, false],
    ['of a rule does not', '/hook', 'Authorization: Bearer secret', 401, false],
  ] as const) {
    it(name, async () => {
      const response = await send(served.port, [`PUT ${target} HTTP/1.1`, 'Host: localhost', authorization], 'x');
      assert.deepEqual([response.status, field(response, 'connection')], [status, closes ? 'close' : undefined]);
    });
  }
});

describe('a client on this machine', () => {
  let served: Served;
  before(async () => prepare((served = await startServed())));
  after(() => served.stop());

  for (const [address, ...hosts] of [
    ['127.0.0.1', 'localhost', '127.0.0.1', 'app.localhost'],
    ['::1', 'localhost', '[::1]', 'app.localhost'],
  ] as const) {
    for (const host of hosts) {
      it(`is answered at ${address} as ${host}, on one port`, async () => {
        const lines = ['GET /secret.js HTTP/1.1', `Host: ${host}:${served.port}`];
        assert.equal((await send(served.port, lines, '', address)).status, 200);
      });
    }
  }

  it('may leave out the host in HTTP/1.0', async () =>
    assert.equal((await send(served.port, ['GET /secret.js HTTP/1.0'])).status, 200));

  it('is written about in one plain line, whatever it sends', async () => {
    const lines = [
      'GET /x%0d%0a?a="b\\c HTTP/1.1',
      'Host: evil.example',
      'User-Agent: \x9b31m"\xff\t',
      'Referer: \\x0a"',
    ];
    await send(served.port, lines);
    const event = await served.logged(({ target }) => target.startsWith('/x%0d%0a'));
    assert.match(combinedLine(event), /^[\x20-\x7e]+$/);
    assert.match(
      combinedLine(event),
      / "GET \/x%0d%0a\?a=\\x22b\\x5cc HTTP\/1\.1" 421 \d+ "\\x5cx0a\\x22" "\\x9b31m\\x22\\xff" ?$/,
    );
    assert.match(event.reason ?? '', /host name/);
  });

  const reflections: readonly [name: string, lines: readonly string[]][] = [
    ['the path of an error page', ['GET /<script>alert(1)</script> HTTP/1.1', 'Host: localhost']],
    ['the query of an error page', ['GET /none?<script>alert(1)</script> HTTP/1.1', 'Host: localhost']],
    ['the Host of an error page', ['GET /none HTTP/1.1', "Host: '&<script>"]],
    ['another Host of an error page', ['GET /none HTTP/1.1', "Host: '&script-'"]],
    ['the Origin of an error page', ['POST /files/new.txt HTTP/1.1', 'Host: localhost', 'Origin: <script>']],
    ['a break of lines in a redirect', ['GET /d%0d%0aSet-Cookie:%20a=b/../d HTTP/1.1', 'Host: localhost']],
    ['a break of lines in an echo', ['GET /echo/%0d%0aSet-Cookie:%20a=b HTTP/1.1', 'Host: localhost']],
    [
      'the fields of a preflight',
      [
        'OPTIONS / HTTP/1.1',
        'Host: localhost',
        'Access-Control-Request-Method: X',
        'Access-Control-Request-Headers: <script>',
      ],
    ],
  ];
  for (const [name, lines] of reflections) {
    it(`does not get back as it was: ${name}`, async () => {
      const response = await send(served.port, [...lines, 'Accept: text/html']);
      assert.equal(field(response, 'set-cookie'), undefined);
      assert.doesNotMatch(response.head, /script/);
      if (!(field(response, 'content-type') ?? '').startsWith('text/plain')) {
        assert.doesNotMatch(response.body.toString(), /<script|'&script/);
      }
    });
  }
});

describe('a guest of cors', () => {
  let served: Served;
  before(async () => prepare((served = await startServed({ cors: [app] }))));
  after(() => served.stop());

  it('asks beforehand, writes, and reads', async () => {
    const guest = ['Host: localhost', `Origin: ${app}`, 'Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: cors'];
    const asking = ['Access-Control-Request-Method: PUT', 'Access-Control-Request-Headers: content-type'];
    const first = await send(served.port, ['OPTIONS /files/new.txt HTTP/1.1', ...guest, ...asking]);
    assert.equal(first.status, 204);
    assert.equal(field(first, 'access-control-allow-origin'), app);
    assert.match(field(first, 'access-control-allow-methods') ?? '', /\bPUT\b/);
    assert.doesNotMatch(field(first, 'access-control-allow-methods') ?? '', /\bDELETE\b/);

    const stored = await send(served.port, ['PUT /files/new.txt HTTP/1.1', ...guest], 'by a guest');
    assert.equal(stored.status, 201);
    assert.match(field(stored, 'access-control-expose-headers') ?? '', /\bLocation\b/);

    const read = await send(served.port, ['GET /files/new.txt HTTP/1.1', ...guest]);
    assert.equal(read.body.toString(), 'by a guest');
    assert.equal(field(read, 'access-control-allow-origin'), app);
  });

  it('reads refusals that come before any endpoint', async () => {
    const lines = ['PUT /files/x HTTP/1.1', 'Host: localhost', `Origin: ${app}`, 'Expect: something-else'];
    const response = await send(served.port, lines, 'x');
    assert.equal(response.status, 417);
    assert.equal(field(response, 'access-control-allow-origin'), app);
  });
});

describe('a server with a token', () => {
  let served: Served;
  beforeEach(async () => prepare((served = await startServed({ token: 'sesame' }))));
  afterEach(() => served.stop());

  for (const target of [
    '/secret.js',
    '/files/',
    '/echo/x',
    '/user-agent',
    '/none',
    '/.well-known/x',
    '/.http-server/x',
  ]) {
    it(`answers nothing at ${target} without it`, async () => {
      const response = await send(served.port, [`GET ${target} HTTP/1.1`, 'Host: localhost']);
      assert.equal(response.status, 401);
      const challenges = response.fields.filter(([name]) => name === 'www-authenticate').map(([, value]) => value);
      assert.deepEqual(challenges, ['Bearer realm="HTTP Server"', 'Basic realm="HTTP Server", charset="UTF-8"']);
    });
  }

  it('stores nothing without it, and something with it', async () => {
    const lines = ['POST /files/new.txt HTTP/1.1', 'Host: localhost'];
    assert.equal((await send(served.port, lines, 'x')).status, 401);
    assert.ok(!existsSync(join(served.directory, 'new.txt')));
    assert.equal((await send(served.port, [...lines, 'Authorization: Bearer sesame'], 'x')).status, 201);
  });

  it('takes it once in the URL, and writes it nowhere', async () => {
    const first = await send(served.port, ['GET /secret.js?v=1&token=sesame HTTP/1.1', 'Host: localhost']);
    assert.deepEqual([first.status, field(first, 'location')], [303, './secret.js?v=1']);
    const cookie = /^[^;]+/.exec(field(first, 'set-cookie') ?? '')?.[0] ?? '';
    const referer = 'Referer: http://localhost/?token=sesame';
    const lines = ['GET /secret.js?v=1 HTTP/1.1', 'Host: localhost', `Cookie: ${cookie}`, referer];
    assert.equal((await send(served.port, lines)).body.toString(), secret);
    assert.equal(served.events.length, 2);
    for (const event of served.events) {
      assert.ok(!JSON.stringify(event).includes('sesame'));
      assert.match(combinedLine(event), /token=\*\*\*/);
    }
  });

  it('takes another one from the next request on, on the same connection, too', async () => {
    const client = await served.client();
    const statusWith = async (token: string, by: RawClient): Promise<number> => {
      await by.write(`GET /secret.js HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`);
      return (await by.read()).status;
    };
    const other = await served.client();
    assert.equal(await statusWith('sesame', client), 200);
    assert.equal(await statusWith('sesame', other), 200);
    served.server.configure({ ...served.options, token: 'open' });
    assert.equal(await statusWith('sesame', client), 401);
    assert.equal(await statusWith('open', other), 200);
  });
});

describe('a server on the network', function () {
  const own = Object.values(networkInterfaces()).flatMap((infos = []) => infos);
  const address = own.find(({ internal, family }) => !internal && family === 'IPv4')?.address ?? '';
  let served: Served;
  before(function () {
    needs(this, 'an address in a network', address !== '');
  });
  afterEach(() => served.stop());

  it('has who guesses the token wait, and nobody else', async () => {
    served = await startServed({ host: '0.0.0.0', token: 'sesame' });
    prepare(served);
    const lines = (token: string): string[] => [
      'GET /secret.js HTTP/1.1',
      'Host: localhost',
      `Authorization: Bearer ${token}`,
    ];
    for (let i = 0; i < 30; i++) assert.equal((await send(served.port, lines(`guess${i}`), '', address)).status, 401);
    const refused = await send(served.port, lines('sesame'), '', address);
    assert.equal(refused.status, 429);
    assert.match(field(refused, 'retry-after') ?? '', /^[1-9]\d?$/);
    assert.doesNotMatch(refused.body.toString(), /secret|content/);
    assert.equal((await send(served.port, lines('sesame'), '', '127.0.0.1')).body.toString(), secret);
  });
});
