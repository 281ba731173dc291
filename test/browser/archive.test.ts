/** An archive of kept requests is read by others: a library answers a browser with what is in it. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { archiveOf } from '../../src/requests/har';
import { launchChromium } from '../support/host/chromium';
import { startServed, type Served } from '../support/served';
import { keep, storeWith } from '../requests/kept';

describe('an archive of requests', () => {
  let served: Served;
  let browser: Browser;
  let page: Page;

  before(async () => {
    served = await startServed();
    await writeFile(join(served.directory, 'index.html'), '<!doctype html><title>home</title>');
    const host = `Host: localhost:${served.port}`;
    const json = ['Content-Type: application/json', 'X-Signature: sha256=abc'];
    const store = storeWith();
    const kept = [
      keep(store, {
        head: ['GET /hooks?a=1&b=%E2%82%AC HTTP/1.1', host],
        response: ['HTTP/1.1 202 Accepted', 'X-Kept: 1'],
      }),
      keep(store, {
        head: ['POST /hooks HTTP/1.1', host, ...json],
        content: '{"a":1}',
        response: ['HTTP/1.1 201 Created', 'X-Kept: 2'],
      }),
      keep(store, {
        head: ['POST /hooks HTTP/1.1', host, ...json],
        content: '{"a":2}',
        response: ['HTTP/1.1 409 Conflict', 'X-Kept: 3'],
      }),
      keep(store, {
        head: ['PUT /octets HTTP/1.1', host],
        content: Buffer.from([0, 255]),
        response: ['HTTP/1.1 204 No Content'],
      }),
      keep(store, { head: [''], response: ['HTTP/1.1 400 Bad Request'] }),
    ];
    const isSecure = (): boolean => served.options.tls !== undefined;
    const file = join(served.directory, 'requests.har');
    await writeFile(file, archiveOf(kept, { version: '1.0.0', secrets: false, isSecure }));
    browser = await launchChromium();
    page = await browser.newPage();
    await page.goto(served.origin);
    await page.routeFromHAR(file, { url: /\/(?:hooks|octets)/, notFound: 'abort' });
  });
  after(async () => {
    await browser.close();
    await served.stop();
  });

  /** Status and a field of what the page gets. */
  const asked = (target: string, init: object = {}): Promise<unknown> =>
    page.evaluate(
      `fetch(${JSON.stringify(target)}, ${JSON.stringify(init)}).then(({ status, headers }) => [status, headers.get('x-kept')])`,
    );
  const post = (body: string): object => ({ method: 'POST', headers: { 'Content-Type': 'application/json' }, body });

  it('answers by method, address and content as the server did', async () => {
    assert.deepEqual(await asked('/hooks?a=1&b=%E2%82%AC'), [202, '1']);
    assert.deepEqual(await asked('/hooks', post('{"a":1}')), [201, '2']);
    assert.deepEqual(await asked('/hooks', post('{"a":2}')), [409, '3']);
    await assert.rejects(asked('/hooks/none'));
    assert.equal(
      served.events.some(({ target }) => target.startsWith('/hooks')),
      false,
    );
  });
});
