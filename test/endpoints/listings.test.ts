/** Long listings that are being sent take no more memory than they may. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { defaultLimits } from '../../src/options';
import type { Endpoint, Response } from '../../src/http/message/message';
import { isByteSource } from '../../src/http/wire/encode';
import { Listings } from '../../src/endpoints/representation/listings';
import { TestFolder } from '../support/folder';
import { makeRequest, read, respond, type FieldTable } from '../support/request';

describe('long listings that are being sent', () => {
  const long = (length = 100_000): Buffer => Buffer.alloc(length);
  const listings = (): Listings => new Listings({ ...defaultLimits, listings: 4, listed: 250_000 });
  const refused = { name: 'HttpError', status: 503 };

  it('are refused where they would be too much together', () => {
    const all = listings();
    all.hold(long());
    all.hold(long());
    assert.throws(() => all.hold(long()), refused);
  });

  it('count once for all who read the same', () => {
    const all = listings();
    const one = long();
    for (let i = 0; i < 100; i++) all.hold(one);
    all.hold(long());
  });

  it('count until the last one who reads them has them', () => {
    const all = listings();
    const [one, two] = [long(), long()];
    const ends = [all.hold(one), all.hold(one)];
    all.hold(two);
    ends[0]?.();
    assert.throws(() => all.hold(long()), refused);
    ends[1]?.();
    all.hold(long());
  });

  it('may be longer than that alone', () => {
    const all = listings();
    const end = all.hold(long(1_000_000));
    assert.throws(() => all.hold(long()), refused);
    end();
    all.hold(long());
  });

  it('do not count when they are short', () => {
    const all = listings();
    all.hold(long(250_000));
    for (let i = 0; i < 100; i++) all.hold(long(1000));
  });
});

describe('a long listing', () => {
  let folder: TestFolder;
  let router: Endpoint;

  before(() => {
    folder = new TestFolder();
    folder.write('a/x', '').write('b/x', '');
    for (const name of ['a', 'b'])
      for (let i = 0; i < 600; i++) writeFileSync(folder.at(`${name}/${'n'.repeat(150)}${i}`), '');
  });
  beforeEach(() => (router = folder.router({ limits: { ...defaultLimits, listed: 150_000 } })));
  after(() => folder.remove());

  const get = (target: string, fields: FieldTable): Promise<Response> =>
    respond(router, makeRequest('GET', target, fields));

  const forms: [what: string, prefix: string, fields: FieldTable][] = [
    ['as JSON', '/files', {}],
    ['as a page', '', { Accept: 'text/html' }],
    ['as a page of /files/', '/files', { Accept: 'text/html' }],
    ['as a page that is coded', '', { Accept: 'text/html', 'Accept-Encoding': 'gzip' }],
  ];
  for (const [what, prefix, fields] of forms) {
    it(`${what} counts until it is sent`, async () => {
      const first = await get(`${prefix}/a/`, fields);
      assert.equal(first.status, 200);
      const second = await get(`${prefix}/b/`, fields);
      assert.equal(second.status, 503);
      assert.match((await read(second)).text, /Too many long listings are being read/);
      assert.ok((await read(first)).body.length > 0);
      assert.equal((await read(await get(`${prefix}/b/`, fields))).status, 200);
    });

    it(`${what} counts no more when its reader is gone`, async () => {
      const { body } = await get(`${prefix}/a/`, fields);
      if (isByteSource(body)) body.close();
      else if (body !== undefined && Symbol.asyncIterator in body) await body[Symbol.asyncIterator]().return?.();
      assert.equal((await read(await get(`${prefix}/b/`, fields))).status, 200);
    });
  }

  it('is whole, byte for byte what a client is told of its length', async () => {
    const { body, fields } = await read(await get('/files/a/', {}));
    const names = (JSON.parse(body.toString()) as { name: string }[]).map(({ name }) => name);
    assert.equal(names.length, 601);
    assert.equal(fields.get('content-length') ?? String(body.length), String(body.length));
    assert.equal(readFileSync(folder.at(`a/${names[0]}`), 'utf8'), '');
  });
});
