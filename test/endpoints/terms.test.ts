/** On what terms files are stored, where they are asked for themselves. */
import assert from 'node:assert/strict';
import { dropBoxTerms, locationOf, openTerms, type Terms } from '../../src/endpoints/storing/terms';
import { FileError, type FileErrorKind } from '../../src/files/fileError';
import { HttpError } from '../../src/http/message/httpError';
import { TestFolder } from '../support/folder';
import { makeRequest, type FieldTable } from '../support/request';

const taken = { status: 409, message: 'That name is taken.' };
const unmet = { status: 412, message: 'The file is not in the state that the request asks for.' };

describe('the terms on which files are stored', () => {
  let folder: TestFolder;
  let open: Terms;
  let dropBox: Terms;
  before(() => {
    folder = new TestFolder();
    folder.write('old.txt', 'old').write('.env', 'secret');
    const root = folder.root();
    [open, dropBox] = [openTerms(root), dropBoxTerms(root)];
  });
  after(() => folder.remove());

  const told: readonly FileErrorKind[] = ['badPath', 'nameTooLong', 'full', 'busy', 'failed', 'cancelled'];
  const untold: readonly FileErrorKind[] = [
    ...(['missing', 'hidden', 'protected', 'denied', 'folder'] as const),
    ...(['parentIsFile', 'noParent', 'occupied', 'fixed'] as const),
  ];
  for (const kind of [...told, ...untold]) {
    it(`of a drop box do ${told.includes(kind) ? '' : 'not '}tell of a failure that is "${kind}"; others do`, () => {
      const failure = new FileError(kind, 'What it is.');
      assert.equal(open.explain(failure), failure);
      const said = dropBox.explain(failure);
      if (told.includes(kind)) assert.equal(said, failure);
      else {
        assert.ok(said instanceof HttpError);
        assert.deepEqual({ status: said.status, message: said.message }, taken);
      }
    });
  }

  it('of a drop box tell of what is no failure of a file', () => {
    const refusal = new HttpError(400, 'What it is.');
    assert.equal(dropBox.explain(refusal), refusal);
  });

  it('of a drop box name what is excluded in the log alone', () => {
    for (const name of ['.env', '.none'])
      assert.throws(() => dropBox.goal(makeRequest('POST', `/files/${name}`), [name]), {
        status: 403,
        message: 'That path may not be written.',
        reason: 'It is excluded.',
        option: 'exclude',
      });
    const long = 'x'.repeat(300);
    assert.throws(() => dropBox.goal(makeRequest('POST', `/files/${long}`), [long]), { kind: 'nameTooLong' });
  });

  it('let a POST have another name in a drop box, which is then told', () => {
    const goalOf = (terms: Terms, method: string): boolean | undefined =>
      terms.goal(makeRequest(method, '/files/a/old.txt'), ['a', 'old.txt']).isNumbered;
    assert.deepEqual([goalOf(dropBox, 'POST'), goalOf(dropBox, 'PUT'), goalOf(open, 'POST')], [true, false, undefined]);
    const stored = { created: true, path: 'b/old (2).txt' };
    const names = [dropBox, open].map((terms) => terms.nameOf(['a', 'old.txt'], stored));
    assert.deepEqual(names, ['old (2).txt', 'old.txt']);
    assert.equal(dropBox.nameOf(['x'], { created: true, path: 'x (2)' }), 'x (2)');
    assert.equal(locationOf(['a b', 'old.txt'], 'ü'), '/files/a%20b/%C3%BC');
  });

  const rows: readonly (readonly [method: string, path: string, fields: FieldTable, refusal?: object])[] = [
    ['POST', 'old.txt', {}],
    ['POST', 'new.txt', {}],
    ['POST', 'old.txt', { 'If-None-Match': '*' }],
    ['POST', 'old.txt', { 'If-Match': '*' }, unmet],
    ['POST', 'new.txt', { 'If-Match': '*' }, unmet],
    ['PUT', 'new.txt', {}],
    ['PUT', 'old.txt', {}, taken],
    ['PUT', 'new.txt', { 'If-None-Match': '*' }],
    ['PUT', 'old.txt', { 'If-None-Match': '*' }, unmet],
    ['PUT', 'new.txt', { 'If-Match': '*' }, unmet],
    ['PUT', 'old.txt', { 'If-Match': '*' }, taken],
  ];
  for (const [method, path, fields, refusal] of rows) {
    it(`of a drop box: ${method} of ${path}, ${JSON.stringify(fields)}, ${refusal ? 'refused' : 'taken'}`, () => {
      const { check, segments } = dropBox.goal(makeRequest(method, `/files/${path}`, fields), [path]);
      assert.deepEqual(segments, [path]);
      if (refusal === undefined) check();
      else assert.throws(check, refusal);
    });
  }
});
