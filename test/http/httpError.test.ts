/** A failure that is expected: what it tells the client, and what the log. */
import assert from 'node:assert/strict';
import { HttpError } from '../../src/http/message/httpError';

describe('an expected failure', () => {
  it('tells its log what it tells the client, and nothing else', () => {
    const error = new HttpError(400, 'It is bad.');
    const { name, status, message, fields, reason, option, advise } = error;
    assert.deepEqual([name, status, message, fields], ['HttpError', 400, 'It is bad.', []]);
    assert.deepEqual([reason, option, advise], ['It is bad.', undefined, undefined]);
  });

  it('may keep its reason to the log', () => {
    const { message, reason, fields } = new HttpError(403, 'No.', [['Allow', 'GET']], { reason: 'Because.' });
    assert.deepEqual([message, reason, fields], ['No.', 'Because.', [['Allow', 'GET']]]);
  });

  it('names the option that makes it so, which is the one that is advised, if that is one', () => {
    const of = (details: ConstructorParameters<typeof HttpError>[3]) => {
      const { option, advise } = new HttpError(403, 'No.', [], details);
      return [option, advise];
    };
    assert.deepEqual(of({ advise: 'cors' }), ['cors', 'cors']);
    assert.deepEqual(of({ advise: 'trash' }), [undefined, 'trash']);
    assert.deepEqual(of({ option: 'limits' }), ['limits', undefined]);
    assert.deepEqual(of({ advise: 'cors', option: 'token' }), ['token', 'cors']);
  });
});
