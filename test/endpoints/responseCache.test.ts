/** What is remembered, and for how long. */
import assert from 'node:assert/strict';
import { ResponseCache } from '../../src/endpoints/representation/responseCache';
import { Resource, type Answering } from '../../src/endpoints/representation/resource';
import { sourceOf } from '../../src/endpoints/representation/source';
import { Workshop } from '../../src/endpoints/representation/workshop';
import { SmallFile } from '../../src/files/reading/small';
import { defaultLimits, KiB, MiB } from '../../src/options';
import { makeRequest } from '../support/request';
import { fakeFile, type FakeFile } from '../support/disk/fakeFile';

const view = {
  mediaType: 'text/plain',
  codable: false,
  fields: [],
  siblings: undefined,
  workshop: new Workshop(defaultLimits),
};

function fileOf(fake: FakeFile): SmallFile {
  const file = SmallFile.read(fakeFile(fake), 1);
  assert.ok(file !== undefined);
  return Object.assign(file, { isCurrent: () => true });
}

describe('memory', () => {
  it('gives the same resource for the same content, and another for another', () => {
    const memory = new ResponseCache(64 * MiB);
    const keep = (content: string, path = '/a'): Answering => {
      const file = fileOf({ content });
      return memory.keep(path, file, () => new Resource(sourceOf(file), view));
    };
    const first = keep('one');
    assert.equal(keep('one'), first);
    assert.notEqual(keep('two'), first);
    assert.notEqual(keep('two', '/b'), keep('two'));
  });

  it('has a bound, and forgets the oldest first', () => {
    const memory = new ResponseCache(64 * MiB);
    const content = Buffer.alloc(64 * 1024);
    for (let i = 0; i < 2000; i++) {
      const file = fileOf({ content });
      memory.keep(`/${i}`, file, () => new Resource(sourceOf(file), view));
    }
    const remembered = Array.from({ length: 2000 }, (_, i) => memory.recall(makeRequest('GET', `/${i}`)) !== undefined);
    assert.equal(remembered.at(-1), true);
    const oldest = remembered.indexOf(true);
    assert.ok(oldest > 1000 && oldest < 1900, String(oldest));
    assert.ok(remembered.slice(oldest).every(Boolean));
  });

  it('keeps what is asked for, however many others come', () => {
    const memory = new ResponseCache(1 * MiB);
    const keep = (path: string): Answering => {
      const file = fileOf({ content: Buffer.alloc(64 * KiB) });
      return memory.keep(path, file, () => new Resource(sourceOf(file), view));
    };
    keep('/wanted');
    for (let i = 0; i < 100; i++) {
      assert.ok(memory.recall(makeRequest('GET', '/wanted')) !== undefined, `after ${i}`);
      keep(`/${i}`);
    }
    assert.equal(memory.recall(makeRequest('GET', '/0')), undefined);
  });

  it('F16: has one entry per file, however a client writes its path', () => {
    const memory = new ResponseCache(64 * MiB);
    const keep = (path: string): Answering => {
      const file = fileOf({ content: 'x' });
      return memory.keep(path, file, () => new Resource(sourceOf(file), view));
    };
    const kept = keep('/a/b c(d)');
    for (const path of ['/a/b%20c(d)', '/%61/b%20c%28d%29', '/%61/%62%20%63(d%29']) {
      assert.equal(keep(path), kept, path);
      assert.ok(memory.recall(makeRequest('GET', path)) !== undefined, path);
    }
    for (const path of ['//a/b%20c(d)', '/./a/b%20c(d)', '/x/../a/b%20c(d)', '/%2E/a/b%20c(d)', '/a//b%20c(d)']) {
      assert.notEqual(keep(path), kept, path);
      assert.equal(memory.recall(makeRequest('GET', path)), undefined, path);
    }
    for (const path of ['/a%2Fb%20c(d)', '/a/b%20c(d', '/a/b%20c(d)%', '/a/b%20c(d)%00'])
      assert.equal(memory.recall(makeRequest('GET', path)), undefined, path);
  });

  it('makes room when a file changes, too', () => {
    const memory = new ResponseCache(64 * MiB);
    for (let i = 0; i < 5000; i++) {
      const file = fileOf({ content: Buffer.alloc(64 * 1024, i) });
      memory.keep('/same', file, () => new Resource(sourceOf(file), view));
    }
    const file = fileOf({ content: 'x' });
    memory.keep('/other', file, () => new Resource(sourceOf(file), view));
    assert.ok(memory.recall(makeRequest('GET', '/same')) !== undefined);
    assert.ok(memory.recall(makeRequest('GET', '/other')) !== undefined);
  });

  it('is for reading alone', () => {
    const memory = new ResponseCache(64 * MiB);
    const file = fileOf({ content: 'x' });
    memory.keep('/a', file, () => new Resource(sourceOf(file), view));
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'BREW']) {
      assert.equal(memory.recall(makeRequest(method, '/a')), undefined, method);
    }
  });

  it('looks at the disk once in a batch, and once more behind a request that may change what is there', () => {
    const memory = new ResponseCache(64 * MiB);
    let looks = 0;
    const file = Object.assign(fileOf({ content: 'x' }), { isCurrent: () => ++looks > 0 });
    memory.keep('/a', file, () => new Resource(sourceOf(file), view));
    const recall = (method: string, batch: number): unknown => memory.recall({ ...makeRequest(method, '/a'), batch });
    const steps: [method: string, batch: number, looks: number][] = [
      ['GET', 1, 1],
      ['GET', 1, 1],
      ['HEAD', 1, 1],
      ['GET', 2, 2],
      ['GET', 2, 2],
      ['DELETE', 2, 2],
      ['GET', 2, 3],
      ['GET', 2, 4],
      ['GET', 3, 5],
      ['GET', 3, 5],
    ];
    for (const [method, batch, wanted] of steps) {
      recall(method, batch);
      assert.equal(looks, wanted, `${method} in batch ${batch}`);
    }
  });
});
