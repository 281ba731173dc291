/** The parts of a form (RFC 7578), one after the other, as they stream in. No disk. */
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { boundaryOf, readParts, type Part } from '../../src/endpoints/storing/multipart';
import { bodyOf } from '../support/request';

describe('the boundary of a form', () => {
  const told = { status: 400, message: 'The form is malformed: its boundary cannot be told.' };
  const every = "0Az'()+_,-./:=? 9";
  const rows: readonly (readonly [type: string | undefined, boundary: string | undefined | typeof told])[] = [
    ['multipart/form-data; boundary=x', 'x'],
    ['Multipart/Form-Data \t; charset=utf-8;\t Boundary="a b"', 'a b'],
    ['multipart/form-data;boundary=x;y=z', 'x'],
    ['multipart/form-data; boundary=x y', 'x'],
    // RFC 9110 §5.6.6.
    ['multipart/form-data; boundary="\\X\\y"', 'Xy'],
    ['multipart/form-data; charset="a; boundary=bad"; boundary=x', 'x'],
    ['multipart/form-data; charset="a\\"; boundary=bad"; Boundary="x"', 'x'],
    ['multipart/form-data;; charset=; y; boundary=x; boundary=bad;', 'x'],
    [`multipart/form-data; boundary="${every}"`, every],
    [`multipart/form-data; boundary=${'b'.repeat(70)}`, 'b'.repeat(70)],
    [undefined, undefined],
    ['text/plain; boundary=x', undefined],
    ['multipart/form-datax; boundary=x', undefined],
    ['x-multipart/form-data; boundary=x', undefined],
    ['multipart/mixed; boundary=x', undefined],
    ['multipart/form-data', told],
    ['multipart/form-data \t', told],
    ['multipart/form-data; boundary=', told],
    ['multipart/form-data; boundary=""', told],
    ['multipart/form-data; boundary="a "', told],
    ['multipart/form-data; boundary="a\\"', told],
    ['multipart/form-data; boundary="a\\"b"', told],
    ['multipart/form-data; charset="; boundary=x"', told],
    ['multipart/form-data; boundary=a{', told],
    ['multipart/form-data; boundary={a', told],
    ['multipart/form-data; xboundary=a', told],
    ['multipart/form-data; boundary x=a', told],
    [`multipart/form-data; boundary=${'b'.repeat(71)}`, told],
  ];
  for (const [type, boundary] of rows) {
    it(`of ${JSON.stringify(type?.slice(0, 70))} is ${boundary === told ? 'refused' : JSON.stringify(boundary)}`, () => {
      if (boundary === told) assert.throws(() => boundaryOf(type), told);
      else assert.equal(boundaryOf(type), boundary);
    });
  }
});

const named = (name: string): string => `Content-Disposition: form-data; name="${name}"\r\n`;
const part = (name: string, content: string, more = ''): string => `--b\r\n${named(name)}${more}\r\n${content}\r\n`;
const end = '--b--\r\n';

describe('the parts of a form', () => {
  const read = async (part: Part): Promise<string> => {
    const pieces: Buffer[] = [];
    for await (const piece of part.content) pieces.push(Buffer.from(piece));
    return Buffer.concat(pieces).toString();
  };

  /** Name and content of each. */
  async function partsOf(content: AsyncIterable<Buffer>): Promise<string[]> {
    const parts: string[] = [];
    await readParts(content, 'b', async (one) => void parts.push(one.name, await read(one)));
    return parts;
  }

  const good: readonly (readonly [promise: string, text: string, parts: readonly string[]])[] = [
    ['none', end, []],
    ['two', part('a', 'x') + part('b', '') + end, ['a', 'x', 'b', '']],
    ['one behind a preamble', `hello\r\n${part('a', 'x')}${end}`, ['a', 'x']],
    ['one before an epilogue', `${part('a', 'x')}${end}${part('b', 'y')}--b\r\nnonsense`, ['a', 'x']],
    ['one with a long header', part('a', 'x', `X: ${'y'.repeat(8000)}\r\n`) + end, ['a', 'x']],
    ['a thousand', part('a', '').repeat(1000) + end, Array.from({ length: 1000 }, () => ['a', '']).flat()],
  ];
  for (const [promise, text, parts] of good) {
    it(`are ${promise}, however they are cut`, async () => {
      for (const size of [7, 64, text.length]) {
        const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
          text.slice(i * size, (i + 1) * size),
        );
        assert.deepEqual(await partsOf(bodyOf(pieces)), parts, `in pieces of ${size}`);
      }
    });
  }

  const bad: readonly (readonly [promise: string, text: string, message: string, status?: number])[] = [
    ['end early', part('a', 'x'), 'The form is malformed: it ends early.'],
    ['are nothing', '', 'The form is malformed: it ends early.'],
    [
      'have a header that does not end',
      `${part('a', 'x')}--b\r\n${named('b')}--b--`,
      'The form is malformed: the fields of a part do not end.',
    ],
    [
      'have a header that is too long',
      part('a', 'x', `X: ${'y'.repeat(9000)}\r\n`) + end,
      'The form is malformed: the fields of a part are longer than 8192 octets.',
    ],
    [
      'have a header that cannot be read',
      part('a', 'x', 'y\r\n') + end,
      'The form is malformed: the fields of a part cannot be read.',
    ],
    ['are too many', part('a', '').repeat(1001) + end, 'A form may have 1000 parts, and has more.', 413],
  ];
  for (const [promise, text, message, status = 400] of bad) {
    it(`are refused if they ${promise}: ${status}`, async () => {
      for (const size of [1000, text.length + 1]) {
        const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
          text.slice(i * size, (i + 1) * size),
        );
        await assert.rejects(partsOf(bodyOf(pieces)), { status, message });
      }
    });
  }

  it('are taken one after the other, and what is not taken is not asked for', async () => {
    const piece = Buffer.alloc(64 * 1024, 'x');
    const pieces = [
      part('a', '').slice(0, -2),
      ...Array.from({ length: 100 }, () => piece),
      `\r\n${part('b', '')}${end}`,
    ];
    let asked = 0;
    let go: () => void = () => undefined;
    const going = new Promise<void>((resolve) => (go = resolve));
    const taken: (string | number)[] = [];
    const reading = readParts(
      bodyOf(pieces, (index) => void (asked = index)),
      'b',
      async (one) => {
        taken.push(one.name);
        await going;
        taken.push((await read(one)).length);
      },
    );
    for (let i = 0; i < 100; i++) await setImmediate();
    assert.ok(asked > 1 && asked < 20, String(asked));
    assert.deepEqual(taken, ['a']);
    go();
    await reading;
    assert.deepEqual(taken, ['a', 100 * piece.length, 'b', 0]);
  });

  it('are over with the first that is not taken: nothing more is read', async () => {
    let asked = 0;
    const taken: string[] = [];
    const pieces = [part('a', 'x'), part('b', 'y'), ...Array.from({ length: 50 }, () => part('c', 'z')), end];
    const refusing = readParts(
      bodyOf(pieces, (index) => void (asked = index)),
      'b',
      async (one) => {
        taken.push(one.name);
        await read(one);
        if (one.name === 'b') throw new Error('No.');
      },
    );
    await assert.rejects(refusing, { message: 'No.' });
    assert.deepEqual(taken, ['a', 'b']);
    assert.ok(asked < 10, String(asked));
  });

  it('that are not read when one is refused are let go of, whenever it is refused', async () => {
    const pieces = [part('a', '').slice(0, -2), 'x'.repeat(100), Buffer.alloc(2_000_000, 'x'), end];
    const wait = async (turns: number): Promise<void> => {
      for (let i = 0; i < turns; i++) await setImmediate();
    };
    const refuse = async (turns: number): Promise<void> => {
      await wait(turns);
      throw new Error('No.');
    };
    for (const [refusing, sending] of [
      [0, 0],
      [0, 10],
      [5, 10],
      [10, 0],
    ] as const) {
      const body = bodyOf(pieces, () => wait(sending));
      await assert.rejects(
        readParts(body, 'b', () => refuse(refusing)),
        { message: 'No.' },
      );
    }
  });

  it('end with the content, whose failure whoever takes one learns of', async () => {
    const failures: string[] = [];
    const body = bodyOf([part('a', 'x').slice(0, -2)], (index) => {
      if (index === 1) throw new Error('gone');
    });
    const reading = readParts(body, 'b', async (one) => {
      try {
        await read(one);
      } catch (error) {
        // Whoever reads the form hears of it when nothing is being taken any more.
        await setImmediate();
        failures.push((error as Error).message);
        throw error;
      }
    });
    await assert.rejects(reading, { message: 'gone' });
    assert.deepEqual(failures, ['The form is not read to its end.']);
  });
});
