import assert from 'node:assert/strict';
import * as path from 'node:path';
import * as fc from 'fast-check';
import type { LogEvent } from '../../../src/accessLog';
import type { Options } from '../../../src/options';
import { levelOf, logLine, summaryLine } from '../../../src/editor/log/logLine';

const plain: LogEvent = {
  time: 0,
  method: 'GET',
  target: '/index.html',
  version: 'HTTP/1.1',
  status: 200,
  bytesIn: 0,
  bytesOut: 1536,
  ms: 0.42,
  peer: '127.0.0.1',
  userAgent: '',
  referer: '',
  aborted: false,
};

const lines: readonly (readonly [promise: string, event: Partial<LogEvent>, line: string])[] = [
  ['a page', {}, '   200 GET      0.4 ms  1.5 KB /index.html'],
  [
    'an upload, by its own size',
    { method: 'POST', status: 201, bytesIn: 9 },
    '   201 POST     0.4 ms     9 B /index.html',
  ],
  [
    'what was stored, by its whole path',
    { stored: ['a b/ü.txt'] },
    `   200 GET      0.4 ms  1.5 KB /index.html → ${path.join('/srv', 'a b/ü.txt')}`,
  ],
  ['a refusal, with its reason', { status: 404, reason: 'No.' }, '404 GET      0.4 ms  1.5 KB /index.html — No.'],
  ['a failure, in the same columns', { status: 500 }, '  500 GET      0.4 ms  1.5 KB /index.html'],
  ['which rule answered', { rule: 3 }, '   200 GET      0.4 ms  1.5 KB /index.html (rule 3)'],
  ['a response that was cut', { aborted: true }, '   200 GET      0.4 ms  1.5 KB /index.html — Cut off.'],
  ['a peer on another machine', { peer: '192.0.2.7' }, '   200 GET      0.4 ms  1.5 KB /index.html ← 192.0.2.7'],
  ['a request that could not be read', { method: '', target: '', status: 400 }, '400 -        0.4 ms  1.5 KB -'],
  ['a quote and a backslash, escaped', { target: '/"\\' }, '   200 GET      0.4 ms  1.5 KB /\\x22\\x5c'],
  [
    'a line break in a name, escaped',
    { stored: ['a\nb'] },
    `   200 GET      0.4 ms  1.5 KB /index.html → ${path.join('/srv', 'a\\u{a}b')}`,
  ],
  [
    'a change of direction, escaped',
    { stored: ['a\u202eb'] },
    `   200 GET      0.4 ms  1.5 KB /index.html → ${path.join('/srv', 'a\\u{202e}b')}`,
  ],
];

describe('a line of the log', () => {
  for (const [promise, event, line] of lines) {
    it(`tells ${promise}`, () => assert.equal(logLine({ ...plain, ...event }, '/srv'), line));
  }

  it('has room for what a client chose, but not for all of it', () => {
    const much = 'x'.repeat(8000);
    const line = logLine({ ...plain, method: much, target: `/${much}`, reason: much }, '/srv');
    assert.ok(line.length < 1200, `${line.length} characters`);
    assert.match(line, /xxx… .* \/x+… — x+…$/);
  });

  const advised: readonly (readonly [option: keyof Options, setting: string])[] = [
    ['access', 'access'],
    ['allowedHosts', 'allowedHosts'],
    ['cors', 'cors'],
    ['exclude', 'exclude'],
    ['limits', 'maxUploadSize'],
    ['token', 'token'],
  ];
  for (const [option, setting] of advised) {
    it(`of a refusal by the option ${option} names the setting ${setting}`, () => {
      const line = logLine({ ...plain, status: 403, reason: 'No.', option }, '/srv');
      assert.match(line, new RegExp(` — No\\. .*httpServer\\.${setting}\\b.*\\.$`));
    });
  }

  it('names no setting where none would help, whatever the status', () => {
    for (const status of [401, 405, 413, 421]) {
      assert.doesNotMatch(logLine({ ...plain, status, reason: 'No.' }, '/srv'), /httpServer/);
    }
  });

  it('is one line of visible characters, whatever was asked for', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, text, text, text, (method, target, stored, reason) => {
        const line = logLine({ ...plain, method, target, stored: [stored], reason, peer: target }, '/srv');
        assert.doesNotMatch(line, /[\p{C}\p{Zl}\p{Zp}]/u);
      }),
    );
  });

  const levels: readonly (readonly [status: number, level: string])[] = [
    [200, 'info'],
    [304, 'info'],
    [400, 'warn'],
    [499, 'warn'],
    [500, 'error'],
    [507, 'error'],
  ];
  for (const [status, level] of levels) {
    it(`of status ${status} is of level ${level}`, () => assert.equal(levelOf({ status, target: '/' }), level));
  }

  it('of live reload’s own is for those who look for it, unless it failed', () => {
    for (const target of ['/.http-server/events', '/.http-server/live.js']) {
      assert.equal(levelOf({ status: 200, target }), 'debug');
      assert.equal(levelOf({ status: 503, target }), 'error');
    }
    assert.equal(levelOf({ status: 200, target: '/.http-server/uploads/0' }), 'info');
  });

  it('that stands for many gives exact counts', () => {
    const tally = { count: 1203, classes: [0, 0, 1200, 0, 3, 0] as const, bytesIn: 0, bytesOut: 12_345_678 };
    const line = summaryLine({ ...tally, classes: [...tally.classes] });
    assert.equal(line, '   … and 1203 more: 1200 × 2xx, 3 × 4xx (0 B in, 12 MB out)');
  });
});
