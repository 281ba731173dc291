/** What nobody gets by a server that hands requests on: not to where the rules do not lead, not as two, not with our secrets. */
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import type { Options } from '../../src/options';
import { forwardedPath } from '../../src/endpoints/rules/forwarded';
import { parsePath } from '../../src/endpoints/common/path';
import { startServed, type Served } from '../support/served';
import { startRawUpstream, type RawUpstream } from '../support/upstreams';
import * as fc from 'fast-check';

const ok = (socket: Socket): unknown => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');

describe('through a proxy rule, nobody', () => {
  let served: Served;
  let upstream: RawUpstream;
  afterEach(async () => {
    await served.stop();
    await upstream.stop();
  });

  async function start(options: Partial<Omit<Options, 'limits'>> = {}, answer = ok): Promise<void> {
    upstream = await startRawUpstream(answer);
    const rules = [
      { match: '/admin/**', respond: { status: 404 } },
      { match: '/**', method: 'DELETE', respond: { status: 404 } },
      { match: '/**', proxy: upstream.to },
    ];
    served = await startServed({ rules, ...options });
  }

  async function answerTo(bytes: string): Promise<string> {
    const client = await served.client();
    await client.write(bytes);
    client.end();
    return (await client.readToEnd()).toString('latin1');
  }

  const head = 'Host: localhost\r\nConnection: close\r\n';

  /** The first status that comes back, and how many requests have arrived; all they have sent is one octet per character. */
  const requests = (): number => upstream.received.join('').match(/ HTTP\/1\.[01]\r\n/g)?.length ?? 0;

  const smuggled: readonly (readonly [promise: string, bytes: string, status: number, arrived: number])[] = [
    [
      'two lengths',
      `POST / HTTP/1.1\r\n${head}Content-Length: 0\r\nContent-Length: 44\r\n\r\nGET /x HTTP/1.1\r\n\r\n`,
      400,
      0,
    ],
    [
      'a length and chunks',
      `POST / HTTP/1.1\r\n${head}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n`,
      400,
      0,
    ],
    ['an odd coding', `POST / HTTP/1.1\r\n${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`, 501, 0],
    [
      'a coding with a blank before its colon',
      `POST / HTTP/1.1\r\n${head}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`,
      400,
      0,
    ],
    ['a folded coding', `POST / HTTP/1.1\r\n${head}X: a\r\n Transfer-Encoding: chunked\r\n\r\n`, 400, 0],
    ['a bare LF in the head', `GET / HTTP/1.1\r\n${head}X: a\nTransfer-Encoding: chunked\r\n\r\n`, 400, 0],
    ['a bare CR in a value', `GET / HTTP/1.1\r\n${head}X: a\rB: c\r\n\r\n`, 400, 0],
    [
      'a line break in the target',
      'GET /%0d%0aX:%20y HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
      200,
      1,
    ],
    [
      'a request in a chunk’s extension',
      `POST / HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\n0;x="\r\n\r\nGET /x HTTP/1.1\r\n\r\n`,
      400,
      1,
    ],
    ['a request as content', `POST / HTTP/1.1\r\n${head}Content-Length: 19\r\n\r\nGET /x HTTP/1.1\r\n\r\n`, 200, 1],
    [
      'its length as a field of the connection',
      `POST / HTTP/1.1\r\n${head}Connection: content-length\r\nContent-Length: 4\r\n\r\nGET `,
      200,
      1,
    ],
    [
      'another host by an absolute target',
      'GET http://evil.test/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
      421,
      0,
    ],
    ['another host by its field', 'GET / HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n', 421, 0],
    ['a tunnel by CONNECT', 'CONNECT localhost:22 HTTP/1.1\r\nHost: localhost\r\n\r\n', 501, 0],
    [
      'a page of another site',
      `GET / HTTP/1.1\r\n${head}Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n\r\n`,
      403,
      0,
    ],
    [
      'a form of another site',
      `POST / HTTP/1.1\r\n${head}Origin: http://evil.test\r\nContent-Length: 0\r\n\r\n`,
      403,
      0,
    ],
    [
      'an upgrade to another protocol',
      `GET / HTTP/1.1\r\n${head}Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAA\r\n\r\n`,
      200,
      1,
    ],
    ['a method that another rule takes, in small letters', `delete / HTTP/1.1\r\n${head}\r\n`, 501, 0],
    ['what another rule takes, by dot segments', `GET /x/../admin/ HTTP/1.1\r\n${head}\r\n`, 404, 0],
    ['the same, encoded', `GET /x/%2e%2E/%61dmin HTTP/1.1\r\n${head}\r\n`, 404, 0],
    ['the same, by empty segments', `GET //admin//x HTTP/1.1\r\n${head}\r\n`, 404, 0],
    ['the same, where dot segments meet empty ones', `GET /admin//../b HTTP/1.1\r\n${head}\r\n`, 200, 1],
    ['the same, by an encoded slash', `GET /x%2f..%2fadmin HTTP/1.1\r\n${head}\r\n`, 400, 0],
    ['the same, by a backslash', `GET /x\\..\\admin HTTP/1.1\r\n${head}\r\n`, 400, 0],
    ['a way out of the root', `GET /../../x HTTP/1.1\r\n${head}\r\n`, 400, 0],
  ];
  for (const [promise, bytes, status, arrived] of smuggled) {
    it(`gets anywhere by ${promise}`, async () => {
      await start();
      assert.match(await answerTo(bytes), new RegExp(`^HTTP/1\\.1 ${status} `));
      const text = upstream.received.join('');
      // What is refused in the midst of its content may have arrived, or not yet.
      const least = status === 400 ? 0 : arrived;
      if (promise !== 'a request as content') assert.ok(requests() >= least && requests() <= arrived, text);
      assert.ok(!/^(?:Upgrade|HTTP2-Settings|X: y)/im.test(text), text);
      assert.doesNotMatch(text, /^\S+ \/+admin/);
    });
  }

  it('has a path mean one thing to the rules and another to who gets it', () => {
    const segment = fc.constantFrom('', '.', '..', '%2e', '%2E.', 'a', 'admin', '%61');
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 8 }), (segments) => {
        const path = `/${segments.join('/')}`;
        let seen: string[];
        try {
          seen = [...parsePath(path).segments];
        } catch {
          return;
        }
        const there = new URL(`http://x${forwardedPath(path)}`).pathname;
        assert.deepEqual(
          there
            .split('/')
            .filter((each) => each !== '')
            .map(decodeURIComponent),
          seen,
        );
        assert.ok(there.endsWith('/') || !parsePath(path).isFolder || seen.length === 0);
      }),
    );
  });

  const secrets: readonly (readonly [promise: string, fields: string, kept: RegExp | undefined])[] = [
    ['as a bearer token', 'Authorization: Bearer sesame', undefined],
    ['as a password', `Authorization: Basic ${Buffer.from('me:sesame').toString('base64')}`, undefined],
    [
      'beside a cookie of its own',
      'Authorization: Bearer sesame\r\nCookie: a=b; http-server-4221=x; c=d',
      /\r\ncookie: a=b; c=d\r\n/,
    ],
    ['as a cookie alone', 'Authorization: Bearer sesame\r\nCookie: http-server-1=sesame', undefined],
    [
      'in the address of the page',
      'Authorization: Bearer sesame\r\nReferer: http://localhost/?a=b&token=sesame',
      /\r\nreferer: http:\/\/localhost\/\?a=b\r\n/,
    ],
  ];
  for (const [promise, fields, kept] of secrets) {
    it(`learns the token that was sent ${promise}`, async () => {
      await start({ token: 'sesame' });
      assert.match(await answerTo(`GET /x?a=b HTTP/1.1\r\n${head}${fields}\r\n\r\n`), /^HTTP\/1\.1 200 /);
      const [text = ''] = upstream.received;
      assert.doesNotMatch(text, /sesame|c2VzYW1l|authorization|http-server-\d+=/i);
      if (kept !== undefined) assert.match(text, kept);
    });
  }

  it('loses credentials that are not ours', async () => {
    await start({ token: 'sesame' });
    const client = await served.client();
    await client.write(`GET /?token=sesame HTTP/1.1\r\n${head}\r\n`);
    const cookie = /Set-Cookie: ([^;]+)/.exec((await client.readToEnd()).toString())?.[1] ?? '';
    await answerTo(`GET /x?token=other HTTP/1.1\r\n${head}Cookie: ${cookie}\r\nAuthorization: Bearer theirs\r\n\r\n`);
    assert.match(
      upstream.received[0] ?? '',
      /^GET \/x\?token=other HTTP\/1\.1\r\n[^]*\r\nauthorization: Bearer theirs\r\n/,
    );
    assert.doesNotMatch(upstream.received[0] ?? '', /cookie/i);
  });

  it('gets in without the token', async () => {
    await start({ token: 'sesame' });
    assert.match(await answerTo(`GET /x HTTP/1.1\r\n${head}\r\n`), /^HTTP\/1\.1 401 /);
    assert.equal(upstream.connections, 0);
  });

  it('has it say who asks', async () => {
    await start();
    const forged = [
      'X-Forwarded-For: 1.2.3.4',
      'X-Forwarded-Host: evil.test',
      'X-Forwarded-Proto: gopher',
      'X-Forwarded-Prefix: /x',
      'X_Forwarded_For: 1.2.3.4',
      'X-Forwarded_Host: evil.test',
    ];
    await answerTo(
      `GET / HTTP/1.1\r\n${head}${forged.join('\r\n')}\r\nForwarded: for=1.2.3.4\r\nX-Real-IP: 1.2.3.4\r\n\r\n`,
    );
    assert.doesNotMatch(upstream.received[0] ?? '', /1\.2\.3\.4|evil|gopher|prefix/i);
  });

  it('takes away by Connection what we say ourselves', async () => {
    await start();
    await answerTo(`GET / HTTP/1.1\r\n${head}Connection: host, via, x-forwarded-for, forwarded\r\n\r\n`);
    const [text = ''] = upstream.received;
    for (const name of ['host', 'via', 'x-forwarded-for', 'forwarded'])
      assert.match(text, new RegExp(`\r\n${name}: `, 'i'));
  });

  it('goes in a circle, whether by our own port or by what we are called', async () => {
    await start();
    const { port } = served;
    served.server.configure({ ...served.options, rules: [{ match: '/**', proxy: `http://127.0.0.1:${port}` }] });
    assert.match(await answerTo(`GET / HTTP/1.1\r\n${head}\r\n`), /^HTTP\/1\.1 502 [^]*leads back to this server/);
    // Not even to find out that it comes back.
    assert.equal(served.events.length, 1);
    served.server.configure(served.options);
    await answerTo(`GET / HTTP/1.1\r\n${head}\r\n`);
    const via = /Via: (.*)\r\n/.exec(upstream.received[0] ?? '')?.[1] ?? '';
    assert.match(await answerTo(`GET / HTTP/1.1\r\n${head}Via: 1.1 other, ${via}\r\n\r\n`), /^HTTP\/1\.1 502 /);
    assert.equal(upstream.connections, 1);
  });

  const returned: readonly (readonly [promise: string, line: string, kept: string | undefined])[] = [
    ['to be read by other sites', 'Access-Control-Allow-Origin: *', undefined],
    ['to be read with credentials', 'access-control-allow-credentials: true', undefined],
    ['this machine to HTTPS', 'Strict-Transport-Security: max-age=1', undefined],
    ['to forget everything', 'Clear-Site-Data: "*"', undefined],
    ['to another protocol', 'Alt-Svc: h2=":1"', undefined],
    ['a worker for all paths', 'Service-Worker-Allowed: /', undefined],
    ['a cookie of ours', 'Set-Cookie: http-server-4221=x; Path=/', undefined],
    ['a cookie of ours that has no name', 'Set-Cookie: =http-server-4221=x', undefined],
    ['a cookie for the whole domain', 'Set-Cookie: a=b; Domain=localhost; Path=/', 'Set-Cookie: a=b; Path=/'],
    ['a cookie of its own', 'Set-Cookie: a=b; HttpOnly', 'Set-Cookie: a=b; HttpOnly'],
    ['its own connection', 'Keep-Alive: timeout=5', undefined],
    ['a field of its connection', 'X-Hop: 1', undefined],
    ['credentials for a proxy', 'Proxy-Authenticate: Basic', undefined],
    ['to itself, past us', 'Location: http://127.0.0.1:PORT/a?b#c', 'Location: ./../a?b#c'],
    ['to itself, by name', 'Location: http://localhost:PORT/a', 'Location: ./../a'],
    ['to a path', 'Location: /a', 'Location: ./../a'],
    ['to a path beside', 'Location: a?b', 'Location: a?b'],
    ['to somewhere else, which it may', 'Location: https://login.test/', 'Location: https://login.test/'],
    ['to its own, elsewhere', 'Content-Location: http://localhost:PORT/a', 'Content-Location: ./../a'],
    ['an ordinary field', 'X-Own: 1', 'X-Own: 1'],
  ];
  for (const [promise, line, kept] of returned) {
    it(`who is asked ${kept === undefined ? 'binds a browser' : 'leads a browser'} ${promise}`, async () => {
      await start({}, (socket) => {
        const sent = line.replace('PORT', String(upstream.port));
        return socket.write(`HTTP/1.1 200 OK\r\nConnection: x-hop\r\n${sent}\r\nContent-Length: 0\r\n\r\n`);
      });
      const answer = await answerTo(`GET /x/y HTTP/1.1\r\n${head}\r\n`);
      const [name = ''] = line.split(':');
      const found = answer.split('\r\n').filter((each) => each.toLowerCase().startsWith(`${name.toLowerCase()}:`));
      assert.deepEqual(found, kept === undefined ? [] : [kept]);
      assert.match(answer, /\r\nX-Content-Type-Options: nosniff\r\n/);
      assert.equal(answer.match(/\r\nDate: /g)?.length, 1);
    });
  }

  for (const [promise, sent, kept] of [
    ['its date, if it tells one', 'Mon, 01 Jan 2024 00:00:00 GMT', true],
    ['ours where what it tells is none', 'yesterday', false],
  ] as const) {
    it(`who is asked has its answer bear ${promise} (RFC 9110 §6.6.1)`, async () => {
      await start({}, (socket) => socket.write(`HTTP/1.1 200 OK\r\nDate: ${sent}\r\nContent-Length: 0\r\n\r\n`));
      const dates = (await answerTo(`GET /x HTTP/1.1\r\n${head}\r\n`)).match(/(?<=\r\nDate: ).*(?=\r\n)/g) ?? [];
      assert.deepEqual([dates.length, dates[0] === sent], [1, kept]);
    });
  }

  for (const [method, sent, status, arrives] of [
    ['OPTIONS', '0', 204, undefined],
    ['TRACE', '0', 501, undefined],
    ['OPTIONS', '3', 200, '2'],
    ['TRACE', '1', 200, '0'],
    ['OPTIONS', '9'.repeat(30), 200, '999999999'],
    ['OPTIONS', 'x', 200, 'x'],
    ['GET', '0', 200, '0'],
  ] as const) {
    it(`has a request go on farther than it is to: ${method} by ${sent} (RFC 9110 §7.6.2)`, async () => {
      await start();
      const answer = await answerTo(`${method} /x HTTP/1.1\r\n${head}Max-Forwards: ${sent}\r\n\r\n`);
      const [, arrived] = /\r\nMax-Forwards: (.*)\r\n/i.exec(upstream.received.join('')) ?? [];
      assert.deepEqual(
        [Number(answer.slice(9, 12)), requests(), arrived],
        [status, arrives === undefined ? 0 : 1, arrives],
      );
    });
  }

  it('asks for more than an origin that may ask was allowed', async () => {
    await start({ cors: ['http://app.test'] }, (socket) =>
      socket.write(
        'HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nAccess-Control-Max-Age: 9\r\nContent-Length: 0\r\n\r\n',
      ),
    );
    const preflight = await answerTo(
      `OPTIONS /x HTTP/1.1\r\n${head}Origin: http://app.test\r\nAccess-Control-Request-Method: PUT\r\n\r\n`,
    );
    assert.match(preflight, /^HTTP\/1\.1 204 [^]*\r\nAccess-Control-Allow-Methods: PUT\r\n/);
    assert.equal(upstream.connections, 0);
    const answer = await answerTo(`GET /x HTTP/1.1\r\n${head}Origin: http://app.test\r\n\r\n`);
    assert.deepEqual(answer.match(/Access-Control-Allow-Origin: .*/g), [
      'Access-Control-Allow-Origin: http://app.test',
    ]);
    assert.doesNotMatch(answer, /Max-Age/);
  });
});
