/** A field section (RFC 9110 §5): what was sent, in its order, and how lines of one name are read together. */
import assert from 'node:assert/strict';
import { Fields, noFields } from '../../src/http/message/fields';

const fields = new Fields(['a', 'b', 'a', 'c', 'a'], ['1', '', 'x,y', ' z', '1']);

describe('a field section', () => {
  const values: readonly (readonly [promise: string, name: string, value: string | undefined])[] = [
    ['has the one value of a name', 'c', ' z'],
    ['joins the values of lines of one name, in their order', 'a', '1, x,y, 1'],
    ['has an empty value', 'b', ''],
    ['has no value of a name that is not there', 'd', undefined],
  ];
  for (const [promise, name, value] of values) {
    it(promise, () => {
      assert.equal(fields.get(name), value);
      assert.equal(fields.has(name), value !== undefined);
    });
  }

  it('has one value for each line', () => {
    assert.deepEqual(fields.all('a'), ['1', 'x,y', '1']);
    assert.deepEqual(fields.all('b'), ['']);
    assert.deepEqual(fields.all('d'), []);
  });

  it('has the members of all lines of one list', () => {
    assert.deepEqual(fields.list('a'), ['1', 'x', 'y', '1']);
    assert.deepEqual(fields.list('b'), []);
  });

  it('may be empty', () => assert.deepEqual([noFields.names, noFields.values, noFields.get('a')], [[], [], undefined]));
});
