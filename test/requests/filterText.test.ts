/** The filter of the view, as a person writes it. */
import assert from 'node:assert/strict';
import { filterOf } from '../../src/editor/requests/filterText';
import type { RequestFilter } from '../../src/requestQuestions';

const cases: readonly (readonly [text: string, filter: RequestFilter])[] = [
  ['', {}],
  ['  ', {}],
  ['hooks', { text: 'hooks' }],
  ['two words', { text: 'two words' }],
  ['POST', { method: 'POST' }],
  ['post', { text: 'post' }],
  ['method:BREW', { method: 'BREW' }],
  ['404', { status: '404' }],
  ['4xx', { status: '4xx' }],
  ['5XX', { status: '5XX' }],
  ['status:4xx', { status: '4xx' }],
  ['4221', { text: '4221' }],
  ['POST 4xx hooks', { method: 'POST', status: '4xx', text: 'hooks' }],
];

describe('the filter of the view', () => {
  for (const [text, filter] of cases) {
    it(`understands ${JSON.stringify(text)}`, () => assert.deepEqual(filterOf(text), { shared: true, ...filter }));
  }
});
