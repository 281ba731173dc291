/** The server says which option made a refusal, and its front doors how that is set: in the log, and to whom it is told. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Advice, Options } from '../../src/options';
import { flagNames } from '../../src/terminal/flags';
import { startServed, type Served } from '../support/served';

const advice: Advice = {
  ...{ access: 'Allow more so.', allowedHosts: 'Allow it <so>.', cors: 'Name its origin so.', token: 'Set one so.' },
};

/** Without its line's end. */
const page = (target: string, ...fields: string[]): string =>
  [`${target} HTTP/1.1`, ...fields, 'Connection: close', '', ''].join('\r\n');

const own = 'Host: localhost';

const refusals: readonly (readonly [
  promise: string,
  request: string,
  status: number,
  option: keyof Options | undefined,
  sentence: string | undefined,
  options?: Partial<Options>,
])[] = [
  ['a name that is not allowed', page('GET /', 'Host: evil.example'), 421, 'allowedHosts', advice.allowedHosts],
  ['a page of another site', page('GET /a', own, 'Sec-Fetch-Site: cross-site'), 403, 'cors', advice.cors],
  [
    'a page of another site, where some may',
    page('GET /a', own, 'Origin: http://b.example', 'Sec-Fetch-Site: cross-site'),
    403,
    'cors',
    advice.cors,
    { cors: ['http://a.example'] },
  ],
  ['no token', page('GET /', own), 401, 'token', undefined, { token: 'sesame' }],
  ['what is excluded', page('GET /.env', own), 404, 'exclude', undefined],
  ['what is excluded, to write', page('PUT /files/.env', own, 'Content-Length: 0'), 403, 'exclude', undefined],
  ['a method that more access allows', page('DELETE /files/a', own), 405, 'access', undefined],
  ['a copy onto what is there', page('COPY /files/a', own, 'Destination: /files/b'), 403, 'access', advice.access],
  ['a method that none allows', page('PATCH /files/a', own), 405, undefined, undefined],
  ['a method that is for elsewhere', page('PUT /a', own, 'Content-Length: 0'), 405, undefined, undefined],
  ['too large a file', page('PUT /files/a', own, 'Content-Length: 11'), 413, 'limits', undefined],
  ['what is not there', page('GET /missing', own), 404, undefined, undefined],
];

describe('a refusal', () => {
  let served: Served;
  afterEach(() => served.stop());

  for (const [promise, request, status, option, sentence, options] of refusals) {
    const told = sentence === undefined ? 'nobody' : 'the client, too,';
    it(`for ${promise} tells the log of ${option ?? 'no option'}, and ${told} how it is set`, async () => {
      served = await startServed({ tls: undefined, ...options }, { body: 10 }, { advice });
      for (const name of ['.env', 'a', 'b']) await writeFile(join(served.directory, name), 'secret');
      const client = await served.client();
      await client.write(request);
      const response = await client.read();
      const event = await served.logged((each) => each.status === status);
      assert.deepEqual([response.status, event.option], [status, option]);
      const said = Object.values(advice).filter((each) => response.body.toString().includes(each));
      assert.deepEqual(said, sentence === undefined ? [] : [sentence]);
      assert.ok(Object.values(advice).every((each) => event.reason?.includes(each) !== true));
    });
  }

  it('is a page with that sentence in it, as text', async () => {
    served = await startServed({ tls: undefined }, {}, { advice });
    const client = await served.client();
    await client.write(page('GET /', 'Host: evil.example', 'Accept: text/html'));
    assert.match((await client.read()).body.toString(), /<p>The server does not .*\. Allow it &lt;so&gt;\.<\/p>/);
  });
});

describe('the sentences of the server', () => {
  const source = resolve(__dirname, '../../../src');
  const names = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.ts') && !/^(?:editor|terminal|extension)\b/.test(name));

  it('name neither flags nor settings', () => {
    assert.ok(names.length > 100);
    const words = new RegExp(`--(?:${flagNames.join('|')})\\b|\\bhttpServer\\.\\w|HTTP_SERVER_|files\\.enable`);
    // Comments speak of them, and so do names in the code.
    const phrase = /['"`][^'"`\n]*\b(?:setting|flag|option)s? [^'"`\n]*['"`]/i;
    const found = names.filter((name) => {
      const text = readFileSync(join(source, name), 'utf8');
      return words.test(text) || phrase.test(text.replace(/\/\*[^]*?\*\/|(?<!:)\/\/.*/g, ''));
    });
    assert.deepEqual(found, []);
  });
});
