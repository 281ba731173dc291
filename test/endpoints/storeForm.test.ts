/** A form posted to a folder: all of its files are stored, or none. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { Mocks } from '../support/mocks';
import fc from 'fast-check';
import { createRouter } from '../../src/endpoints/router';
import { Root } from '../../src/files/root';
import { Upload } from '../../src/files/writing/write';
import { Fields } from '../../src/http/message/fields';
import type { Endpoint, FieldLine } from '../../src/http/message/message';
import { TestFolder } from '../support/folder';
import { ask, bodyOf, type Answer, type FieldTable } from '../support/request';
import { needsPosix } from '../support/needs';

const mocks = new Mocks();

const boundary = '----boundary';

/** A part as browsers send it. */
const file = (name: string, content: string | Buffer, fields = ''): Buffer =>
  part(`Content-Disposition: form-data; name="f"; filename="${name}"\r\n${fields}`, content);

const part = (header: string, content: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from(`--${boundary}\r\n${header}\r\n`), Buffer.from(content), Buffer.from('\r\n')]);

const notUtf8 = Buffer.concat([
  Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="f"; filename="`),
  Buffer.of(0xff),
  Buffer.from('"\r\n\r\nx\r\n'),
]);

const named = 'Content-Disposition: form-data; filename="x"\r\n';
const end = Buffer.from(`--${boundary}--\r\n`);

describe('a form', () => {
  let folder: TestFolder;
  let router: Endpoint;
  beforeEach(() => {
    folder = new TestFolder();
    folder.write('old.txt', 'old').write('dir/inner.txt', 'inner');
    router = folder.router();
  });
  afterEach(() => {
    assert.equal(folder.left(), 0);
    assert.deepEqual(folder.opened(), []);
    folder.remove();
  });

  const type = `multipart/form-data; boundary=${boundary}`;
  const send = (parts: readonly Buffer[], path = '', fields: FieldTable = {}): Promise<Answer> =>
    ask(router, 'POST', `/files/${path}`, { 'Content-Type': type, ...fields }, bodyOf([...parts, end]));
  const text = (path: string): string => readFileSync(folder.at(path), 'utf8');

  /** A form whose last file has all come when its name turns out to be that of a folder. */
  async function sendInVain(): Promise<Answer> {
    const settle = Object.getOwnPropertyDescriptor(Upload.prototype, 'settle')?.value as () => Promise<void>;
    const settling = mocks.method(Upload.prototype, 'settle', async function (this: Upload) {
      await settle.call(this);
      if (this.path === 'dir/last.txt') mkdirSync(folder.at('dir/last.txt'));
    });
    try {
      return await send([fine, replaces, file('dir/last.txt', 'last')]);
    } finally {
      settling.mock.restore();
    }
  }

  const entries = (): string[] => (readdirSync(folder.path, { recursive: true }) as string[]).sort();

  it('is answered by 201 and what was stored', async () => {
    const answer = await send([file('a b.txt', 'one'), file('sub/ü.txt', ''), file('inner.txt', 'new')], 'dir/');
    assert.equal(answer.status, 201);
    assert.equal(answer.fields.get('content-type'), 'application/json');
    assert.deepEqual(JSON.parse(answer.text), [
      { name: 'a b.txt', location: '/files/dir/a%20b.txt', size: 3 },
      { name: 'sub/ü.txt', location: '/files/dir/sub/%C3%BC.txt', size: 0 },
      { name: 'inner.txt', location: '/files/dir/inner.txt', size: 3 },
    ]);
    assert.deepEqual([text('dir/a b.txt'), text('dir/sub/ü.txt'), text('dir/inner.txt')], ['one', '', 'new']);
    assert.deepEqual(answer.response.stored, ['dir/a b.txt', 'dir/sub/ü.txt', 'dir/inner.txt']);
  });

  const good: readonly (readonly [
    promise: string,
    parts: readonly Buffer[],
    stored: Readonly<Record<string, string>>,
  ])[] = [
    ['a file in folders that are not there', [file('x/y/z.txt', 'z')], { 'x/y/z.txt': 'z' }],
    ['a name with quotes and line breaks, as browsers code them', [file('a%22b.txt', 'q')], { 'a"b.txt': 'q' }],
    ['a name with a quote, as older clients code it', [file('a\\"b.txt', 'q')], { 'a"b.txt': 'q' }],
    ['a name with other percent signs', [file('100%25.txt', 'p')], { '100%25.txt': 'p' }],
    [
      'a name without quotes',
      [part('Content-Disposition: form-data; name=f; filename=t.txt\r\n', 't')],
      { 't.txt': 't' },
    ],
    [
      'a field that is no file',
      [part('Content-Disposition: form-data; name="x"\r\n', 'v'), file('f', 'f')],
      { f: 'f' },
    ],
    [
      'a field that is as long as may be',
      [part('Content-Disposition: form-data; name="x"\r\n', 'v'.repeat(2 ** 20)), file('f', 'f')],
      { f: 'f' },
    ],
    ['an input in which nothing was chosen', [file('', ''), file('f', 'f')], { f: 'f' }],
    ['a media type', [file('f', 'f', 'Content-Type: text/plain; charset=latin1\r\n')], { f: 'f' }],
    [
      'content like a delimiter',
      [file('f', `\r\n--${boundary.slice(0, -1)}\r\n--\r\n`)],
      { f: `\r\n--${boundary.slice(0, -1)}\r\n--\r\n` },
    ],
    ['a preamble', [Buffer.from('hello\r\n'), file('f', 'f')], { f: 'f' }],
    [
      'a file that holds a multipart body',
      [file('page.mhtml', '--x\r\n\r\n--x--', 'Content-Type: multipart/related; boundary=x\r\n')],
      { 'page.mhtml': '--x\r\n\r\n--x--' },
    ],
    [
      'a file name that comes in a second form as well',
      [part('Content-Disposition: form-data; filename="n.txt"; filename*=utf-8\'\'n.txt\r\n', 'n')],
      { 'n.txt': 'n' },
    ],
    ['a field that goes on in the next line', [part(`${named.trimEnd()};\r\n name="f"\r\n`, 'x')], { x: 'x' }],
    [
      'a whole file of a widget that could send chunks',
      [part('Content-Disposition: form-data; name="dztotalchunkcount"\r\n', '1'), file('f', 'f')],
      { f: 'f' },
    ],
  ];
  for (const [promise, parts, stored] of good) {
    it(`takes ${promise}`, async () => {
      const before = entries();
      assert.equal((await send(parts)).status, 201);
      for (const [path, content] of Object.entries(stored)) assert.equal(text(path), content);
      assert.equal(new Set(Object.keys(stored)).size, (JSON.parse((await send(parts)).text) as unknown[]).length);
      const made = entries().filter(
        (path) => !before.includes(path) && !Object.keys(stored).some((own) => own.startsWith(path)),
      );
      assert.deepEqual(made, []);
    });
  }

  for (const padding of [' ', '\t', ' \t', ' '.repeat(100)]) {
    it(`S7: takes delimiters with the padding ${JSON.stringify(padding)}, in whatever pieces they come`, async () => {
      const header = 'Content-Disposition: form-data; name="f"; filename="padded.txt"\r\n\r\n';
      const whole = `--${boundary}${padding}\r\n${header}x\r\n--${boundary}--${padding}\r\n`;
      for (let at = 0; at <= whole.length; at++) {
        const body = bodyOf([whole.slice(0, at), whole.slice(at)]);
        assert.equal((await ask(router, 'POST', '/files/', { 'Content-Type': type }, body)).status, 201, `at ${at}`);
        assert.equal(text('padded.txt'), 'x');
        rmSync(folder.at('padded.txt'));
      }
    });
  }

  const fine = file('new/fine.txt', 'fine');
  const replaces = file('old.txt', 'replaced');
  const bad: readonly (readonly [promise: string, parts: readonly Buffer[], status: number])[] = [
    ['climbs out', [file('../x', 'x')], 400],
    ['climbs out in the middle', [file('a/../../x', 'x')], 400],
    ['is absolute', [file('/etc/x', 'x')], 400],
    ['has a backslash', [file('a\\b', 'x')], 400],
    ['has a NUL', [file('a\0b', 'x')], 400],
    ['is a folder by its slash', [file('x/', 'x')], 400],
    ['is dots', [file('..', 'x')], 400],
    ['is too long', [file('x'.repeat(256), 'x')], 400],
    ['is not UTF-8', [notUtf8], 400],
    ['is that of a folder', [file('dir', 'x')], 409],
    ['is below a file', [file('dir/inner.txt/x', 'x')], 409],
    ['is excluded', [file('.env', 'x')], 403],
    ['is excluded in another case', [file('sub/KEY.PEM', 'x')], 403],
    ['is used twice', [file('twice', '1'), file('twice', '2')], 400],
    ['is used twice in two ways', [file('twice', '1'), file('./twice', '2')], 400],
    ['is missing, but there is content', [file('', 'x')], 400],
    [
      'is only there in a form that is forbidden',
      [part('Content-Disposition: form-data; name="f"; filename*=UTF-8\'\'x\r\n', 'x')],
      400,
    ],
  ];
  for (const [promise, parts, status] of bad) {
    for (const [where, all] of [
      ['first', [...parts, fine, replaces]],
      ['last', [fine, replaces, ...parts]],
    ] as const) {
      it(`stores nothing if the ${where} name ${promise}: ${status}`, async () => {
        const before = entries();
        assert.equal((await send(all)).status, status);
        assert.deepEqual(entries(), before);
        assert.equal(text('old.txt'), 'old');
      });
    }
  }

  const malformed: readonly (readonly [promise: string, body: string | Buffer, status?: number])[] = [
    ['is empty', ''],
    ['is no form', 'hello'],
    ['has no part', end],
    ['has no file', Buffer.concat([part('Content-Disposition: form-data; name="x"\r\n', 'v'), end])],
    ['does not end', Buffer.concat([fine, replaces])],
    ['ends in a header', Buffer.concat([fine, Buffer.from(`--${boundary}\r\nContent-Disp`)])],
    [
      'has a header that does not end',
      Buffer.concat([
        fine,
        Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="x"; filename="x"\r\n`),
        end,
      ]),
    ],
    ['has a part without Content-Disposition', Buffer.concat([fine, part('Content-Type: a/b\r\n', 'x'), end])],
    ['has a part without fields', Buffer.concat([fine, part('', 'x'), end])],
    [
      'has a part of another kind',
      Buffer.concat([fine, part('Content-Disposition: attachment; filename="x"\r\n', 'x'), end]),
    ],
    [
      'has a quote that does not end',
      Buffer.concat([fine, part('Content-Disposition: form-data; filename="x\r\n', 'x'), end]),
    ],
    [
      'has two dispositions',
      Buffer.concat([
        fine,
        part('Content-Disposition: form-data; filename="x"\r\nContent-Disposition: form-data; filename="y"\r\n', 'x'),
        end,
      ]),
    ],
    ['has a part with two file names', Buffer.concat([part(`${named.trimEnd()}; filename="y"\r\n`, 'x'), end])],
    ['has a backslash at the end of a name', Buffer.concat([file('x\\', 'x'), end])],
    ['has a coded part', Buffer.concat([fine, file('x', 'eA==', 'Content-Transfer-Encoding: base64\r\n'), end]), 415],
    [
      'S4: has a part with parts within it',
      Buffer.concat([
        part(
          'Content-Disposition: form-data; name="f"\r\nContent-Type: multipart/mixed; boundary=in\r\n',
          '--in\r\nContent-Disposition: attachment; filename="A"\r\n\r\na\r\n--in--',
        ),
        fine,
        end,
      ]),
      415,
    ],
    [
      'S4: has a file name in pieces',
      Buffer.concat([part('Content-Disposition: form-data; filename*0="lo"; filename*1="ng.txt"\r\n', 'x'), fine, end]),
    ],
    [
      'S4: has a file name in coded pieces, beside another',
      Buffer.concat([part(`${named.trimEnd()}; filename*0*=utf-8''lo; filename*1*=ng\r\n`, 'x'), fine, end]),
    ],
    [
      'S4: has a coded part that says so behind what is no field',
      Buffer.concat([fine, part(`${named}nonsense\r\nContent-Transfer-Encoding: base64\r\n`, 'eA=='), end]),
    ],
    [
      'S4: has a coded part that says so behind many fields',
      Buffer.concat([fine, part(`${named}${'A: b\r\n'.repeat(15)}Content-Transfer-Encoding: base64\r\n`, 'x'), end]),
    ],
    [
      'S4: has a coded part that says so behind a long field',
      Buffer.concat([fine, part(`${named}A: ${'b'.repeat(9000)}\r\nContent-Transfer-Encoding: base64\r\n`, 'x'), end]),
    ],
    [
      'has something behind a delimiter',
      Buffer.concat([fine, Buffer.from(`--${boundary}x\r\n${named}\r\nx\r\n`), end]),
    ],
    ['has a bare LF in a header', Buffer.concat([fine, part(`${named}A: b\nC: d\r\n`, 'x'), end])],
    ...['dztotalchunkcount', 'resumableTotalChunks', 'flowTotalChunks', 'qqtotalparts', 'chunks'].map(
      (name) =>
        [
          `S2: has a chunk of a file, as ${name} tells`,
          Buffer.concat([fine, part(`Content-Disposition: form-data; name="${name}"\r\n`, '2'), end]),
        ] as const,
    ),
    ['has fields that are too long', Buffer.concat([fine, part(`A: ${'b'.repeat(9000)}\r\n${named}`, 'x'), end])],
    ['has too many fields', Buffer.concat([fine, part(`${'A: b\r\n'.repeat(16)}${named}`, 'x'), end])],
    [
      'has too many parts',
      Buffer.concat([
        ...Array.from({ length: 1001 }, () => part('Content-Disposition: form-data; name="x"\r\n', '')),
        fine,
        end,
      ]),
      413,
    ],
    [
      'has a field that is too long',
      Buffer.concat([part('Content-Disposition: form-data; name="x"\r\n', 'v'.repeat(2 ** 20 + 1)), fine, end]),
      413,
    ],
  ];
  for (const [promise, body, status = 400] of malformed) {
    it(`stores nothing if it ${promise}: ${status}`, async () => {
      const before = entries();
      const answer = await ask(router, 'POST', '/files/', { 'Content-Type': type }, bodyOf([body]));
      assert.equal(answer.status, status);
      assert.deepEqual(entries(), before);
      assert.equal(text('old.txt'), 'old');
    });
  }

  const sentences: readonly (readonly [promise: string, bad: Buffer, status: number, sentence: string])[] = [
    [
      'is excluded',
      file('photos/.DS_Store', 'x'),
      403,
      'In the part "photos/.DS_Store" of the form: That path may not be written.',
    ],
    [
      'is below a file',
      file('old.txt/x', 'x'),
      409,
      'In the part "old.txt/x" of the form: A file is where the path needs a folder.',
    ],
    ['climbs out', file('../x', 'x'), 400, 'In the part "../x" of the form: The path climbs out of the folder.'],
    [
      'has no file name',
      part('Content-Disposition: form-data; name="f"; filename=""\r\n', 'x'),
      400,
      'In the part "" of the form: There is content, but no file name.',
    ],
    [
      'is coded',
      file('x.txt', 'eA==', 'Content-Transfer-Encoding: base64\r\n'),
      415,
      'In the part "x.txt" of the form: The content is encoded: send it as it is.',
    ],
    [
      'would turn a terminal or a reader round',
      file('\u202e\u001b[31m%22\u2028.env/', 'x'),
      400,
      'In the part "\\u{202e}\\u001b[31m\\"\\u{2028}.env/" of the form: The file name is no relative path of a file.',
    ],
    [
      'has an endless name',
      file('x'.repeat(5000), 'x'),
      400,
      `In the part "${'x'.repeat(200)}…" of the form: A name in the path is too long.`,
    ],
  ];
  for (const [promise, bad, status, sentence] of sentences) {
    it(`S5: names the part that ${promise}, to the client and to the log`, async () => {
      const answer = await send([fine, bad, replaces]);
      assert.deepEqual([answer.status, answer.text], [status, `${sentence}\n`]);
      assert.ok(answer.response.reason?.startsWith(sentence.slice(0, sentence.indexOf(': ') + 2)));
    });
  }

  it('S5: names the part that is in the way of another, and the one that fails at the end', async () => {
    const twice = await send([file('twice', '1'), file('./twice', '2')]);
    assert.match(twice.text, /^In the part "\.\/twice" of the form: /);
    const late = await sendInVain();
    assert.match(late.text, /^In the part "dir\/last\.txt" of the form: /);
    const unmet = await send([fine, replaces], '', { 'If-None-Match': '*' });
    assert.match(unmet.text, /^In the part "old\.txt" of the form: /);
  });

  it('S5: tells the log why a part is refused, and by which setting', async () => {
    const { response } = await send([fine, file('.env', 'x')]);
    const reason = 'In the part ".env" of the form: It leads out of the folder, or is excluded.';
    assert.deepEqual([response.reason, response.option], [reason, 'exclude']);
  });

  it('does not take a defect for what is wrong with a part', async () => {
    const failing = mocks.method(Upload.prototype, 'write', () => Promise.reject(new Error('A defect.')));
    try {
      await assert.rejects(send([fine]), /^Error: A defect\.$/);
    } finally {
      failing.mock.restore();
    }
  });

  for (const [access, sentence] of [
    ['full', 'A file is where the path needs a folder.'],
    ['dropBox', 'That name is taken.'],
  ] as const) {
    it(`is refused before it is read, where no folder can be: ${access}`, async () => {
      let isRead = false;
      const body = bodyOf([fine, end], () => void (isRead = true));
      const answer = await ask(folder.router({ access }), 'POST', '/files/old.txt/', { 'Content-Type': type }, body);
      assert.deepEqual([answer.status, answer.text, isRead], [409, `${sentence}\n`, false]);
    });
  }

  it('S2: is not taken for the whole if it is a part', async () => {
    const answer = await send([fine, replaces], '', { 'Content-Range': 'bytes 0-3/10' });
    assert.equal(answer.status, 400);
    assert.deepEqual([existsSync(folder.at('new')), text('old.txt')], [false, 'old']);
  });

  const trailersOf = (...lines: readonly FieldLine[]): Fields =>
    new Fields(
      lines.map(([name]) => name),
      lines.map(([, value]) => value),
    );

  for (const [content, announced, status] of [
    ['form', 'Content-Digest', 201],
    ['other', 'X, repr-digest, Content-Digest', 400],
    ['form', undefined, 400],
  ] as const) {
    it(`S6: with the digest of ${content} ${announced === undefined ? 'un' : ''}announced behind it: ${status}`, async () => {
      const whole = Buffer.concat([fine, replaces, end]);
      const hash = createHash('sha256').update(content === 'form' ? whole : content);
      const trailers = trailersOf(['content-digest', `sha-256=:${hash.digest('base64')}:`]);
      const body = { ...bodyOf([whole], undefined, trailers), length: undefined };
      const fields = { 'Content-Type': type, ...(announced && { Trailer: announced }) };
      const answer = await ask(router, 'POST', '/files/', fields, body);
      assert.equal(answer.status, status);
      assert.equal(text('old.txt'), status === 201 ? 'replaced' : 'old');
      assert.equal(existsSync(folder.at('new')), status === 201);
    });
  }

  const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
  for (const [path, location] of [
    ['', './'],
    ['dir/', './'],
    ['made/up/', './'],
    ['dir/a%20b/', './'],
  ] as const) {
    it(`S11: posted by a page to /files/${path} leads back to the folder's page, which shows what came`, async () => {
      const answer = await send([file('came.txt', 'x')], path, { Accept: browser });
      assert.deepEqual([answer.status, answer.fields.get('location'), answer.text], [303, location, '']);
      assert.match(answer.response.stored?.[0] ?? '', /came\.txt$/);
      const base = new URL(`http://localhost/files/${path}`);
      const page = await ask(router, 'GET', new URL(location, base).pathname, { Accept: browser });
      assert.match(page.fields.get('content-type') ?? '', /^text\/html/);
      assert.match(page.text, /href="\.\/came\.txt"/);
      assert.match(page.fields.get('vary') ?? '', /\bAccept\b/);
    });
  }
  it('S11: leads back to where there was no slash', async () => {
    const fields = { 'Content-Type': type, Accept: browser };
    const answer = await ask(router, 'POST', '/files', fields, bodyOf([fine, end]));
    assert.deepEqual([answer.status, answer.fields.get('location')], [303, './files/']);
  });
  for (const accept of ['*/*', 'application/json, text/html;q=0.5', 'text/html;q=0, */*']) {
    it(`S11: is told what was stored if it wants ${accept}`, async () => {
      assert.equal((await send([fine], '', { Accept: accept })).status, 201);
    });
  }
  it('S11: is refused by a page of its own', async () => {
    const answer = await send([file('.env', 'x')], '', { Accept: browser });
    assert.equal(answer.status, 403);
    assert.match(answer.text, /<p>In the part &quot;\.env&quot; of the form: /);
  });

  for (const contentType of [
    'multipart/form-data',
    'multipart/form-data; boundary=',
    `multipart/form-data; boundary=${'b'.repeat(71)}`,
    'multipart/form-data; boundary="a\\"',
  ]) {
    it(`needs a boundary: ${contentType.slice(0, 50)}`, async () => {
      assert.equal((await send([fine], '', { 'Content-Type': contentType })).status, 400);
    });
  }

  it('takes its boundary in quotes, in any case of the names', async () => {
    const body = bodyOf(['--a b\r\ncontent-disposition: FORM-DATA; FileName="n"\r\n\r\nx\r\n--a b--']);
    const fields = { 'Content-Type': 'Multipart/Form-Data; charset=utf-8; Boundary="a b"' };
    assert.equal((await ask(router, 'POST', '/files/', fields, body)).status, 201);
    assert.equal(text('n'), 'x');
  });

  it('is stored as it comes at the path of a file', async () => {
    assert.equal((await send([fine], 'form')).status, 201);
    assert.equal(text('form'), Buffer.concat([fine, end]).toString());
  });

  it('keeps preconditions for each of its files', async () => {
    assert.equal((await send([fine, replaces], '', { 'If-None-Match': '*' })).status, 412);
    assert.deepEqual([existsSync(folder.at('new')), text('old.txt')], [false, 'old']);
    assert.equal((await send([fine], '', { 'If-None-Match': '*' })).status, 201);
  });

  it('has no two names for one file, where case and composition make no difference', async () => {
    const names = ['\u00fc.TXT', 'u\u0308.txt'];
    for (const [platform, status] of [
      ['linux', 201],
      ['darwin', 400],
    ] as const) {
      const own = createRouter(folder.options(), new Root(folder.path, [], platform));
      const body = bodyOf([...names.map((name) => file(name, 'x')), end]);
      assert.equal((await ask(own, 'POST', '/files/', { 'Content-Type': type }, body)).status, status, platform);
    }
  });

  it('is taken back if one of its files cannot be put in its place at the end', async () => {
    assert.equal((await sendInVain()).status, 409);
    assert.deepEqual([existsSync(folder.at('new')), text('old.txt')], [false, 'old']);
  });

  it('keeps mode and owner of what it replaces', async function () {
    needsPosix(this);
    const isRoot = process.geteuid?.() === 0;
    chmodSync(folder.at('old.txt'), 0o640);
    if (isRoot) chownSync(folder.at('old.txt'), 12_345, 54_321);
    assert.equal((await send([replaces, fine])).status, 201);
    const { uid, mode } = statSync(folder.at('old.txt'));
    assert.deepEqual([mode & 0o777, uid], [0o640, isRoot ? 12_345 : process.geteuid?.()]);
  });

  it('changes the mode of nothing that somebody puts in the place of what is unfinished', async function () {
    needsPosix(this);
    folder.write('../victim', 'secret');
    chmodSync(folder.at('../victim'), 0o600);
    chmodSync(folder.at('old.txt'), 0o777);
    const body = bodyOf([replaces, fine, end], (index) => {
      if (index !== 2) return;
      for (const path of folder.unfinished()) {
        rmSync(path);
        symlinkSync(folder.at('../victim'), path);
      }
    });
    assert.equal((await ask(router, 'POST', '/files/', { 'Content-Type': type }, body)).status, 403);
    assert.equal(statSync(folder.at('../victim')).mode & 0o777, 0o600);
    assert.equal(text('old.txt'), 'old');
  });

  it('may be tried again if somebody cleans up what is unfinished', async () => {
    // By the time that the rest of the last file comes, those before it are under way.
    const parts = [fine, replaces, file('big', 'x'.repeat(1_000_000)), end];
    const body = bodyOf(parts, (index) => {
      if (index === parts.length) for (const path of folder.unfinished()) rmSync(path);
    });
    assert.equal((await ask(router, 'POST', '/files/', { 'Content-Type': type }, body)).status, 503);
    assert.deepEqual([existsSync(folder.at('new')), text('old.txt')], [false, 'old']);
  });

  it('leaves nothing if the client goes away anywhere', async () => {
    const whole = Buffer.concat([fine, replaces, file('big', 'x'.repeat(200_000)), end]);
    const before = entries();
    for (const at of [0, 10, 80, 150, 300, 100_000, whole.length - 10]) {
      const body = bodyOf([whole.subarray(0, at)], (index) => {
        if (index === 1) throw new Error('gone');
      });
      await assert.rejects(ask(router, 'POST', '/files/', { 'Content-Type': type }, body), /gone/);
      assert.deepEqual(entries(), before);
      assert.equal(text('old.txt'), 'old');
    }
  });

  it('means the same in whatever pieces it comes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat({ max: 2000 }), { maxLength: 20 }),
        async (contents, cuts) => {
          const parts = contents.map((content, i) => file(`${i}.bin`, Buffer.from(content)));
          const whole = Buffer.concat([...parts, end]);
          const at = [0, ...cuts.filter((cut) => cut < whole.length).sort((a, b) => a - b), whole.length];
          const pieces = at.slice(1).map((to, i) => whole.subarray(at[i], to));
          const answer = await ask(router, 'POST', '/files/r/', { 'Content-Type': type }, bodyOf(pieces));
          assert.equal(answer.status, 201);
          for (const [i, content] of contents.entries())
            assert.deepEqual(readFileSync(folder.at(`r/${i}.bin`)), Buffer.from(content));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('byte by byte is the same', async () => {
    const whole = Buffer.concat([Buffer.from('pre\r\n'), file('a', 'a-\r\n-b'), file('b', '\r\n--'), end]);
    const body = bodyOf([...whole].map((octet) => Buffer.of(octet)));
    assert.equal((await ask(router, 'POST', '/files/', { 'Content-Type': type }, body)).status, 201);
    assert.deepEqual([text('a'), text('b')], ['a-\r\n-b', '\r\n--']);
  });
});
