/** A field section that was read before is not read again: what is understood is the same. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { HttpError } from '../../src/http/message/httpError';
import { parseHead } from '../../src/http/wire/head';
import { Sections } from '../../src/http/wire/sections';
import { defaultLimits } from '../../src/options';

const outcome = (text: string, sections?: Sections): unknown => {
  try {
    const { method, version, target, path, query, authority, fields } = parseHead(text, defaultLimits, sections);
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
  /** That of a request whose one field but Host has that value. */
  const read = (value: string, sections: Sections, method = 'GET'): ReturnType<typeof parseHead> =>
    parseHead(`${method} / HTTP/1.1\r\nHost: a\r\nX: ${value}\r\n`, defaultLimits, sections);

  it('that was read before is the very same', () => {
    const sections = new Sections();
    const first = read('1', sections);
    assert.notEqual(read('2', sections).fields, first.fields);
    const third = read('1', sections, 'POST');
    assert.equal(third.fields, first.fields);
    assert.deepEqual([third.method, third.path, third.authority], ['POST', '/', 'a']);
  });

  it('is kept for as long as it is asked for, and not for much longer', () => {
    const sections = new Sections();
    const [asked, forgotten] = [read('asked', sections).fields, read('forgotten', sections).fields];
    for (let i = 0; i < 100; i++) {
      read(String(i), sections);
      assert.equal(read('asked', sections).fields, asked);
    }
    assert.notEqual(read('forgotten', sections).fields, forgotten);
  });

  it('that is long is not kept', () => {
    const sections = new Sections();
    const isKept = (value: string): boolean => read(value, sections).fields === read(value, sections).fields;
    const rest = 2048 - 'Host: a\r\nX: \r\n'.length;
    assert.ok(isKept('x'.repeat(rest)));
    assert.ok(!isKept('x'.repeat(rest + 1)));
  });

  it('that is refused is refused again', () => {
    const sections = new Sections();
    for (let i = 0; i < 2; i++) assert.throws(() => read('\x00', sections), HttpError);
  });

  it('never makes a head another one than it is', () => {
    fc.assert(
      fc.property(fc.array(section), line, section, (before, requestLine, now) => {
        const sections = new Sections();
        for (const each of before) outcome(`GET / HTTP/1.0\r\n${each}`, sections);
        const text = `${requestLine}\r\n${now}`;
        assert.deepEqual(outcome(text, sections), outcome(text));
      }),
    );
  });
});
