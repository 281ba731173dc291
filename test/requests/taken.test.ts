/** A request as people take it elsewhere: a line for a shell, one for a script, an archive. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { curlOf, fetchOf } from '../../src/requests/commandLines';
import { archiveOf } from '../../src/requests/har';
import { needsProgram } from '../support/needs';
import { kept, type Script } from './kept';

const site = 'http://localhost:4221/';

/** What a shell makes of the line: the arguments, and what comes in. */
function run(line: string): { readonly given: readonly string[]; readonly input: Buffer } {
  const program = `curl() { printf '%s\\0' "$@"; printf '\\0'; case "$*" in *'--data-binary @-'*) cat;; esac; }\n${line}\n`;
  const out = execFileSync('/bin/sh', ['-c', program]);
  const end = out.indexOf('\0\0');
  return { given: out.subarray(0, end).toString().split('\0'), input: out.subarray(end + 2) };
}

describe('a request as a line for curl', () => {
  const given = (script: Script): readonly string[] => run(curlOf(kept(script), site)).given;

  it('says the method, the address, the fields and the content', () => {
    const head = [
      'POST /a?b=[1] HTTP/1.1',
      'Host: elsewhere',
      'Content-Type: text/plain',
      'Content-Length: 2',
      'X-A: 1',
      'X-Empty:',
    ];
    assert.deepEqual(given({ head, content: 'hi' }), [
      ...['--globoff', '--path-as-is', 'http://localhost:4221/a?b=[1]', '--request', 'POST'],
      ...['-H', 'Content-Type: text/plain', '-H', 'X-A: 1', '-H', 'X-Empty;'],
      ...['-H', 'Accept:', '-H', 'User-Agent:', '--data-raw', 'hi'],
    ]);
  });

  it('has no half of the content in it', () => {
    const all = given({ head: ['POST / HTTP/1.1'], content: 'half', ended: false });
    assert.ok(!all.includes('half'), all.join(' '));
  });

  it('has no secret in it', () => {
    const line = curlOf(kept({ head: ['GET /?token=abc HTTP/1.1', 'Authorization: Bearer def'] }), site);
    assert.ok(!/abc|def/.test(line), line);
  });

  it('is what was meant, whatever a stranger sends', () => {
    const value = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/);
    fc.assert(
      fc.property(
        fc.stringMatching(/^[!-~]{0,20}$/),
        value,
        fc.string({ unit: 'grapheme', minLength: 1 }),
        (path, field, text) => {
          const script = { head: [`POST /${path} HTTP/1.1`, `X-A: ${field}`], content: text.replaceAll('\0', '') };
          const { given: all, input } = run(curlOf(kept(script), site));
          assert.ok(all.includes(`X-A: ${field}`), all.join('\n'));
          const at = all.indexOf('--data-raw');
          assert.equal(at < 0 ? input.toString() : all[at + 1], script.content);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('has nothing in it that a terminal takes for a command', function () {
    for (const program of ['base64', 'cat']) needsProgram(this, program);
    const line = curlOf(kept({ head: ['POST / HTTP/1.1'], content: 'a\x1b[201~\rrm -rf\n' }), site);
    // oxlint-disable-next-line no-control-regex -- they are what is looked for
    assert.ok(!/[\x00-\x08\x0b-\x1f]/.test(line), line);
    assert.equal(run(line).input.toString(), 'a\x1b[201~\rrm -rf\n');
  });
});

describe('a request as a line of a script', () => {
  /** What the line would ask for. */
  async function asked(script: Script): Promise<{ url: string; method: string; headers: string[][]; body?: unknown }> {
    let found: unknown;
    const fetch = (url: string, init: object): void => void (found = { url, ...init });
    const text = fetchOf(kept(script), site);
    // oxlint-disable-next-line typescript/no-implied-eval -- the line is meant to be run
    const line = new Function('fetch', `return (async () => { ${text} })()`) as (with_: typeof fetch) => Promise<void>;
    await line(fetch);
    return found as { url: string; method: string; headers: string[][]; body?: unknown };
  }

  it('says the method, the address, the fields and the content', async () => {
    const head = ['POST /a HTTP/1.1', 'Host: x', 'Content-Type: text/plain', 'Cookie: a', 'X-A: 1'];
    assert.deepEqual(await asked({ head, content: 'it’s "\u2028"' }), {
      url: `${site}a`,
      method: 'POST',
      headers: [
        ['Content-Type', 'text/plain'],
        ['X-A', '1'],
      ],
      body: 'it’s "\u2028"',
    });
  });

  it('has octets', async () => {
    const { body } = await asked({ head: ['POST / HTTP/1.1'], content: Buffer.from([0, 255]) });
    assert.deepEqual(body, Uint8Array.of(0, 255));
  });

  it('has no content that a GET cannot have', async () => {
    assert.equal((await asked({ head: ['GET / HTTP/1.1'], content: 'x' })).body, undefined);
  });
});

describe('requests as an archive', () => {
  interface Archive {
    readonly log: {
      readonly version: string;
      readonly entries: readonly {
        readonly request: {
          readonly url: string;
          readonly headers: readonly { readonly name: string; readonly value: string }[];
          readonly postData?: { readonly text: string; readonly _encoding?: string };
        };
        readonly response: { readonly status: number; readonly statusText: string };
        readonly timings: Readonly<Record<string, number>>;
        readonly time: number;
      }[];
    };
  }
  const archive = (script: Script, secrets = false): Archive =>
    JSON.parse(archiveOf([kept(script)], { version: '1.0.0', secrets, isSecure: (shared) => shared })) as Archive;
  const head = ['POST /a?token=abc HTTP/1.1', 'Host: localhost:4221', 'Cookie: def'];

  it('has what HAR 1.2 asks for', () => {
    const [entry] = archive({ head, content: 'text', response: ['HTTP/1.1 405 Method Not Allowed'] }).log.entries;
    assert.equal(entry?.request.url, 'http://localhost:4221/a?token=***');
    assert.equal(entry.request.postData?.text, 'text');
    assert.deepEqual([entry.response.status, entry.response.statusText], [405, 'Method Not Allowed']);
    assert.deepEqual(entry.timings, { send: 1, wait: 2, receive: 1 });
    assert.equal(entry.time, 4);
  });

  it('has secrets only if they are asked for', () => {
    assert.ok(!/abc|def/.test(JSON.stringify(archive({ head }))));
    const [entry] = archive({ head }, true).log.entries;
    assert.match(entry?.request.url ?? '', /token=abc/);
    assert.ok(entry?.request.headers.some(({ value }) => value === 'def'));
  });

  const addresses: readonly (readonly [line: string, url: string])[] = [
    ['GET /a?b HTTP/1.1', 'http://localhost/a?b'],
    ['OPTIONS * HTTP/1.1', 'http://localhost/*'],
    ['GET http://example.com/a HTTP/1.1', 'http://example.com/a'],
    ['', 'about:blank'],
  ];
  for (const [line, url] of addresses) {
    it(`has the address ${url}`, () => assert.equal(archive({ head: [line] }).log.entries[0]?.request.url, url));
  }

  it('has the scheme by which it came', () => {
    const [entry] = archive({ head: ['GET /a HTTP/1.1'], shared: true }).log.entries;
    assert.equal(entry?.request.url, 'https://localhost/a');
  });

  it('has octets as Base64, and says so', () => {
    const [entry] = archive({ head, content: Buffer.from([255]) }).log.entries;
    assert.deepEqual([entry?.request.postData?.text, entry?.request.postData?._encoding], ['/w==', 'base64']);
  });
});
