/** The reason phrases are those that are registered (RFC 9110 §15), as Node.js has them, too. */
import assert from 'node:assert/strict';
import { STATUS_CODES } from 'node:http';
import { reasonPhrase } from '../../src/http/message/status';

/** What Node.js does not have, or under an older name: RFC 9110 has given three of them a new one. */
const otherwise: Readonly<Record<number, string>> = {
  104: 'Upload Resumption Supported',
  203: 'Non-Authoritative Information',
  413: 'Content Too Large',
  422: 'Unprocessable Content',
  499: 'Client Closed Request',
};

/** Not registered, or not any more: nobody is answered with them here. */
const unused = new Set([305, 418, 509, 510]);

describe('the reason phrase', () => {
  for (const [code, phrase = ''] of Object.entries({ ...STATUS_CODES, ...otherwise })) {
    const expected = unused.has(Number(code)) ? '' : phrase;
    it(`of ${code} is ${expected || 'empty'}`, () => assert.equal(reasonPhrase(Number(code)), expected));
  }

  it('is empty for a code that nobody has registered', () => {
    for (const code of [199, 299, 399, 499.5, 599, 0]) assert.equal(reasonPhrase(code), '');
  });
});
