/** Where there is a token, nothing is answered without it, and it is kept to those who have it. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { FieldLine } from '../../src/http/message/message';
import { checkOptions, defaultOptions, OptionsError } from '../../src/options';
import { gateWith, guardWith, inside, type Asked } from '../support/guarded';
import { randomRuns } from '../support/randomRuns';
import type { Answer } from '../support/request';

const token = 'Sesame: öffne+dich/&=%';
/** As the octets of a field, one per character. */
const octets = Buffer.from(token).toString('latin1');
const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`;
const authorization = (value: string): FieldLine => ['Authorization', value];

describe('the token', () => {
  const ask = guardWith({ token });
  const signIn = (target: string, more: Asked = {}): Promise<Answer> => ask({ target, ...more });
  const encoded = encodeURIComponent(token);

  const good: readonly [name: string, value: string][] = [
    ['as a bearer token', `Bearer ${octets}`],
    ['as a bearer token, whatever the case of the scheme', `bEARER ${octets}`],
    ['behind several blanks', `Bearer   ${octets}`],
    ['as the password of any user', basic(`me:${token}`)],
    ['as the password of nobody', basic(`:${token}`)],
  ];
  for (const [name, value] of good) {
    it(`lets in ${name}`, async () => {
      for (const method of ['GET', 'POST', 'DELETE', 'MKCOL', 'COPY', 'MOVE']) {
        assert.equal((await ask({ method, fields: [authorization(value)] })).text, inside);
      }
    });
  }

  const bad: readonly [name: string, fields: readonly FieldLine[]][] = [
    ['nothing', []],
    ['an empty field', [authorization('')]],
    ['a scheme alone', [authorization('Bearer')]],
    ['a scheme and a blank', [authorization('Bearer ')]],
    ['another token', [authorization('Bearer x')]],
    ['the beginning of it', [authorization(`Bearer ${octets.slice(0, -1)}`)]],
    ['more than it', [authorization(`Bearer ${octets}x`)]],
    ['it in another case', [authorization(`Bearer ${octets.toLowerCase()}`)]],
    ['it without a scheme', [authorization(octets)]],
    ['it by another scheme', [authorization(`Digest ${octets}`)]],
    ['it behind another scheme', [authorization(`Digest Bearer ${octets}`)]],
    ['it twice', [authorization(`Bearer ${octets}`), authorization(`Bearer ${octets}`)]],
    ['it as a user', [authorization(basic(`${token}:`))]],
    ['a user without a password', [authorization(basic('me'))]],
    ['an empty password', [authorization(basic('me:'))]],
    ['no base64', [authorization('Basic *')]],
    ['it as a password, twice', [authorization(basic(`me:${token}`)), authorization(basic(`me:${token}`))]],
    ['it as a password, with blanks within', [authorization(basic(`me:${token}`).replace(/.{4}$/, ' $&'))]],
    ['it as the cookie', [['Cookie', `http-server-2=${encoded}`]]],
    ['an empty cookie', [['Cookie', 'http-server-2=']]],
  ];
  for (const [name, fields] of bad) {
    it(`keeps out ${name}`, async () => {
      for (const method of ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'DELETE', 'MKCOL', 'COPY', 'MOVE', 'BREW']) {
        for (const target of ['/', '/.well-known/x', '/.http-server/events', '/echo/x', '/?token=x', '/?token=']) {
          const { status, fields: sent, text } = await ask({ method, target, fields });
          assert.equal(status, 401);
          assert.equal(
            sent.get('www-authenticate'),
            'Bearer realm="HTTP Server", Basic realm="HTTP Server", charset="UTF-8"',
          );
          assert.ok(!text.includes(inside) && !sent.has('set-cookie'));
        }
      }
    });
  }

  it('is asked for in words, and the log learns which option asks', async () => {
    const { text, response } = await ask({});
    assert.match(text, /asks for its token: as a bearer token, as a password, or once in the URL as \?token=\./);
    assert.equal(response.option, 'token');
  });

  it('comes last: who may not ask at all does not learn that there is one', async () => {
    assert.equal((await ask({ authority: 'evil.example' })).status, 421);
    assert.equal((await ask({ fields: [['Sec-Fetch-Site', 'cross-site']] })).status, 403);
    const right = authorization(`Bearer ${octets}`);
    assert.equal((await ask({ authority: 'evil.example', fields: [right] })).status, 421);
    assert.equal((await ask({ fields: [['Sec-Fetch-Site', 'cross-site'], right] })).status, 403);
    assert.equal((await ask({ method: 'PUT', fields: [['Origin', 'null'], right] })).status, 403);
  });

  describe('in a URL', () => {
    const redirects: readonly [target: string, location: string][] = [
      [`/?token=${encoded}`, './'],
      [`/a/b.html?token=${encoded}`, './b.html'],
      [`/a/b/?token=${encoded}`, './'],
      [`/a/b?x=1&token=${encoded}&y=%20&z`, './b?x=1&y=%20&z'],
      [`/a/b?token=${encoded}&token=${encoded}`, './b'],
      [`/a/b?token=mine&token=${encoded}`, './b?token=mine'],
      [`//evil.example?token=${encoded}`, './evil.example'],
      [`/http://evil.example?token=${encoded}`, './evil.example'],
      [`/a:b?token=${encoded}`, './a:b'],
      [`/?token=${new URLSearchParams({ token }).toString().slice('token='.length)}`, './'],
    ];
    for (const [target, location] of redirects) {
      it(`${target} leads to ${location}, and leaves a cookie`, async () => {
        for (const method of ['GET', 'HEAD']) {
          const { status, fields } = await signIn(target, { method });
          assert.equal(status, 303);
          assert.equal(fields.get('location'), location);
          assert.equal(fields.get('cache-control'), 'no-store');
          assert.equal(fields.get('referrer-policy'), 'no-referrer');
          assert.match(fields.get('set-cookie') ?? '', /^http-server-2=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
        }
      });
    }

    it('leads there also who has the cookie already', async () => {
      const cookie = await cookieOf();
      const { status } = await signIn(`/x?token=${encoded}`, { fields: [['Cookie', cookie]] });
      assert.equal(status, 303);
    });

    for (const target of [
      `/?Token=${encoded}`,
      `/?%74oken=${encoded}&token=`,
      `/?xtoken=${encoded}`,
      `/token=${encoded}`,
      `/?token=${encoded}x`,
    ]) {
      it(`is not there in ${target}`, async () => assert.equal((await signIn(target)).status, 401));
    }

    it('lets in what is no link, this once: a webhook', async () => {
      for (const method of ['POST', 'PUT', 'DELETE', 'BREW']) {
        const { status, text, fields } = await signIn(`/x?a=1&token=${encoded}`, { method });
        assert.deepEqual([status, text, fields.has('set-cookie')], [200, inside, false], method);
      }
    });

    it('lets in nobody else by it: a page of another site', async () => {
      const fields: FieldLine[] = [['Origin', 'https://evil.example']];
      assert.equal((await signIn(`/x?token=${encoded}`, { method: 'POST', fields })).status, 403);
    });

    it("is the site's own where it is another one", async () => {
      const { text } = await signIn('/?token=mine', { fields: [authorization(`Bearer ${octets}`)] });
      assert.equal(text, inside);
    });
  });

  async function cookieOf(peer: Asked['peer'] = {}): Promise<string> {
    const { fields } = await signIn(`/?token=${encoded}`, { peer });
    return /^[^;]+/.exec(fields.get('set-cookie') ?? '')?.[0] ?? '';
  }

  describe('in a cookie', () => {
    it('lets in', async () => {
      const cookie = await cookieOf();
      for (const value of [cookie, `a=b; ${cookie}`, `${cookie};c=d`, `http-server-2=x; ${cookie}`]) {
        assert.equal((await ask({ method: 'POST', fields: [['Cookie', value]] })).text, inside);
      }
    });

    it('is not in it as it is', async () => assert.ok(!(await cookieOf()).includes(token.slice(0, 6))));

    it('has a name of its own for each port, so that two servers of one host do not disturb each other', async () => {
      const cookie = await cookieOf({ localPort: 4000 });
      assert.match(cookie, /^http-server-4000=/);
      assert.equal((await ask({ peer: { localPort: 4000 }, fields: [['Cookie', cookie]] })).status, 200);
      assert.equal((await ask({ peer: { localPort: 4001 }, fields: [['Cookie', cookie]] })).status, 401);
    });

    it('is good as long as the token is the same', async () => {
      const cookie: FieldLine = ['Cookie', await cookieOf()];
      assert.equal((await guardWith({ token })({ fields: [cookie] })).status, 200);
      assert.equal((await guardWith({ token: 'another' })({ fields: [cookie] })).status, 401);
    });
  });

  it('is asked for twice of who follows a link from another site: the first time, the cookie is held back', async () => {
    const link: FieldLine[] = [
      ['Sec-Fetch-Mode', 'navigate'],
      ['Sec-Fetch-Dest', 'document'],
    ];
    const answer = async (site: string) => ask({ fields: [['Sec-Fetch-Site', site], ...link] });
    const first = await answer('cross-site');
    assert.deepEqual([first.status, first.fields.get('refresh')], [401, '0']);
    assert.equal(first.fields.get('www-authenticate'), 'Bearer realm="HTTP Server"');
    const second = await answer('same-origin');
    assert.deepEqual([second.status, second.fields.get('refresh')], [401, undefined]);
  });

  it('is not asked for where there is none', async () => {
    const open = guardWith();
    assert.equal((await open({ target: '/?token=x' })).text, inside);
    assert.equal((await open({ fields: [authorization('Bearer x')] })).text, inside);
  });

  it('never is found by chance', () => {
    const enters = gateWith({ token });
    const value = fc.oneof(
      fc.string(),
      fc.string().map(basic),
      fc.string().map((text) => `Bearer ${text}`),
    );
    fc.assert(
      fc.property(value, fc.string(), (text, cookie) => {
        const fields: FieldLine[] = [authorization(text), ['Cookie', `http-server-2=${cookie}`]];
        assert.ok(!enters({ target: `/?token=${text}`, fields }));
      }),
      { numRuns: randomRuns(2000) },
    );
  });
});

describe('the setting token', () => {
  const check = (value: string) => checkOptions({ ...defaultOptions, directory: '', token: value });
  for (const value of ['', 'x', 'a b', 'ö', token]) it(`may be ${JSON.stringify(value)}`, () => void check(value));
  for (const value of [' x', 'x ', 'a\nb', '\t', '\x7f', '\0']) {
    it(`may not be ${JSON.stringify(value)}`, () =>
      assert.throws(
        () => check(value),
        (error) => error instanceof OptionsError && error.option === 'token',
      ));
  }
  for (const host of ['0.0.0.0', '::', '192.168.1.5', 'box.lan', '127.0.0.1.lan', '127.0.0.256', '127.1']) {
    it(`must be there for ${host} to be listened on`, () => {
      const options = { ...defaultOptions, directory: '', host };
      assert.throws(
        () => checkOptions(options),
        (error) => error instanceof OptionsError && error.option === 'host' && error.instead === 'token',
      );
      checkOptions({ ...options, token: 'x' });
    });
  }
});
