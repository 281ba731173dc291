/** Requests that are looked for, waited for, and sent again. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RequestFilter } from '../../src/requestQuestions';
import { editableOf } from '../../src/requests/httpForm';
import { RequestError } from '../../src/requests/requestError';
import { octetsToSend } from '../../src/requests/resend';
import { isMeant, summaryOf } from '../../src/requests/summary';
import { Waits } from '../../src/requests/waiting';
import { begin, keep, kept, storeWith, type Script } from './kept';

const post: Script = { head: ['POST /hooks/Deploy HTTP/1.1'], response: ['HTTP/1.1 405 Method Not Allowed'] };

describe('a filter of requests', () => {
  const cases: readonly (readonly [promise: string, filter: RequestFilter, script: Script, meant: boolean])[] = [
    ['means all without a word', {}, post, true],
    ['finds text in the target', { text: 'deploy' }, post, true],
    ['finds text in the reason', { text: 'because' }, { ...post, event: { reason: 'Because.' } }, true],
    ['does not find what is not there', { text: 'push' }, post, false],
    ['knows the method', { method: 'post' }, post, true],
    ['knows another method', { method: 'GET' }, post, false],
    ['knows a status', { status: 405 }, post, true],
    ['knows a status as text', { status: '405' }, post, true],
    ['knows another status', { status: 404 }, post, false],
    ['knows a class', { status: '4xx' }, post, true],
    ['knows another class', { status: '5XX' }, post, false],
    ['wants all that is said', { text: 'deploy', method: 'GET' }, post, false],
    ['leaves out what pages ask for live reload', {}, { head: ['GET /.http-server/events HTTP/1.1'] }, false],
    ['has that for who looks for it', { text: 'events' }, { head: ['GET /.http-server/events HTTP/1.1'] }, true],
    ['leaves out those of a share', {}, { ...post, shared: true }, false],
    ['has those of a share for who asks', { shared: true }, { ...post, shared: true }, true],
    ['finds no secret', { text: 'abc' }, { head: ['GET / HTTP/1.1', 'Authorization: abc'] }, false],
  ];
  for (const [promise, filter, script, meant] of cases) {
    it(promise, () => assert.equal(isMeant(filter, kept(script)), meant));
  }
});

describe('a summary of a request', () => {
  it('names some of many stored files', () => {
    const stored = Array.from({ length: 1000 }, (_, i) => `${i}.txt`);
    assert.deepEqual(summaryOf(kept({ event: { stored } })).stored, stored.slice(0, 20));
  });
});

describe('a request that is waited for', () => {
  const filter: RequestFilter = { method: 'POST' };
  const timeout = 60_000;

  it('is the first one that is meant', async () => {
    const store = storeWith();
    const wait = new Waits(store).begin(1, { filter, timeout });
    keep(store);
    const { number } = keep(store, post);
    keep(store, post);
    assert.equal((await wait)?.number, number);
  });

  it('is none that began before', async () => {
    const store = storeWith();
    const early = begin(store, post);
    const wait = new Waits(store).begin(1, { filter, timeout });
    early();
    const late = keep(store, post);
    assert.equal((await wait)?.number, late.number);
  });

  it('is the oldest one that has come since', async () => {
    const store = storeWith();
    keep(store, post);
    const since = keep(store).number;
    const { number } = keep(store, post);
    keep(store, post);
    assert.equal((await new Waits(store).begin(1, { filter, since, timeout }))?.number, number);
  });

  it('is, with a number, one that began before and has ended since', async () => {
    const store = storeWith();
    const early = begin(store, post);
    const since = keep(store).number;
    const wait = new Waits(store).begin(1, { filter, since, timeout });
    const { number } = early();
    assert.equal((await wait)?.number, number);
  });

  it('is none when the time is over', async () => {
    assert.equal(await new Waits(storeWith()).begin(1, { filter, timeout: 1 }), undefined);
  });

  const ends: readonly (readonly [promise: string, end: (waits: Waits) => void, reason: RegExp])[] = [
    ['nobody waits any more', (waits) => waits.cancel(1), /Nobody waits/],
    ['the server stops', (waits) => waits.endAll('The server has stopped.'), /The server has stopped/],
  ];
  for (const [promise, end, reason] of ends) {
    it(`is none, and says so, when ${promise}`, async () => {
      const waits = new Waits(storeWith());
      const wait = waits.begin(1, { filter, timeout });
      waits.cancel(2);
      end(waits);
      await assert.rejects(wait, (error) => error instanceof RequestError && reason.test(error.message));
    });
  }
});

describe('a request that is sent again', () => {
  const sent: Script = {
    head: [
      'POST /a?token=t HTTP/1.1',
      'Host: localhost',
      'X-B: \xe9',
      'Cookie: c',
      'Transfer-Encoding: chunked',
      'Expect: 100-continue',
    ],
    content: 'hello',
  };
  const again = (head: string, content: string): string =>
    `${head}Content-Length: ${content.length}\r\nConnection: close\r\n\r\n${content}`;

  it('is as it was, framed anew', () => {
    assert.equal(
      octetsToSend(kept(sent), undefined).toString('latin1'),
      again('POST /a?token=t HTTP/1.1\r\nHost: localhost\r\nX-B: \xe9\r\nCookie: c\r\n', 'hello'),
    );
  });

  it('is as it was where it goes through an editor, whatever the octets of its fields and its content', () => {
    const octet = fc.oneof(fc.integer({ min: 0x21, max: 0x7e }), fc.integer({ min: 0x80, max: 0xff }));
    const value = fc.array(octet, { maxLength: 20 }).map((octets) => String.fromCharCode(...octets));
    const name = fc.constantFrom('Host', 'Cookie', 'X-Own', 'Content-Type', 'X-Api-Key', 'Referer');
    const content = fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value)), content, (fields, octets) => {
        const request = kept({
          head: ['POST /?token=x HTTP/1.1', ...fields.map(([each, text]) => `${each}: ${text}`)],
          content: octets,
        });
        const asItWas = octetsToSend(request, undefined).toString('latin1');
        for (const [each, text] of fields) assert.ok(asItWas.includes(`\r\n${each}: ${text}\r\n`));
        assert.equal(octetsToSend(request, editableOf(request)).toString('latin1'), asItWas);
      }),
    );
  });

  it('is as it was edited, with what is masked', () => {
    const text = 'PUT /b?token=*** HTTP/1.1\nHost: localhost\nCookie: ***\nX-New: é\n\n{"a":1}';
    assert.equal(
      octetsToSend(kept(sent), text).toString('latin1'),
      again('PUT /b?token=t HTTP/1.1\r\nHost: localhost\r\nCookie: c\r\nX-New: é\r\n', '{"a":1}'),
    );
  });

  it('is in UTF-8 where nothing of its head was in anything else', () => {
    const head = ['GET / HTTP/1.1', `X-A: ${Buffer.from('voilà').toString('latin1')}`];
    const text = 'GET / HTTP/1.1\nX-A: voilà\nX-New: €';
    assert.match(octetsToSend(kept({ head }), text).toString(), /\r\nX-A: voilà\r\nX-New: €\r\n/);
  });

  it('has the kept content where its mask was left', () => {
    assert.match(
      octetsToSend(kept(sent), 'POST / HTTP/1.1\n\n***').toString(),
      /Content-Length: 5\r\n.*\r\n\r\nhello$/s,
    );
  });

  it('has no content and no length where there was none', () => {
    const text = octetsToSend(kept({ head: ['GET / HTTP/1.1', 'Host: x'] }), undefined).toString();
    assert.equal(text, 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  });

  const refusals: readonly (readonly [promise: string, script: Script, text: string | undefined, code: string])[] = [
    ['half of the content', { ...sent, ended: false }, undefined, 'CONTENT_GONE'],
    ['half of the content behind a mask', { ...sent, ended: false }, 'POST / HTTP/1.1\n\n***', 'CONTENT_GONE'],
    ['a content that was stored', { ...sent, event: { stored: ['a'] } }, undefined, 'CONTENT_GONE'],
    ['what is no request', sent, 'hello', 'NO_REQUEST'],
    ['a head that never came', { head: [''] }, undefined, 'NO_REQUEST'],
  ];
  for (const [promise, script, text, code] of refusals) {
    it(`is never ${promise}`, () =>
      assert.throws(() => octetsToSend(kept(script), text), { name: 'RequestError', code }));
  }

  it('has what was edited where not all was kept', () => {
    assert.match(octetsToSend(kept({ ...sent, ended: false }), 'POST / HTTP/1.1\n\nnew').toString(), /\r\n\r\nnew$/);
  });
});
