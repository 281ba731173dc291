/** Pages of the origins in `cors` may read and write, and browsers are told so exactly. */
import assert from 'node:assert/strict';
import { HttpError } from '../../src/http/message/httpError';
import type { FieldLine, Response } from '../../src/http/message/message';
import { checkOptions, defaultOptions, OptionsError } from '../../src/options';
import { guardWith, inside, requestOf, type Asked } from '../support/guarded';
import { guarded } from '../../src/endpoints/guard/guard';

const app = 'http://app.example:3000';
const crossSite: FieldLine[] = [
  ['Sec-Fetch-Site', 'cross-site'],
  ['Sec-Fetch-Mode', 'cors'],
];
const from = (origin: string, ...more: FieldLine[]): Asked => ({ fields: [['Origin', origin], ...crossSite, ...more] });
const preflight = (origin: string, ...more: FieldLine[]): Asked => ({
  ...from(origin, ['Access-Control-Request-Method', 'PUT'], ...more),
  method: 'OPTIONS',
});

describe('a page of an origin in cors', () => {
  const ask = guardWith({ cors: ['http://other.example', 'HTTP://App.Example:3000/', 'vscode-webview://abc'] });

  it('reads', async () => {
    const { status, text, fields } = await ask(from(app));
    assert.deepEqual([status, text], [200, inside]);
    assert.equal(fields.get('access-control-allow-origin'), app);
    assert.equal(fields.get('access-control-allow-credentials'), 'true');
    assert.equal(fields.get('access-control-expose-headers'), 'ETag');
    assert.equal(fields.get('vary'), 'Origin');
  });

  for (const method of ['POST', 'PUT', 'DELETE', 'MKCOL', 'COPY', 'MOVE']) {
    it(`asks by ${method}`, async () => assert.equal((await ask({ ...from(app), method })).text, inside));
  }

  it('may have a scheme that is not of the web', async () => {
    const { fields } = await ask(from('vscode-webview://abc'));
    assert.equal(fields.get('access-control-allow-origin'), 'vscode-webview://abc');
  });

  it('reads refusals, too', async () => {
    const refusing = guardWith({ cors: [app] }, () => {
      throw new HttpError(404, 'Not here.', [['X-Why', 'y']]);
    });
    const { status, text, fields } = await refusing(from(app));
    assert.deepEqual([status, text], [404, 'Not here.\n']);
    assert.equal(fields.get('access-control-allow-origin'), app);
    assert.match(fields.get('access-control-expose-headers') ?? '', /\bX-Why\b/);
    assert.equal(fields.get('vary'), 'Accept, Origin');
  });

  it('is no part of the refusal of what is no request', () => {
    const options = { ...defaultOptions, directory: '', cors: [app] };
    const { onError } = guarded(options, () => ({ status: 204, fields: [] }));
    const { status, fields } = onError(new HttpError(400, 'It cannot be read.'), undefined);
    assert.equal(status, 400);
    assert.ok(!fields.some(([name]) => name.startsWith('Access-Control-')));
  });

  it('reads what comes later', async () => {
    const later = guardWith({ cors: [app] }, () =>
      Promise.resolve({ status: 200, fields: [['Vary', 'Accept-Encoding']] }),
    );
    const { fields } = await later(from(app));
    assert.equal(fields.get('access-control-allow-origin'), app);
    assert.equal(fields.get('vary'), 'Accept-Encoding, Origin');
  });

  it('overrules what the settings add for everybody', async () => {
    const open = guardWith({ cors: [app] }, () => ({ status: 200, fields: [['Access-Control-Allow-Origin', '*']] }));
    assert.equal((await open(from(app))).fields.get('access-control-allow-origin'), app);
  });

  it('shows a picture, for which the browser tells its address only', async () => {
    const image: FieldLine[] = [
      ['Sec-Fetch-Site', 'same-site'],
      ['Sec-Fetch-Mode', 'no-cors'],
      ['Sec-Fetch-Dest', 'image'],
    ];
    const status = async (referer: string, method = 'GET') =>
      (await ask({ method, fields: [...image, ['Referer', referer]] })).status;
    assert.equal(await status(`${app}/`), 200);
    assert.equal(await status(`${app}/gallery?x`), 200);
    assert.equal(await status('http://app.example/'), 403);
    assert.equal(await status(`http://evil.example/${app}`), 403);
    assert.equal(await status(`${app}@evil.example/`), 403);
    assert.equal(await status(app, 'POST'), 403);
    assert.equal(await status('nonsense'), 403);
  });

  describe('asks beforehand', () => {
    it('what it may do to this resource', async () => {
      const wanted: FieldLine = ['Access-Control-Request-Headers', 'content-type, if-match'];
      const { status, fields } = await ask(preflight(app, wanted));
      assert.equal(status, 204);
      assert.equal(fields.get('access-control-allow-origin'), app);
      assert.equal(fields.get('access-control-allow-credentials'), 'true');
      assert.equal(fields.get('access-control-allow-methods'), 'HEAD, OPTIONS, GET, POST');
      assert.equal(fields.get('access-control-allow-headers'), 'content-type, if-match');
      assert.equal(fields.get('access-control-allow-private-network'), undefined);
      assert.match(fields.get('access-control-max-age') ?? '', /^\d+$/);
      assert.equal(fields.get('vary'), 'Origin');
    });

    it('and whether a page of the Internet may reach this machine', async () => {
      const { fields } = await ask(preflight(app, ['Access-Control-Request-Private-Network', 'true']));
      assert.equal(fields.get('access-control-allow-private-network'), 'true');
    });

    it('and gets nothing back but names of fields', async () => {
      const strange: FieldLine = ['Access-Control-Request-Headers', 'x-a, a b, <script>, "q", x:y, \xe9, ,x-b'];
      assert.equal((await ask(preflight(app, strange))).fields.get('access-control-allow-headers'), 'x-a, x-b');
    });

    it('without a token, which a browser would not send', async () => {
      const locked = guardWith({ cors: [app], token: 'secret' });
      assert.equal((await locked(preflight(app))).status, 204);
      assert.equal((await locked({ ...preflight(app), method: 'GET' })).status, 401);
      assert.equal((await locked({ ...from(app), method: 'OPTIONS' })).status, 401);
      assert.equal((await locked(preflight('null'))).status, 403);
    });

    it('which is for the origins of the settings alone, also where a browser does not say how it asks', async () => {
      const locked = guardWith({ cors: [app], token: 'secret' });
      const asking = (origin: string): Asked => ({
        method: 'OPTIONS',
        fields: [
          ['Origin', origin],
          ['Access-Control-Request-Method', 'PUT'],
        ],
      });
      assert.equal((await locked(asking(app))).status, 204);
      assert.equal((await locked(asking('http://evil.example'))).status, 401);
    });

    it('and may do nothing where the resource does not say what', async () => {
      const silent = guardWith({ cors: [app] }, () => ({ status: 204, fields: [['ETag', 'GET']] }));
      assert.equal((await silent(preflight(app))).fields.get('access-control-allow-methods'), '');
      const late = guardWith({ cors: [app] }, () => ({
        status: 204,
        fields: [
          ['ETag', 'GET'],
          ['Allow', 'PUT'],
        ],
      }));
      assert.equal((await late(preflight(app))).fields.get('access-control-allow-methods'), 'PUT');
    });
  });

  it('learns that a token is missing', async () => {
    const { status, fields } = await guardWith({ cors: [app], token: 'secret' })(from(app));
    assert.equal(status, 401);
    assert.equal(fields.get('access-control-allow-origin'), app);
  });
});

describe('a page of any other origin', () => {
  const strangers = [
    'http://evil.example',
    'null',
    '*',
    'http://app.example',
    'https://app.example:3000',
    'http://app.example:30000',
    'http://APP.example:3000',
    'http://x.app.example:3000',
    'http://app.example:3000/',
    `${app}, ${app}`,
    `${app}\t`,
    '',
  ];
  const ask = guardWith({ cors: [app] });
  for (const origin of strangers) {
    it(`is refused, and told nothing: ${JSON.stringify(origin)}`, async () => {
      for (const asked of [from(origin), preflight(origin), { ...from(origin), method: 'POST' }]) {
        const { status, fields } = await ask(asked);
        assert.equal(status, 403);
        assert.equal(
          [...fields.keys()].find((name) => name.startsWith('access-control-')),
          undefined,
        );
      }
    });

    it(`reads nothing in a browser without Fetch Metadata: ${JSON.stringify(origin)}`, async () => {
      const { fields } = await ask({ fields: [['Origin', origin]] });
      assert.equal(
        [...fields.keys()].find((name) => name.startsWith('access-control-')),
        undefined,
      );
      assert.equal(fields.get('vary'), 'Origin');
    });
  }
});

describe('answers that are sent again and again', () => {
  const lasting: Response = { status: 200, fields: [], lasting: true };
  const answerOf = (cors: readonly string[], asked: Asked) =>
    guarded({ ...defaultOptions, directory: '', cors }, () => lasting).endpoint(requestOf(asked));

  it('are the very same where there is no cors', () => assert.equal(answerOf([], {}), lasting));

  it('are the same for all who are no guests, and for each guest', () => {
    const guests = [app, 'http://b.example'];
    assert.equal(answerOf(guests, {}), answerOf(guests, {}));
    assert.equal(answerOf(guests, from(app)), answerOf(guests, from(app)));
    assert.notEqual(answerOf(guests, from(app)), answerOf(guests, from('http://b.example')));
    assert.notEqual(answerOf(guests, from(app)), answerOf(guests, {}));
  });
});

describe('the setting cors', () => {
  const check = (origin: string) => checkOptions({ ...defaultOptions, directory: '', cors: [origin] });
  for (const origin of ['http://localhost:3000', 'https://a.example/', 'chrome-extension://abc', 'http://[::1]:1']) {
    it(`may name ${origin}`, () => void check(origin));
  }
  for (const origin of [
    '*',
    'null',
    '',
    'a.example',
    'http://',
    'http://*.a',
    'http://a/b',
    'http://u@a',
    'http://a b',
  ]) {
    it(`may not name ${JSON.stringify(origin)}`, () =>
      assert.throws(
        () => check(origin),
        (error) => error instanceof OptionsError && error.option === 'cors',
      ));
  }
});
