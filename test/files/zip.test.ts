/** The ZIP format: lengths are known beforehand, and what needs more than 32 bits is told by Zip64. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  centralHeader,
  centralSize,
  dataDescriptor,
  endOfArchive,
  localHeader,
  placeSize,
  type ZipEntry,
} from '../../src/files/reading/zip';

const entry = fc.record({
  name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }),
  size: fc.oneof(fc.nat(), fc.constantFrom(0xffff_fffe, 0xffff_ffff, 0x1_0000_0000), fc.nat({ max: 2 ** 40 })),
  modified: fc.oneof(fc.maxSafeInteger(), fc.integer({ min: 0, max: 5e12 }), fc.constant(NaN)),
  isExecutable: fc.boolean(),
});

describe('zip', () => {
  it('tells the length of everything beforehand', () => {
    fc.assert(
      fc.property(entry, fc.nat({ max: 2 ** 40 }), (each, offset) => {
        const place = localHeader(each).length + dataDescriptor(each, 1).length;
        assert.equal(placeSize({ ...each, size: 0 }) + (each.size >= 0xffff_ffff ? 28 : 0), place);
        assert.equal(placeSize(each) - each.size, place);
        assert.equal(centralSize(each, offset), centralHeader(each, 1, offset).length);
      }),
    );
  });

  const plain: ZipEntry = { name: 'a', size: 0xffff_fffe, modified: 0, isExecutable: false };
  const rows: readonly (readonly [promise: string, count: number, offset: number, length: number, wide: boolean])[] = [
    ['what fits', 0xfffe, 0xffff_fffe, 0xffff_fffe, false],
    ['too many entries', 0xffff, 0, 0, true],
    ['an offset that is too large', 0, 0xffff_ffff, 0, true],
    ['headers that are too long', 0, 0, 0xffff_ffff, true],
  ];
  for (const [promise, count, offset, length, wide] of rows) {
    it(`${promise}: ${wide ? '' : 'no '}Zip64 at the end`, () => {
      assert.equal(endOfArchive(count, offset, length).length, wide ? 98 : 22);
    });
  }

  it('the largest plain file needs no Zip64, one more octet does', () => {
    const sizes = (each: ZipEntry): number[] => [localHeader(each).length, centralHeader(each, 0, 0).length];
    assert.deepEqual(sizes(plain), [40, 56]);
    assert.deepEqual(sizes({ ...plain, size: 0xffff_ffff }), [60, 76]);
    assert.equal(centralHeader(plain, 0, 0xffff_ffff).length, 68);
  });
});
