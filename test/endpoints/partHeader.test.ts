/** The header of a part of a form (RFC 7578 §4): what is not understood fails the form. */
import assert from 'node:assert/strict';
import { inPart, parsePartHeader } from '../../src/endpoints/storing/partHeader';

/** What stands behind the delimiter, but for the empty line. */
const header = (disposition: string, ...more: readonly string[]): string =>
  ['', `Content-Disposition: ${disposition}`, ...more].join('\r\n');

const fields = 'The form is malformed: the fields of a part cannot be read.';
const disposition = 'The form is malformed: the Content-Disposition of a part cannot be read.';
const delimiter = 'The form is malformed: a delimiter has something behind it.';
const name = 'The form is malformed: the name of a part cannot be read.';
const inAnotherWay = 'The file name is told in a way that forms do not have: send filename="…".';

describe('the header of a part', () => {
  const good: readonly (readonly [text: string, label: string, name: string, fileName?: string])[] = [
    [header('form-data; name="f"; filename="a.txt"'), 'a.txt', 'f', 'a.txt'],
    [header('form-data; name="f"'), 'f', 'f'],
    [header('form-data'), '', ''],
    [header('form-data; name="f"; filename=""'), '', 'f', ''],
    [header('FORM-DATA; NAME=f; FileName=a.txt'), 'a.txt', 'f', 'a.txt'],
    [header('form-data \t;name \t= \t"f" \t;\t filename= a'), 'a', 'f', 'a'],
    [header('form-data; name="a\\"b\\\\"; filename="c\\d"'), 'c\\d', 'a"b\\\\', 'c\\d'],
    [header('form-data; name="a%22b%0d%0A%25"'), 'a"b\r\n%25', 'a"b\r\n%25'],
    [header('form-data; name="\u00c3\u00bc"'), 'ü', 'ü'],
    [header('form-data; name="\u00ef\u00bb\u00bfx"'), '\ufeffx', '\ufeffx'],
    [header('form-data; x!#$%&\'*+.^_`|~0-9A-Z=y; name=""'), '', ''],
    [` \t${header('form-data; name=f')}`, 'f', 'f'],
    [header('form-data;', ' name=f'), 'f', 'f'],
    [header('form-data;', '\tname="a', ' b"'), 'a b', 'a b'],
    [header(' \t form-data; name=f \t'), 'f', 'f'],
    [header('form-data; name=f', 'X:', "a!#$%&'*+.^_`|~0-9A-Z: y:z"), 'f', 'f'],
    [header('form-data; name=f', ...Array.from({ length: 15 }, (_, i) => `X${i}: y`)), 'f', 'f'],
    [header("form-data; filename=a; filename*=UTF-8''b"), 'a', '', 'a'],
    ...['binary', '7bit', '8BIT'].map(
      (coding) => [header('form-data; name=f', `Content-Transfer-Encoding: ${coding}`), 'f', 'f'] as const,
    ),
    [header('form-data; filename=f', 'Content-Type: multipart/mixed'), 'f', '', 'f'],
    [header('form-data; name=f', 'Content-Type: text/plain; x=multipart/mixed'), 'f', 'f'],
    [header('form-data; name=f', 'Content-Type: multipart'), 'f', 'f'],
  ];
  for (const [text, label, called, fileName] of good) {
    it(`${JSON.stringify(text)} is understood`, () =>
      assert.deepEqual(parsePartHeader(text), { label, name: called, fileName }));
  }

  const bad: readonly (readonly [text: string, message: string, status?: number])[] = [
    ['', fields],
    ['x\r\nContent-Disposition: form-data', delimiter],
    [' x\r\nContent-Disposition: form-data', delimiter],
    [
      header('form-data; name=f', ...Array.from({ length: 16 }, (_, i) => `X${i}: y`)),
      'The form is malformed: a part has more than 16 fields.',
    ],
    [header('form-data; name=f', 'X'), fields],
    [header('form-data; name=f', ': x'), fields],
    [header('form-data; name=f', 'X : x'), fields],
    [header('form-data; name=f', 'X Y: x'), fields],
    [header('form-data; name=f', 'X: x', 'x: x'), fields],
    [header('form-data; name=f', 'X: x\ny'), fields],
    [header('form-data; name=f', 'X: x\ry'), fields],
    [header('form-data; name=f', '', 'X: x'), fields],
    ['\r\nX: x', disposition],
    [header('x-form-data; name=f'), disposition],
    [header('form-data x; name=f'), disposition],
    [header('form-datax; name=f'), disposition],
    [header('form-xxxx; name=form-data'), disposition],
    [header('form-data; name=f; NAME=g'), disposition],
    [header('form-data; name'), disposition],
    [header('form-data; name=f g'), disposition],
    [header('form-data; name="f'), disposition],
    [header('form-data; name="f\\"'), disposition],
    [header('form-data; name=f;'), disposition],
    [header('form-data; na me=f'), disposition],
    [header('form-data; name="f"x'), disposition],
    [header('form-data; name="\u00ff"'), name],
    [header("form-data; filename*=UTF-8''a"), `In the part "" of the form: ${inAnotherWay}`],
    [header("form-data; name=f; filename*=UTF-8''a"), `In the part "f" of the form: ${inAnotherWay}`],
    [header('form-data; filename*0=a; filename*1=b'), `In the part "" of the form: ${inAnotherWay}`],
    [header("form-data; filename=a; FileName*0*=UTF-8''a"), `In the part "a" of the form: ${inAnotherWay}`],
    ...['base64', 'x-binary', 'binary2', 'quoted-printable'].map(
      (coding) =>
        [
          header('form-data; name=f', `Content-Transfer-Encoding: ${coding}`),
          'In the part "f" of the form: The content is encoded: send it as it is.',
          415,
        ] as const,
    ),
    ...['multipart/mixed; boundary=x', 'Multipart/x'].map(
      (type) =>
        [
          header('form-data; name=f', `Content-Type: ${type}`),
          'In the part "f" of the form: There are parts within it: send each file as a part of the form.',
          415,
        ] as const,
    ),
  ];
  for (const [text, message, status = 400] of bad) {
    it(`${JSON.stringify(text)} is refused: ${status}`, () =>
      assert.throws(() => parsePartHeader(text), { status, message }));
  }

  it('may say what begins like a name in pieces, and is none', () =>
    assert.equal(parsePartHeader(header('form-data; filename=a; xfilename*0=b; filename*x=c')).label, 'a'));
});

describe('a sentence about a part', () => {
  const rows: readonly (readonly [label: string, shown: string])[] = [
    ['a b.txt', '"a b.txt"'],
    ['a"\\\n\u001b', '"a\\"\\\\\\n\\u001b"'],
    ['\u007f\u202e\u2028\u2029\ue000', '"\\u{7f}\\u{202e}\\u{2028}\\u{2029}\\u{e000}"'],
    ['\u{e0001}', '"\\u{e0001}"'],
    ['x'.repeat(200), `"${'x'.repeat(200)}"`],
    ['x'.repeat(201), `"${'x'.repeat(200)}…"`],
  ];
  for (const [label, shown] of rows)
    it(`shows ${shown.slice(0, 50)}`, () => assert.equal(inPart(label), `In the part ${shown} of the form: `));
});
