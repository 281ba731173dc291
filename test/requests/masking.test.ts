/** Secrets of requests: what is masked, and what is put back. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { maskHead, unmaskHead } from '../../src/requests/masking';

const head = (...lines: readonly string[]): string => [...lines, '', ''].join('\r\n');
const line = 'GET / HTTP/1.1';

const cases: readonly (readonly [promise: string, sent: string, shown: string])[] = [
  ['Authorization', 'Authorization: Bearer abc', 'Authorization: ***'],
  ['Proxy-Authorization', 'proxy-authorization: Basic abc', 'proxy-authorization: ***'],
  ['Cookie', 'Cookie: a=b; c=d', 'Cookie: ***'],
  ['Set-Cookie', 'Set-Cookie: a=b', 'Set-Cookie: ***'],
  ['a key', 'X-Api-Key: abc', 'X-Api-Key: ***'],
  ['a token', 'X-Gitlab-Token: abc', 'X-Gitlab-Token: ***'],
  ['a secret', 'X-Telegram-Bot-Api-Secret: abc', 'X-Telegram-Bot-Api-Secret: ***'],
  [
    'the token in Referer',
    'Referer: http://localhost/?a=1&token=abc&b=2',
    'Referer: http://localhost/?a=1&token=***&b=2',
  ],
  ['credentials by another name', 'X-Authorization: abc', 'X-Authorization: ***'],
  ['the token in what a proxy adds', 'X-Original-URL: /a?token=abc#b', 'X-Original-URL: /a?token=***#b'],
  ['the token in Link', 'Link: </a?x&token=abc>; rel=next', 'Link: </a?x&token=*** rel=next'],
  ['the token in Location', 'Location: ./?token=abc', 'Location: ./?token=***'],
];

const open: readonly string[] = [
  'X-Hub-Signature-256: sha256=abc',
  'Tokens: abc',
  'X-Secretary: abc',
  'Host: localhost',
];

describe('the masking of secrets', () => {
  for (const [promise, sent, shown] of cases) {
    it(`hides ${promise}, and finds it again`, () => {
      assert.equal(maskHead(head(line, sent)), head(line, shown));
      assert.equal(unmaskHead(head(line, shown), head(line, sent)), head(line, sent));
    });
  }

  for (const field of open) {
    it(`shows ${field}`, () => assert.equal(maskHead(head(line, field)), head(line, field)));
  }

  it('hides each token in the target', () => {
    const sent = head('GET /a?token=abc&x=1&TOKEN=def HTTP/1.1');
    assert.equal(maskHead(sent), head('GET /a?token=***&x=1&TOKEN=*** HTTP/1.1'));
    assert.equal(
      unmaskHead(head('GET /b?token=***&x=2&TOKEN=new HTTP/1.1'), sent),
      head('GET /b?token=abc&x=2&TOKEN=new HTTP/1.1'),
    );
  });

  it('puts back what was left as it is, and nothing else', () => {
    const sent = head(line, 'Cookie: one', 'Cookie: two', 'X-Api-Key: three');
    const edited = head(line, 'Cookie: mine', 'cookie: ***', 'X-Other: ***');
    assert.equal(unmaskHead(edited, sent), head(line, 'Cookie: mine', 'cookie: two', 'X-Other: ***'));
  });

  it('puts nothing back where nothing was', () => {
    assert.equal(unmaskHead(head(line, 'Authorization: ***'), head(line)), head(line, 'Authorization: ***'));
  });

  it('tells no secret, and loses none, whatever the fields', () => {
    const names = ['Authorization', 'Cookie', 'X-Api-Key', 'Host', 'Accept', 'Referer', 'my-secret', 'Set-Cookie'];
    const value = fc.stringMatching(/^[!-~]{1,12}$/);
    const fields = fc.array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 12 });
    fc.assert(
      fc.property(fields, value, (given, token) => {
        const sent = head(`GET /?token=${encodeURIComponent(token)} HTTP/1.1`, ...given.map(([n, v]) => `${n}: ${v}`));
        assert.equal(unmaskHead(maskHead(sent), sent), sent);
        for (const [name, secret] of given) {
          if (/^(?:auth|cookie|x-api|my|set)/i.test(name))
            assert.ok(!maskHead(sent).includes(`${name}: ${secret}\r`) || secret === '***');
        }
      }),
    );
  });
});
