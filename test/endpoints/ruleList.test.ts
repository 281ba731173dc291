/** What may stand in the list of rules; what makes no sense is named by its number, and why. */
import assert from 'node:assert/strict';
import { RuleError } from '../../src/ruleError';
import { compileRules } from '../../src/ruleList';
import { checkOptions, defaultOptions, OptionsError } from '../../src/options';

const good = { match: '/first', rewrite: '/x' };
const context = { proxyHosts: ['backend.test:8080', '[2001:db8::1]:80'] };

describe('the list of rules', () => {
  const refused: readonly (readonly [promise: string, rule: unknown, why: RegExp, keys?: readonly string[]])[] = [
    ['a text', '/a', /^Rule 2 is no object\.$/],
    ['a list', [], /is no object/],
    ['no pattern', { rewrite: '/x' }, /no "match"/],
    ['a pattern that is no text', { match: 1, rewrite: '/x' }, /no "match"/],
    ['a pattern that cannot match', { match: 'a', rewrite: '/x' }, /"a", which does not begin with a slash/, ['match']],
    ['a key that there is not', { match: '/a', rewrit: '/x' }, /"rewrit".*rewrite/, ['rewrit']],
    ['no action', { match: '/a' }, /none of respond, redirect, rewrite, headers, proxy/],
    ['two actions', { match: '/a', rewrite: '/x', redirect: '/y' }, /redirect and rewrite/],
    ['a method in small letters', { match: '/a', method: 'get', rewrite: '/x' }, /capital/, ['method']],
    ['a method with a blank', { match: '/a', method: 'GET X', rewrite: '/x' }, /capital/],
    ['no method at all', { match: '/a', method: [], rewrite: '/x' }, /no method/],
    ['CONNECT', { match: '/a', method: 'CONNECT', rewrite: '/x' }, /CONNECT/],
    ['respond: text', { match: '/a', respond: 'hello' }, /"respond".*object/, ['respond']],
    ['respond: an interim status', { match: '/a', respond: { status: 101 } }, /200 to 599/, ['respond', 'status']],
    ['respond: status 600', { match: '/a', respond: { status: 600 } }, /200 to 599/],
    ['respond: status as text', { match: '/a', respond: { status: '200' } }, /200 to 599/],
    ['respond: two contents', { match: '/a', respond: { body: '', json: 1 } }, /body and json/],
    ['respond: content where there is none', { match: '/a', respond: { status: 204, body: 'x' } }, /204/],
    ['respond: a body that is no text', { match: '/a', respond: { body: {} } }, /"body"/, ['respond', 'body']],
    [
      'respond: JSON that is too deep',
      { match: '/a', respond: { json: JSON.parse('['.repeat(1e5) + ']'.repeat(1e5)) as unknown } },
      /^Rule 2 has a "json" that is nested too deep\.$/,
      ['respond', 'json'],
    ],
    ['respond: a file outside', { match: '/a', respond: { file: '../x' } }, /below the folder/],
    ['respond: a file outside, deeper', { match: '/a', respond: { file: 'a/..\\../x' } }, /below the folder/],
    ['respond: a file that there cannot be', { match: '/a', respond: { file: 'a\0b' } }, /below the folder/],
    ['respond: a delay of an hour', { match: '/a', respond: { delay: 3_600_000 } }, /delay/],
    ['respond: a delay of a millisecond too long', { match: '/a', respond: { delay: 60_001 } }, /from 0 to 60000/],
    ['respond: a delay before its time', { match: '/a', respond: { delay: -1 } }, /delay/],
    ['respond: a delay of no whole number', { match: '/a', respond: { delay: 0.5 } }, /delay/],
    ['respond: a delay that is a text', { match: '/a', respond: { delay: '5' } }, /delay/],
    ['respond: the framing', { match: '/a', respond: { headers: { 'Content-Length': '1' } } }, /server's own/],
    [
      'respond: who may read',
      { match: '/a', respond: { headers: { 'access-control-allow-origin': '*' } } },
      /server's own/,
    ],
    ['respond: our cookie', { match: '/a', respond: { headers: { 'Set-Cookie': 'http-server-80=x' } } }, /cookie/],
    [
      'respond: our cookie without a name',
      { match: '/a', respond: { headers: { 'Set-Cookie': '=http-server-80=x' } } },
      /cookie/,
    ],
    ['headers: no text', { match: '/a', headers: { 'X-A': 1 } }, /no text/, ['headers', 'X-A']],
    ['headers: a line break', { match: '/a', headers: { 'X-A': 'a\r\nX-B: b' } }, /cannot be sent/],
    ...['Strict-Transport-Security', 'Clear-Site-Data', 'Alt-Svc', 'Service-Worker-Allowed'].map(
      (name) => [`headers: ${name}`, { match: '/a', headers: { [name]: 'x' } }, /beyond this site/] as const,
    ),
    ...['ETag', 'last-modified', 'Content-Range'].flatMap((name) => [
      [`headers: ${name}`, { match: '/a', headers: { [name]: '"x"' } }, /server's own/] as const,
      [
        `respond: ${name} of a file`,
        { match: '/a', respond: { file: 'a', headers: { [name]: '"x"' } } },
        /server's own/,
      ] as const,
    ]),
    ['headers: types that are guessed', { match: '/a', headers: { 'X-Content-Type-Options': 'none' } }, /server's own/],
    ['redirect: nowhere', { match: '/a', redirect: {} }, /no path/],
    ['redirect: another host by two slashes', { match: '/a', redirect: '//evil.test' }, /one slash/],
    ['redirect: another host by a backslash', { match: '/a', redirect: '/\\evil.test' }, /one slash/],
    ['redirect: a host out of the path', { match: '/*', redirect: 'https://$1/' }, /its host from the path/],
    [
      'redirect: a part of a host out of the path',
      { match: '/*', redirect: 'https://a.test$1' },
      /its host from the path/,
    ],
    ['redirect: a user', { match: '/*', redirect: 'https://a@b.test/' }, /user/],
    ['redirect: a script', { match: '/*', redirect: 'javascript:alert(1)' }, /neither a path nor a URL/],
    [
      'redirect: a capture that there is not',
      { match: '/*', redirect: '/$2' },
      /\$2 in it, and the pattern has one star/,
    ],
    ['redirect: capture 0', { match: '/*', redirect: '/$0' }, /\$0/],
    ['redirect: status 200', { match: '/a', redirect: { to: '/b', status: 200 } }, /301, 302, 303, 307, 308/],
    ['redirect: a line break', { match: '/a', redirect: '/b\r\nX: y' }, /percent-encoded/],
    ['redirect: a broken escape', { match: '/a', redirect: '/%zz' }, /percent-encoding/],
    ['rewrite: a URL', { match: '/a', rewrite: 'http://localhost/' }, /one slash/],
    ...['/../x', '/a/%2e./$1', '/a/..', '/a%2Fb', '/a%5Cb', '/a\\b', '/%00', '/%ff'].map(
      (rewrite) => [`rewrite: ${rewrite}`, { match: '/*', rewrite }, /no path below/, ['rewrite']] as const,
    ),
    ['rewrite: a query', { match: '/a', rewrite: '/b?c' }, /no path below/],
    ['proxy: no URL', { match: '/a', proxy: 'localhost:3000' }, /http:\/\/host:port/],
    ['proxy: a path', { match: '/a', proxy: 'http://localhost:3000/api' }, /nothing more/],
    ['proxy: a user', { match: '/a', proxy: 'http://me@localhost:3000' }, /nothing more/],
    ['proxy: another scheme', { match: '/a', proxy: 'ftp://localhost' }, /http:\/\/host:port/],
    [
      'proxy: another host',
      { match: '/a', proxy: 'http://example.test' },
      /example\.test:80, which is not this machine/,
      ['proxy'],
    ],
    ['proxy: another port of a host', { match: '/a', proxy: 'http://backend.test:8081' }, /backend\.test:8081/],
    ['proxy: what looks like this machine', { match: '/a', proxy: 'http://localhost.evil.test' }, /not this machine/],
    ['proxy: the metadata of a cloud', { match: '/a', proxy: 'http://169.254.169.254' }, /not this machine/],
    ['proxy: all addresses', { match: '/a', proxy: 'http://0.0.0.0:80' }, /not this machine/],
    [
      'proxy: this machine by a mapped literal',
      { match: '/a', proxy: 'http://[::ffff:127.0.0.1]:80' },
      /not this machine/,
    ],
    [
      'proxy: keepHost as text',
      { match: '/a', proxy: { to: 'http://localhost', keepHost: 'yes' } },
      /neither true nor false/,
    ],
    ['proxy: a key that there is not', { match: '/a', proxy: { to: 'http://localhost', secure: false } }, /"secure"/],
  ];
  for (const [promise, rule, why, keys] of refused) {
    it(`refuses ${promise}`, () => {
      assert.throws(
        () => compileRules([good, rule], context),
        (error) => {
          assert.ok(error instanceof RuleError);
          assert.match(error.message, why);
          assert.match(error.message, /^Rule 2 .*\.$/);
          assert.equal(error.place?.rule, 2);
          if (keys !== undefined) assert.deepEqual(error.place.keys, keys);
          return true;
        },
      );
    });
  }

  it('refuses what is no list, and too many', () => {
    for (const list of [{}, null, 'x', Array(257).fill(good)]) {
      assert.throws(() => compileRules(list, context), RuleError);
    }
  });

  const taken: readonly (readonly [promise: string, rule: unknown])[] = [
    [
      'everything a canned answer may have',
      { match: '/a', respond: { status: 503, headers: { 'Retry-After': '1' }, json: null, delay: 100 } },
    ],
    ['no content', { match: '/a', respond: { status: 204 } }],
    [
      'validators of a canned answer',
      { match: '/a', respond: { json: 1, headers: { ETag: '"1"', 'Last-Modified': 'x' } } },
    ],
    ['that types are not guessed', { match: '/a', headers: { 'X-Content-Type-Options': 'nosniff' } }],
    ['what is encoded in a path', { match: '/*', rewrite: '/a..b/..$1/%3F%23%C3%A9/...' }],
    ['several methods', { match: '/a', method: ['POST', 'PROPFIND'], respond: {} }],
    ['a URL, its path from a capture', { match: '/*', redirect: { to: 'https://a.test/$1?b#c', status: 308 } }],
    ['this machine, by name, below it, and by literal', { match: '/a', proxy: 'http://api.localhost:3000/' }],
    ['IPv6', { match: '/a', proxy: { to: 'https://[::1]', keepHost: true, live: true } }],
    ['a host of the list', { match: '/a', proxy: 'http://BACKEND.test:8080' }],
    ['a literal of the list, at the port of the scheme', { match: '/a', proxy: 'http://[2001:db8::1]' }],
  ];
  for (const [promise, rule] of taken) {
    it(`takes ${promise}`, () => assert.equal(compileRules([good, rule], context).length, 2));
  }

  it('is checked with the other options, and so are the hosts', () => {
    const options = { ...defaultOptions, directory: '' };
    const wrong = (option: string) => (error: unknown) => error instanceof OptionsError && error.option === option;
    assert.throws(() => checkOptions({ ...options, rules: [{}] }), wrong('rules'));
    for (const host of ['a', 'http://a:1', 'a:b', '*:80', 'a:1/x', '']) {
      assert.throws(() => checkOptions({ ...options, proxyHosts: [host] }), wrong('proxyHosts'), host);
    }
    checkOptions({ ...options, rules: [{ match: '/', proxy: 'http://a:1' }], proxyHosts: ['a:1'] });
  });
});
