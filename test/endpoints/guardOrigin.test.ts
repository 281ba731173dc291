/** A page of another site can have a browser ask, but not get or change anything by it. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { FieldLine } from '../../src/http/message/message';
import { gateWith, guardWith, inside } from '../support/guarded';
import { randomRuns } from '../support/randomRuns';

const metadata = (site: string, mode?: string, dest?: string): FieldLine[] =>
  [
    ['Sec-Fetch-Site', site] as const,
    ['Sec-Fetch-Mode', mode ?? ''] as const,
    ['Sec-Fetch-Dest', dest ?? ''] as const,
  ].filter(([, value]) => value !== '');

const origin = (value: string): FieldLine => ['Origin', value];
const reading = ['GET', 'HEAD', 'OPTIONS'];
const writing = ['POST', 'PUT', 'DELETE', 'MKCOL', 'COPY', 'MOVE', 'PATCH', 'BREW'];

type Row = readonly [name: string, fields: readonly FieldLine[], refused: readonly string[]];

describe('the origin of a request', () => {
  const ask = guardWith({ allowedHosts: ['code.example', 'box.example:8443'] });
  const everything = [...reading, ...writing];
  const rows: readonly Row[] = [
    ['no browser: everything', [], []],
    ['the user: everything', metadata('none', 'navigate', 'document'), []],
    ['our own page: everything', [...metadata('same-origin', 'cors', 'empty'), origin('http://localhost:4221')], []],
    ['our own form: everything', [...metadata('same-origin', 'navigate'), origin('http://localhost:4221')], []],

    ['fetch of another site: nothing', metadata('cross-site', 'cors', 'empty'), everything],
    ['fetch without CORS: nothing', metadata('cross-site', 'no-cors', 'empty'), everything],
    ['a script of another site: nothing', metadata('cross-site', 'no-cors', 'script'), everything],
    ['a picture on another site: nothing', metadata('cross-site', 'no-cors', 'image'), everything],
    ['another port of this host: nothing', metadata('same-site', 'cors', 'empty'), everything],
    ['a socket of another site: nothing', metadata('cross-site', 'websocket', 'websocket'), everything],
    ['an object on another site: nothing', metadata('cross-site', 'navigate', 'object'), everything],
    ['an embed on another site: nothing', metadata('cross-site', 'navigate', 'embed'), everything],
    ['a value nobody knows yet: nothing', metadata('other-site', 'cors'), everything],
    ['two values: nothing', [...metadata('same-origin'), ...metadata('cross-site')], everything],
    ['no value: nothing', [['Sec-Fetch-Site', '']], everything],
    [
      'our own origin, but cross-site: nothing',
      [...metadata('cross-site'), origin('http://localhost:4221')],
      everything,
    ],

    ['a link on another site: only read', metadata('cross-site', 'navigate', 'document'), ['OPTIONS', ...writing]],
    ['a frame on another site: only read', metadata('cross-site', 'navigate', 'iframe'), ['OPTIONS', ...writing]],
    ['a link from another port: only read', metadata('same-site', 'navigate', 'document'), ['OPTIONS', ...writing]],
    ['a navigation, form or link: only read', metadata('cross-site', 'navigate'), ['OPTIONS', ...writing]],

    ['our origin: everything', [origin('http://localhost:4221')], []],
    ['our origin behind TLS: everything', [origin('https://localhost:4221')], []],
    ['the name of the one in front of us: everything', [origin('https://code.example')], []],
    ['the name and port of the one in front of us: everything', [origin('https://box.example:8443')], []],
    ['another scheme of that name: no writing', [origin('http://code.example')], writing],
    ['another port of that name: no writing', [origin('https://code.example:4')], writing],
    ['an origin of its own: no writing', [origin('null')], writing],
    ['an origin elsewhere: no writing', [origin('http://evil.example')], writing],
    ['another port of ours: no writing', [origin('http://localhost:3000')], writing],
    ['our host without the port: no writing', [origin('http://localhost')], writing],
    ['another name of ours: no writing', [origin('http://127.0.0.1:4221')], writing],
    ['an origin that begins as ours: no writing', [origin('http://localhost:4221.evil.example')], writing],
    ['an origin that ends as ours: no writing', [origin('http://evil.example/localhost:4221')], writing],
    ['ours as a user name: no writing', [origin('http://localhost:4221@evil.example')], writing],
    ['ours with a path: no writing', [origin('http://localhost:4221/')], writing],
    ['another scheme: no writing', [origin('ftp://localhost:4221')], writing],
    ['empty: no writing', [origin('')], writing],
    ['ours and another: no writing', [origin('http://localhost:4221'), origin('http://evil.example')], writing],
    ['ours, twice: no writing', [origin('http://localhost:4221'), origin('http://localhost:4221')], writing],
    ['elsewhere, said to be ours: no writing', [...metadata('same-origin'), origin('http://evil.example')], writing],
  ];
  for (const [name, fields, refused] of rows) {
    it(name, async () => {
      for (const method of everything) {
        const { status, text, fields: sent } = await ask({ method, authority: 'localhost:4221', fields });
        assert.equal(status === 403, refused.includes(method), `${method}: ${status}`);
        if (status === 403) assert.notEqual(text, inside);
        assert.equal(
          [...sent.keys()].find((each) => each.startsWith('access-control-')),
          undefined,
        );
      }
    });
  }

  it('R14: does not let a frame of another site learn of a file, whatever its path is written like', async () => {
    const statusOf = async (target: string, destination: string, site = 'cross-site') => {
      const fields = metadata(site, 'navigate', destination);
      return (await ask({ target, authority: 'localhost:4221', fields })).status === 403;
    };
    for (const target of ['/files/x', '//files//x', '/%66iles/x', '/files/a/b.zip', '/files/%2e']) {
      for (const destination of ['iframe', 'frame', 'fencedframe']) {
        assert.equal(await statusOf(target, destination), true, `${destination} ${target}`);
        assert.equal(await statusOf(target, destination, 'same-site'), true, `${destination} ${target}`);
        assert.equal(await statusOf(target, destination, 'same-origin'), false, `${destination} ${target}`);
      }
      assert.equal(await statusOf(target, 'document'), false, target);
    }
    for (const target of ['/files', '/files/', '/files/a/', '/a', '/filesystem/x', '/']) {
      assert.equal(await statusOf(target, 'iframe'), false, target);
    }
  });

  it('is looked at where a WebSocket is asked for, by whose answer a browser keeps nobody out', async () => {
    const statusOf = async (value: string) => {
      const fields: FieldLine[] = [origin(value), ['Upgrade', 'websocket'], ['Connection', 'Upgrade']];
      return (await ask({ authority: 'localhost:4221', fields })).status;
    };
    assert.equal(await statusOf('http://evil.example'), 403);
    assert.equal(await statusOf('null'), 403);
    assert.equal(await statusOf('http://localhost:4221'), 200);
  });

  const defaults: readonly [authority: string, value: string, status: number][] = [
    ['localhost', 'http://localhost', 200],
    ['localhost:80', 'http://localhost', 200],
    ['localhost:443', 'https://localhost', 200],
    ['localhost:80', 'https://localhost', 403],
    ['LOCALHOST:4221', 'http://localhost:4221', 200],
    ['[::1]:4221', 'http://[::1]:4221', 200],
    ['code.example', 'https://code.example', 200],
    ['', 'http://localhost', 403],
  ];
  for (const [authority, value, status] of defaults) {
    it(`${value} writes to ${authority || 'a host it does not name'}: ${status}`, async () =>
      assert.equal((await ask({ method: 'POST', authority, fields: [origin(value)] })).status, status));
  }

  it('is told what was not allowed, and not what it said', async () => {
    const { text, response } = await ask({ method: 'POST', fields: [origin('http://evil.example')] });
    assert.equal(response.option, 'cors');
    assert.match(text, /, unless its origin is allowed\.\n$/);
    assert.doesNotMatch(text, /evil/);
  });

  it('has the log told where it may be a page of our own in a sandbox, which hides its origin and its address', async () => {
    const reasonFor = async (...fields: readonly FieldLine[]): Promise<string | undefined> =>
      (await ask({ method: 'POST', fields })).response.reason;
    const plain = 'A page of another site may not ask for this, unless its origin is allowed.';
    const sandboxed = /^A page of another site may not ask .* allow-same-origin to its sandbox attribute\.$/;
    assert.match((await reasonFor(origin('null'))) ?? '', sandboxed);
    assert.match((await reasonFor(...metadata('cross-site'))) ?? '', sandboxed);
    assert.equal(await reasonFor(origin('null'), ['Referer', 'https://evil.example/']), plain);
    assert.equal(await reasonFor(origin('https://evil.example')), plain);
  });

  it('never is ours by chance', () => {
    const enters = gateWith({ cors: ['http://app.example:3000'], allowedHosts: ['code.example'] });
    const ours = ['http://localhost:4221', 'https://localhost:4221', 'http://app.example:3000', 'https://code.example'];
    const scheme = fc.constantFrom('http', 'https', 'null', 'file', 'HTTP');
    const name = fc.constantFrom('localhost', 'localhost:4221', 'app.example:3000', 'app.example', 'code.example');
    const origins = fc.oneof(
      fc.string(),
      fc.webUrl(),
      fc.tuple(scheme, fc.domain()).map(([a, b]) => `${a}://${b}`),
      fc.tuple(scheme, name, fc.string()).map(([a, b, c]) => `${a}://${b}${c}`),
      fc.tuple(scheme, fc.string(), name).map(([a, b, c]) => `${a}://${b}${c}`),
      fc.tuple(scheme, name, name).map(([a, b, c]) => `${a}://${b}.${c}`),
    );
    fc.assert(
      fc.property(origins, fc.constantFrom(...writing), (value, method) => {
        const entered = enters({ method, authority: 'localhost:4221', fields: [origin(value)] });
        assert.equal(entered, ours.includes(value), value);
      }),
      { numRuns: randomRuns(5000) },
    );
  });
});
