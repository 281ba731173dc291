/** A zstd frame is whole with its last octet, and not before (RFC 8878 §3.1.1). */
import assert from 'node:assert/strict';
import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { ZstdFrame } from '../../src/endpoints/storing/zstdFrame';
import { needs } from '../support/needs';

interface Zstd {
  readonly zstdCompressSync?: (content: Uint8Array, options?: object) => Buffer;
}

const { zstdCompressSync } = zlib as unknown as Zstd;
const magic = [0x28, 0xb5, 0x2f, 0xfd];

/** Whether it is whole after each of its octets. */
function wholeAfter(octets: Uint8Array, size = 1): boolean[] {
  const frame = new ZstdFrame();
  const answers: boolean[] = [];
  for (let at = 0; at < octets.length; at += size) {
    frame.see(octets.subarray(at, at + size));
    answers.push(frame.isWhole);
  }
  return answers;
}

describe('S12: a zstd frame', () => {
  for (const [what, ...octets] of [
    ['of one empty raw block', ...magic, 0x20, 0, 1, 0, 0],
    ['of one raw block', ...magic, 0x20, 3, 0x19, 0, 0, 1, 2, 3],
    ['of a repeated octet', ...magic, 0x20, 9, 0x4b, 0, 0, 7],
    ['of two blocks', ...magic, 0x20, 4, 0x10, 0, 0, 1, 2, 0x11, 0, 0, 3, 4],
    ['with a window', ...magic, 0x00, 0x58, 0x09, 0, 0, 1],
    ['with a checksum', ...magic, 0x24, 1, 0x09, 0, 0, 1, 9, 9, 9, 9],
    ['with a dictionary', ...magic, 0x22, 7, 7, 1, 0x09, 0, 0, 1],
    ['with a length of two octets', ...magic, 0x60, 1, 0, 0x09, 0, 0, 1],
    ['of seventy thousand octets', ...magic, 0x20, 0, 0x81, 0x8b, 0x08, ...Array<number>(70_000).fill(1)],
    ['with a length of eight octets and a window', ...magic, 0xc0, 0x58, 1, 0, 0, 0, 0, 0, 0, 0, 0x09, 0, 0, 1],
    ['that is skipped', 0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3],
    ['that is skipped and large', 0x5f, 0x2a, 0x4d, 0x18, 4, 1, 0, 0, ...Array<number>(260).fill(1)],
    ['that is skipped and empty', 0x51, 0x2a, 0x4d, 0x18, 0, 0, 0, 0],
  ] as const) {
    it(`${what} is whole with its last octet`, () => {
      for (const size of [1, 2, 5]) {
        const answers = wholeAfter(Uint8Array.from(octets), size);
        assert.deepEqual(answers, [...Array<boolean>(answers.length - 1).fill(false), true]);
      }
    });
  }

  it('is whole, and says where it ends', () => {
    const frame = new ZstdFrame();
    assert.equal(frame.see(Uint8Array.from(magic)), 4);
    assert.equal(frame.see(Uint8Array.from([0x20, 0, 1, 0, 0, 9, 9])), 5);
    assert.equal(frame.see(Uint8Array.from([9])), 0);
    assert.equal(frame.isWhole, true);
  });

  it('that is to be skipped may be as long as 32 bits tell', () => {
    const frame = new ZstdFrame();
    frame.see(Uint8Array.from([0x50, 0x2a, 0x4d, 0x18, 255, 255, 255, 255]));
    assert.equal(frame.see(new Uint8Array(100_000)), 100_000);
    assert.equal(frame.isWhole, false);
  });

  it('as Node.js makes it is whole with its last octet, however it is cut (by chance)', function () {
    needs(this, 'zstd in Node.js', zstdCompressSync !== undefined);
    const { ZSTD_c_checksumFlag: checksum = 201 } = zlib.constants as { ZSTD_c_checksumFlag?: number };
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 3000 }),
        fc.nat({ max: 100 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 400 }),
        (octets, repeats, hasChecksum, size) => {
          const content = Buffer.concat(Array<Uint8Array>(repeats + 1).fill(octets));
          const frame = zstdCompressSync(content, { params: { [checksum]: hasChecksum ? 1 : 0 } });
          const answers = wholeAfter(frame, size);
          assert.deepEqual(answers, [...Array<boolean>(answers.length - 1).fill(false), true]);
        },
      ),
    );
  });
});
