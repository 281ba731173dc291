/** Digests of what is uploaded (RFC 9530 §§2, 3), before the content and behind it. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { checkTrailers, Expectations, verified } from '../../src/endpoints/storing/integrity';
import { Fields } from '../../src/http/message/fields';
import { bodyOf, type FieldTable } from '../support/request';

const names = ['content-digest', 'repr-digest'];
const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
const sha512 = (text: string): Buffer => createHash('sha512').update(text).digest();
const one = (text: string): string => `sha-256=:${sha256(text).toString('base64')}:`;
const other = (text: string): string => `sha-512=:${sha512(text).toString('base64')}:`;
const fieldsOf = (table: FieldTable): Fields => new Fields(Object.keys(table), Object.values(table));
const wrong = (field: string) => ({ status: 400, message: `The content is not what its ${field} says.` });
const malformed = (field: string) => ({ status: 400, message: `The field ${field} is malformed.` });

/** What is said of the content `all`, and what is wrong with that. */
const rows: readonly (readonly [promise: string, fields: FieldTable, error?: object])[] = [
  ['nothing', {}],
  ['what it is', { 'content-digest': one('all') }],
  ['what it is by another field', { 'repr-digest': one('all') }],
  ['what it is in two ways', { 'repr-digest': `${one('all')}, ${other('all')}` }],
  ['what nobody knows', { 'repr-digest': 'md5=:YQ==:, constructor=1' }],
  ['something else', { 'content-digest': one('other') }, wrong('content-digest')],
  ['something else by another field', { 'repr-digest': one('other') }, wrong('repr-digest')],
  ['something else by one of two', { 'content-digest': one('all'), 'repr-digest': other('x') }, wrong('repr-digest')],
  ['something else in one of two ways', { 'repr-digest': `${one('all')}, ${other('x')}` }, wrong('repr-digest')],
  ['what cannot be read', { 'repr-digest': 'sha-256=:x' }, malformed('repr-digest')],
  ['no octets', { 'content-digest': 'sha-256=1' }, malformed('content-digest')],
  ['a digest that is too short', { 'content-digest': 'sha-256=:YQ==:' }, wrong('content-digest')],
];

describe('digests before the content', () => {
  for (const [promise, fields, error] of rows) {
    it(`say of it ${promise}: ${error === undefined ? 'right' : 'wrong'}`, () => {
      const check = (): void => {
        const expectations = Expectations.of(fieldsOf(fields), names, []);
        for (const piece of ['a', 'll']) expectations.update(Buffer.from(piece));
        expectations.check();
      };
      if (error === undefined) check();
      else assert.throws(check, error);
    });
  }

  it('are none where nobody wants to know', () => {
    const isNone = (fields: FieldTable, also: readonly ('sha-256' | 'sha-512')[] = []): boolean =>
      Expectations.of(fieldsOf(fields), ['repr-digest'], also).none;
    assert.equal(isNone({}), true);
    assert.equal(isNone({ 'content-digest': 'sha-256=:x' }), true);
    assert.equal(isNone({ 'repr-digest': 'md5=:YQ==:' }), true);
    assert.equal(isNone({ 'repr-digest': one('a') }), false);
    assert.equal(isNone({}, ['sha-256']), false);
  });

  it('are told to those who want to know, and to no others', () => {
    const expectations = Expectations.of(fieldsOf({}), names, ['sha-512']);
    expectations.update(Buffer.from('all'));
    assert.equal(expectations.digest('sha-512'), undefined);
    expectations.check();
    assert.deepEqual(expectations.digest('sha-512'), sha512('all'));
    assert.equal(expectations.digest('sha-256'), undefined);
  });

  it('are the same for a copy, which goes its own way', () => {
    const expectations = Expectations.of(fieldsOf({ 'repr-digest': one('all') }), names, []);
    expectations.update(Buffer.from('a'));
    const copy = expectations.copy();
    expectations.update(Buffer.from('x'));
    copy.update(Buffer.from('ll'));
    copy.check();
    assert.throws(() => expectations.check(), wrong('repr-digest'));
  });
});

describe('digests behind the content', () => {
  const signal = new AbortController().signal;
  async function check(fields: FieldTable, stop = signal): Promise<boolean> {
    let isRead = false;
    await checkTrailers({ trailers: fieldsOf(fields), signal: stop }, names, () => {
      isRead = true;
      return bodyOf(['a', 'll']);
    });
    return isRead;
  }
  for (const [promise, fields, error] of rows) {
    it(`say of it ${promise}: ${error === undefined ? 'right' : 'wrong'}`, async () => {
      if (error === undefined) assert.equal(await check(fields), Object.values(fields).join().includes('sha-'));
      else await assert.rejects(check(fields), error);
    });
  }

  it('are not made for a client that has gone', async () => {
    await assert.rejects(check({ 'repr-digest': one('all') }, AbortSignal.abort(new Error('gone'))), /gone/);
  });
});

describe('content that is not kept as it comes', () => {
  interface Sent {
    readonly fields?: FieldTable;
    readonly trailers?: FieldTable;
  }
  async function take({ fields = {}, trailers }: Sent): Promise<string> {
    const body = bodyOf(['a', 'll'], undefined, fieldsOf(trailers ?? {}));
    const pieces: Buffer[] = [];
    const content = verified(trailers === undefined ? body : { ...body, length: undefined }, fieldsOf(fields));
    for await (const piece of content) pieces.push(Buffer.from(piece));
    return Buffer.concat(pieces).toString();
  }
  for (const [promise, fields, error] of rows) {
    it(`of which is said ${promise}: ${error === undefined ? 'right' : 'wrong'}`, async () => {
      if (error === undefined) assert.equal(await take({ fields }), 'all');
      else await assert.rejects(take({ fields }), error);
    });
    it(`of which is said behind it ${promise}: ${error === undefined ? 'right' : 'wrong'}`, async () => {
      const sent = { fields: { trailer: 'X, Content-Digest' }, trailers: fields };
      if (error === undefined) assert.equal(await take(sent), 'all');
      else await assert.rejects(take(sent), error);
    });
  }

  it('and nothing is as it came', () => {
    const body = bodyOf(['a']);
    assert.equal(verified(body, fieldsOf({})), body);
  });

  for (const fields of [{}, { trailer: 'x' }]) {
    it(`needs an announcement of what is said behind it: ${JSON.stringify(fields)}`, async () => {
      const refusal = { status: 400, message: 'The field repr-digest must be announced by Trailer here.' };
      await assert.rejects(take({ fields, trailers: { 'repr-digest': one('all') } }), refusal);
      assert.equal(await take({ fields, trailers: { x: 'y' } }), 'all');
    });
  }
});
