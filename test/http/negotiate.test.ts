/** Which content coding a client gets. */
import assert from 'node:assert/strict';
import { Fields } from '../../src/http/message/fields';
import { acceptsIdentity, codingFor, prefersHtml, selectCoding, type Coding } from '../../src/http/message/negotiate';

const codings: readonly (readonly [promise: string, accept: string | undefined, expected: Coding | undefined])[] = [
  ['no field asks for nothing', undefined, undefined],
  ['an empty field asks for nothing', '', undefined],
  ['gzip', 'gzip', 'gzip'],
  ['names have no case', 'GZip', 'gzip'],
  ['the old name of gzip', 'x-gzip', 'gzip'],
  ['unknown ones are passed over', 'foo, gzip, bar', 'gzip'],
  ['only unknown ones', 'foo, deflate', undefined],
  ['what a browser sends: our order', 'gzip, deflate, br, zstd', 'br'],
  ['qualities win over our order', 'br;q=0.5, gzip;q=0.9', 'gzip'],
  ['equal qualities: our order', 'gzip;q=0.5, br;q=0.5', 'br'],
  ['refused by q=0', 'br;q=0, gzip', 'gzip'],
  ['refused in three digits', 'gzip;q=0.000', undefined],
  ['anything', '*', 'br'],
  ['anything but', '*, br;q=0', 'zstd'],
  ['a coding is as good as none', 'identity, gzip', 'gzip'],
  ['none is liked better', 'identity, gzip;q=0.5', undefined],
  ['none is liked less', 'identity;q=0.1, gzip;q=0.5', 'gzip'],
  ['nothing but none', 'identity;q=1, *;q=0', undefined],
  ['blanks around the parameter', 'gzip ; q=0.8 , br ; q=0.1', 'gzip'],
];

describe('Accept-Encoding', () => {
  for (const [promise, accept, expected] of codings) {
    it(promise, () => assert.equal(selectCoding(accept, ['br', 'zstd', 'gzip']), expected));
  }

  it('means the codings at hand, whatever was chosen for the same field before', () => {
    assert.equal(selectCoding('gzip, br', ['br']), 'br');
    assert.equal(selectCoding('gzip, br', ['gzip']), 'gzip');
    assert.equal(selectCoding('gzip, br', []), undefined);
  });

  it('is read of the fields of a request, for each list of codings', () => {
    const fields = new Fields(['accept', 'accept-encoding'], ['br', 'gzip, br;q=0.5']);
    const [both, one]: readonly (readonly Coding[])[] = [['br', 'gzip'], ['br']];
    for (let i = 0; i < 2; i++) {
      assert.equal(codingFor(fields, both ?? []), 'gzip');
      assert.equal(codingFor(fields, one ?? []), 'br');
    }
    for (let i = 0; i < 2; i++) assert.equal(codingFor(new Fields(['accept'], ['br']), both ?? []), undefined);
  });

  const identity: readonly (readonly [accept: string | undefined, expected: boolean])[] = [
    [undefined, true],
    ['gzip', true],
    ['identity;q=0', false],
    ['*;q=0', false],
    ['*;q=0, identity;q=0.1', true],
  ];
  for (const [accept, expected] of identity) {
    it(`${accept ?? 'absent'}: ${expected ? 'takes' : 'refuses'} the identity`, () => {
      assert.equal(acceptsIdentity(accept), expected);
    });
  }
});

describe('Accept', () => {
  const rows: readonly (readonly [promise: string, accept: string | undefined, expected: boolean])[] = [
    ['a browser that opens a page', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', true],
    ['HTML has no case', 'Text/HTML', true],
    ['curl', '*/*', false],
    ['a script', 'application/json', false],
    ['nobody', undefined, false],
    ['somebody who would rather have text', 'text/plain, text/html;q=0.5', false],
    ['somebody who refuses HTML', 'text/html;q=0, */*', false],
  ];
  for (const [promise, accept, expected] of rows) {
    it(`${promise}: ${expected ? 'a page' : 'a line of text'}`, () => assert.equal(prefersHtml(accept), expected));
  }
});
