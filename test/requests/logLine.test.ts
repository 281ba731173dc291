/** An exchange as a line of the log that programs read. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { jsonLine, type LogEvent } from '../../src/accessLog';

const event: LogEvent = {
  ...{ time: 1, method: 'PUT', target: '/files/a', version: 'HTTP/1.1', status: 201, bytesIn: 2, bytesOut: 0, ms: 0.5 },
  ...{ peer: '::1', userAgent: 'x', referer: '', aborted: false, stored: ['a'] },
};

describe('a line of JSON', () => {
  it('has the fields of the event', () => assert.deepEqual(JSON.parse(jsonLine(event)), event));

  it('is one line of ASCII, and the same text, whatever a client sends', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff })), (units) => {
        const userAgent = String.fromCharCode(...units);
        const line = jsonLine({ ...event, userAgent });
        assert.match(line, /^[ -~]+$/);
        assert.equal((JSON.parse(line) as LogEvent).userAgent, userAgent);
      }),
    );
  });
});
