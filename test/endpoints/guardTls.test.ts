/** Where we speak TLS, nobody comes without: our own origin is one of https, and what we give to keep goes back over TLS only. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { guarded } from '../../src/endpoints/guard/guard';
import { HttpError } from '../../src/http/message/httpError';
import type { Endpoint, FieldLine, Response } from '../../src/http/message/message';
import { defaultOptions, type Options } from '../../src/options';
import { guardWith, requestOf, type Asked } from '../support/guarded';
import { randomRuns } from '../support/randomRuns';

/** The guard looks at no more of it than whether it is there. */
const tls = { cert: '', key: '' };

describe('the guard of a server that speaks TLS', () => {
  const ask = guardWith({ tls, allowedHosts: ['a.example:443', 'b.example:80', 'c.example'] });

  const origins: readonly [authority: string, origin: string, status: number][] = [
    ['localhost:4221', 'https://localhost:4221', 200],
    ['localhost:4221', 'http://localhost:4221', 403],
    ['localhost', 'https://localhost', 200],
    ['localhost:443', 'https://localhost', 200],
    ['localhost:80', 'http://localhost', 403],
    ['[::1]:4221', 'https://[::1]:4221', 200],
    ['[::1]:4221', 'http://[::1]:4221', 403],
    ['localhost:4221', 'https://c.example', 200],
    ['localhost:4221', 'http://c.example', 403],
    ['localhost:4221', 'null', 403],
  ];
  for (const [authority, origin, status] of origins) {
    it(`has a page of ${origin} write to ${authority}: ${status}`, async () =>
      assert.equal((await ask({ method: 'POST', authority, fields: [['Origin', origin]] })).status, status));
  }

  const hosts: readonly [authority: string, status: number][] = [
    ['a.example', 200],
    ['a.example:443', 200],
    ['a.example:80', 421],
    ['b.example:80', 200],
    ['b.example', 421],
    ['b.example:443', 421],
  ];
  for (const [authority, status] of hosts) {
    it(`is asked for ${authority}, whose default port is 443: ${status}`, async () =>
      assert.equal((await ask({ authority })).status, status));
  }

  it('gives a cookie that is sent over TLS only', async () => {
    const { fields } = await guardWith({ tls, token: 'sesame' })({ target: '/?token=sesame' });
    assert.match(fields.get('set-cookie') ?? '', /^[^;]+; Path=\/; HttpOnly; SameSite=Strict; Secure$/);
  });

  it('and without TLS one that is sent without, too', async () => {
    const { fields } = await guardWith({ token: 'sesame' })({ target: '/?token=sesame' });
    assert.doesNotMatch(fields.get('set-cookie') ?? '', /secure/i);
  });
});

describe('who comes by plain HTTP', () => {
  const inside: Endpoint = () => assert.fail('nobody gets there');

  /** Undefined for who is refused. */
  function led(asked: Asked, options: Partial<Options> = {}): Response | undefined {
    const guard = guarded({ ...defaultOptions, directory: '', tls, ...options }, inside);
    try {
      const response = guard.overPlain(requestOf(asked));
      assert.ok(!(response instanceof Promise));
      return response;
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      return undefined;
    }
  }

  const locationOf = (response: Response | undefined): string | undefined =>
    response?.fields.find(([name]) => name === 'Location')?.[1];

  it('is led on for now, not for ever: no cache keeps it', () => {
    const response = led({ target: '/a?b', authority: 'localhost:4221' });
    assert.equal(response?.status, 307);
    assert.deepEqual(response.fields, [
      ['Location', 'https://localhost:4221/a?b'],
      ['Cache-Control', 'no-store'],
    ] satisfies FieldLine[]);
  });

  it('is led there with HEAD, too', () =>
    assert.equal(locationOf(led({ method: 'HEAD', target: '/a' })), 'https://localhost/a'));

  it('is told why, where there is nothing to lead to', () => {
    const { overPlain } = guarded({ ...defaultOptions, directory: '', tls }, inside);
    assert.throws(() => overPlain(requestOf({ method: 'POST' })), {
      status: 400,
      message: /HTTPS here: ask for https:/,
    });
  });

  it('is refused where it names no host, as HTTP/1.0 may', () =>
    assert.equal(led({ target: '/a', authority: '' }), undefined));

  for (const method of ['POST', 'PUT', 'DELETE', 'MKCOL', 'COPY', 'MOVE', 'OPTIONS', 'PATCH', 'get']) {
    it(`is refused with ${method}`, () => assert.equal(led({ method }), undefined));
  }

  it('is led nowhere else, whatever the Host, the target and the Origin', () => {
    const authority = fc.oneof(
      fc.constantFrom('localhost', 'localhost:1', 'c.example', 'evil.example', 'localhost@evil.example', '', '[::1]'),
      fc.domain(),
      fc.webAuthority(),
      fc.string({ unit: 'grapheme-ascii' }),
    );
    const target = fc.oneof(
      fc.constantFrom('/', '//evil.example', '/\\evil.example', '/@evil.example', '*', 'http://evil.example/', '.evil'),
      fc.webUrl(),
      fc.webPath(),
    );
    const fields = fc.array(fc.tuple(fc.constantFrom('Origin', 'Sec-Fetch-Site'), fc.webUrl()), { maxLength: 2 });
    fc.assert(
      fc.property(authority, target, fields, (to, path, lines) => {
        const location = locationOf(
          led({ authority: to, target: path, fields: lines }, { allowedHosts: ['c.example'] }),
        );
        if (location === undefined) return;
        const { protocol, hostname, username } = new URL(location);
        assert.deepEqual([protocol, username], ['https:', '']);
        assert.match(hostname, /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\]|c\.example)$/);
      }),
      { numRuns: randomRuns(5000) },
    );
  });
});
