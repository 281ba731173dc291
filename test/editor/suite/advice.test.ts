/** In the editor it is its settings that a refusal is said to come from, in the user's words. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { HttpServerApi } from '../../../src/editor/api';
import { RawClient } from '../../support/rawClient';
import { makePlan } from '../../../src/editor/server/plan';
import { api, restoreSettings, set, started, when } from '../support';

describe('what can be done about a refusal', () => {
  let server: HttpServerApi;
  let port: number;
  before(async () => {
    server = await api();
    port = await started(server);
  });

  const refusals: readonly (readonly [promise: string, fields: string, status: number, setting: string])[] = [
    ['a name that is not allowed', 'Host: evil.example', 421, 'allowedHosts'],
    ['a page of another site', 'Host: localhost\r\nSec-Fetch-Site: cross-site', 403, 'cors'],
  ];
  for (const [promise, fields, status, setting] of refusals) {
    it(`is told to ${promise} as the setting ${setting}, and no flag`, async () => {
      const logged = when(server.onDidLog, (event) => event.status === status);
      const client = await RawClient.connect(port);
      await client.write(`GET /x HTTP/1.1\r\n${fields}\r\nConnection: close\r\n\r\n`);
      const response = await client.read();
      client.close();
      const text = response.body.toString();
      assert.equal(response.status, status);
      assert.match(text, new RegExp(`httpServer\\.${setting}\\b`));
      assert.doesNotMatch(text, /--/);
      assert.equal((await logged).option, setting);
    });
  }

  it('of a setting names the one that is for what was meant', async () => {
    await set('headers', { 'Access-Control-Allow-Origin': '*' }, vscode.ConfigurationTarget.Workspace);
    await assert.rejects(makePlan(undefined), /httpServer\.headers cannot be used: .* httpServer\.cors says/);
    await restoreSettings();
  });
});
