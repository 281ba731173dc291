/** What a connection has received and not used yet: octets wait, heads are taken from them, and memory is let go. */
import assert from 'node:assert/strict';
import { Input } from '../../src/http/wire/input';
import { defaultLimits } from '../../src/options';

const octets = (text: string): Buffer => Buffer.from(text, 'latin1');
const nothing = (): void => undefined;
const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

describe('the input', () => {
  let input: Input;
  beforeEach(() => (input = new Input(defaultLimits)));
  const append = (text: string): void => input.append(octets(text), nothing);

  it('is full with 64 KiB', () => {
    append('x'.repeat(65_535));
    assert.deepEqual([input.length, input.full], [65_535, false]);
    append('x');
    assert.deepEqual([input.length, input.full], [65_536, true]);
    input.clear();
    assert.deepEqual([input.length, input.full], [0, false]);
  });

  it('has what can be used at once used before anything is copied, if nothing waits', () => {
    const chunk = octets('abcd');
    let seen: Buffer | undefined;
    input.append(chunk, () => input.take((bytes) => ((seen = bytes), 3)));
    assert.equal(seen?.buffer, chunk.buffer);
    chunk.fill('x');
    let used = false;
    input.append(octets('ef'), () => (used = true));
    assert.ok(!used);
    input.take((bytes) => (assert.equal(bytes.toString(), 'def'), bytes.length));
    assert.equal(input.length, 0);
  });

  it('waits for the LF behind a lone CR, which may be an empty line', () => {
    append('\r');
    assert.equal(input.takeHead(), undefined);
    append(`\n${get('/')}`);
    assert.equal(input.takeHead()?.path, '/');
  });

  it('refuses at once what is no beginning of a head', () => {
    for (const text of ['\x16', '\rX', '\n', ' ']) {
      input = new Input(defaultLimits);
      append(text);
      assert.throws(() => input.takeHead(), { status: 400 }, JSON.stringify(text));
    }
  });

  it('skips two empty lines before each head, and no third', () => {
    append(`\r\n\r\n${get('/1')}\r\n\r\n${get('/2')}\r\n\r\n\r\n${get('/3')}`);
    assert.equal(input.takeHead()?.path, '/1');
    assert.equal(input.takeHead()?.path, '/2');
    assert.throws(() => input.takeHead(), {
      status: 400,
      message: /^There are too many empty lines before the request\.$/,
    });
  });

  it('counts them in pieces, too', () => {
    for (const text of ['\r\n', '\r', '\n']) {
      append(text);
      assert.equal(input.takeHead(), undefined);
    }
    append('\r\n');
    assert.throws(() => input.takeHead(), { status: 400 });
  });
});
