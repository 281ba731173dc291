/** Where a browser may not say whose page asks, it is told that other pages may not use the answer. */
import assert from 'node:assert/strict';
import { guarded } from '../../src/endpoints/guard/guard';
import type { FieldLine, Response } from '../../src/http/message/message';
import { defaultOptions, type Options } from '../../src/options';
import { guardWith, requestOf } from '../support/guarded';

const right: FieldLine = ['Authorization', 'Bearer sesame'];

describe('the policy for pages of other origins', () => {
  const policyOf = async (options: Partial<Options>, method = 'GET'): Promise<string | undefined> =>
    (await guardWith(options)({ method, fields: [right] })).fields.get('cross-origin-resource-policy');

  for (const method of ['GET', 'HEAD', 'POST']) {
    it(`is sent with ${method} where there is a token, so perhaps a network`, async () =>
      assert.equal(await policyOf({ token: 'sesame' }, method), 'same-origin'));
  }
  it('is sent where somebody is in front of us', async () =>
    assert.equal(await policyOf({ allowedHosts: ['box.lan'] }), 'same-origin'));
  it('is not sent on loopback alone, where browsers say who asks', async () =>
    assert.equal(await policyOf({}), undefined));
  it('is not sent where pages of other origins may show our pictures', async () =>
    assert.equal(await policyOf({ token: 'sesame', cors: ['http://app.example'] }), undefined));

  const answer = async (response: Response | Promise<Response>): Promise<Response> => {
    const guard = guarded({ ...defaultOptions, directory: '', token: 'sesame' }, () => response);
    return guard.endpoint(requestOf({ fields: [right] }));
  };

  it('comes with what is answered later, too', async () =>
    assert.deepEqual(await answer(Promise.resolve({ status: 200, fields: [['ETag', '"1"']] })), {
      status: 200,
      fields: [
        ['Cross-Origin-Resource-Policy', 'same-origin'],
        ['ETag', '"1"'],
      ],
    }));

  it('is that of the settings, where they have one', async () => {
    const fields: readonly FieldLine[] = [['cross-origin-resource-policy', 'cross-origin']];
    assert.deepEqual((await answer({ status: 200, fields })).fields, fields);
  });

  it('makes the same of an answer that is sent again and again', async () => {
    const lasting: Response = { status: 200, fields: [], lasting: true };
    const first = await answer(lasting);
    assert.deepEqual(first.fields, [['Cross-Origin-Resource-Policy', 'same-origin']]);
    assert.equal(await answer(lasting), first);
  });
});
