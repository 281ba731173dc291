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

  it('takes as content what ends as a head does', () => {
    const content = '\xe9\x80\r\n\r\n';
    append(get('/1') + content);
    assert.equal(input.length, get('/1').length + 6);
    assert.equal(input.takeHead()?.path, '/1');
    assert.equal(input.length, 6);
    append('more');
    assert.equal(input.length, 10);
    input.take((bytes) => (assert.equal(bytes.toString('latin1'), `${content}more`), bytes.length));
    append(get('/3'));
    input.clear();
    assert.equal(input.length, 0);
    assert.equal(input.takeHead(), undefined);
  });

  it('takes head after head, by which of them is whole', () => {
    const paths = ['/1', '/2', '/3', '/4'];
    const text = paths.map(get).join('');
    for (let cut = 0; cut <= text.length; cut++) {
      const taken: (string | undefined)[] = [];
      for (const part of [text.slice(0, cut), text.slice(cut)]) {
        append(part);
        for (let head = input.takeHead(); head !== undefined; head = input.takeHead()) taken.push(head.path);
      }
      assert.deepEqual([taken, input.length], [paths, 0], `cut at ${cut}`);
    }
  });

  it('has come only as far as it says: the memory behind it is another’s', () => {
    for (const text of [get('/'), `${get('/')}more`]) {
      input = new Input(defaultLimits);
      const memory = octets(`${text}${get('/other')}`);
      input.append(memory, nothing, text.length);
      memory.fill('x');
      assert.equal(input.takeHead()?.path, '/');
      assert.equal(input.length, text.length - get('/').length);
    }
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
