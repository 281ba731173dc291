/** Where pages are opened, and what of the server's URL is given away. */
import assert from 'node:assert/strict';
import { copyUrlWithToken, browserKindOf } from '../../../src/editor/commands/browse';
import { folder, restoreSettings, set, TestController } from '../support';

describe('a page of the server', () => {
  afterEach(restoreSettings);

  const places: readonly (readonly [promise: string, wanted: string, token: string, place: string])[] = [
    ['opens in the system’s browser where the editor has none of its own', 'auto', '', 'external'],
    ['opens in the system’s browser where that is wanted', 'external', '', 'external'],
    ['opens in a tab where that is wanted', 'integrated', '', 'integrated'],
    ['opens in the system’s browser if there is a token, which a frame would not keep', 'integrated', 'x', 'external'],
  ];
  for (const [promise, wanted, token, place] of places) {
    it(promise, async () => {
      if (wanted !== 'auto') await set('openIn', wanted);
      assert.equal(await browserKindOf({ folder: folder(), token }), place);
    });
  }

  it('has no URL with a token if there is none, and that is said', async () => {
    const made = new TestController();
    const state = await made.controller.start();
    assert.ok(state.kind === 'running');
    await assert.rejects(copyUrlWithToken(state.site), /has no token/);
    await made.controller.stop();
    made.dispose();
  });
});
