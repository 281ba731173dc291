/** A field section that was read before is not read again: what is understood is the same. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { HttpError } from '../../src/http/message/httpError';
import { parseHead, type FieldSection, type Head } from '../../src/http/wire/head';
import { defaultLimits } from '../../src/options';

const outcome = (text: string, last?: FieldSection): unknown => {
  try {
    const { method, version, target, path, query, authority, fields } = parseHead(text, defaultLimits, last);
    return { method, version, target, path, query, authority, names: fields.names, values: fields.values };
  } catch (error) {
    if (error instanceof HttpError) return `${error.status} ${error.message}`;
    throw error;
  }
};

const section = fc.constantFrom(
  'Host: a\r\n',
  'Host: a\r\nAccept: */*\r\n',
  'Host: b\r\nAccept: */*\r\n',
  'host: a\r\n',
  'X: 1\r\n',
  '',
);
const line = fc.constantFrom(
  'GET / HTTP/1.1',
  'GET /a?b HTTP/1.0',
  'GET http://c/ HTTP/1.1',
  'OPTIONS * HTTP/1.1',
  'GET',
);

describe('a field section', () => {
  it('that was read before is the very same', () => {
    const first: Head = parseHead('GET /a HTTP/1.1\r\nHost: a\r\nX: 1\r\n', defaultLimits);
    const second = parseHead('POST /b HTTP/1.1\r\nHost: a\r\nX: 1\r\n', defaultLimits, first.section);
    assert.equal(second.fields, first.fields);
    assert.deepEqual([second.method, second.path, second.authority], ['POST', '/b', 'a']);
  });

  it('never makes a head another one than it is', () => {
    fc.assert(
      fc.property(section, line, section, (before, requestLine, now) => {
        let last: FieldSection | undefined;
        try {
          last = parseHead(`GET / HTTP/1.0\r\n${before}`, defaultLimits).section;
        } catch {
          last = undefined;
        }
        const text = `${requestLine}\r\n${now}`;
        assert.deepEqual(outcome(text, last), outcome(text));
      }),
    );
  });
});
