/** What workers load is known by what the browser says of it. */
import assert from 'node:assert/strict';
import { WorkerUses } from '../../src/endpoints/live/workerUses';
import { makeRequest, type FieldTable } from '../support/request';

const origin = 'http://localhost:4221';

describe('R5: what workers load', () => {
  let uses: WorkerUses;
  beforeEach(() => {
    uses = new WorkerUses();
    note('/w.js', { 'Sec-Fetch-Dest': 'worker', Referer: `${origin}/` });
  });

  const note = (target: string, fields: FieldTable): void => uses.note(makeRequest('GET', target, fields));

  it('concerns the pages that know the worker', () => {
    note('/lib/%C3%A4.js?v=1', { 'Sec-Fetch-Dest': 'script', Referer: `${origin}/w.js?a=b` });
    note('/data.json', { 'Sec-Fetch-Dest': 'empty', Referer: `${origin}/w.js` });
    assert.deepEqual(uses.withUsers(['/lib/\u00e4.js']), ['/lib/\u00e4.js', '/w.js']);
    assert.deepEqual(uses.withUsers(['/data.json', '/x']), ['/data.json', '/x', '/w.js']);
    assert.deepEqual(uses.withUsers(['/lib']), ['/lib', '/w.js']);
  });

  it('is found behind a proxy that puts a prefix before the path', () => {
    note('/data.json', { 'Sec-Fetch-Dest': 'empty', Referer: `${origin}/proxy/1/w.js` });
    assert.deepEqual(uses.withUsers(['/data.json']), ['/data.json', '/w.js']);
  });

  it('is found where one worker starts another', () => {
    note('/inner.js', { 'Sec-Fetch-Dest': 'worker', Referer: `${origin}/w.js` });
    note('/data.json', { 'Sec-Fetch-Dest': 'empty', Referer: `${origin}/inner.js` });
    assert.deepEqual(uses.withUsers(['/data.json']), ['/data.json', '/inner.js', '/w.js']);
  });

  it('is not what a page, or nobody who can be told, asks for', () => {
    note('/data.json', { 'Sec-Fetch-Dest': 'empty', Referer: `${origin}/` });
    note('/data.json', { 'Sec-Fetch-Dest': 'empty' });
    note('/data.json', { 'Sec-Fetch-Dest': 'empty', Referer: 'w.js' });
    note('/%zz', { 'Sec-Fetch-Dest': 'empty', Referer: `${origin}/w.js` });
    assert.deepEqual(uses.withUsers(['/data.json', '/%zz']), ['/data.json', '/%zz']);
  });

  it('is remembered of no more than 2,000 files', () => {
    for (let i = 0; i <= 2000; i++) note(`/${i}`, { 'Sec-Fetch-Dest': 'empty', Referer: `${origin}/w.js` });
    assert.deepEqual(uses.withUsers(['/0']), ['/0']);
    assert.deepEqual(uses.withUsers(['/2000']), ['/2000', '/w.js']);
  });
});
