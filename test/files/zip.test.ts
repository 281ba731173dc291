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

/** Octets in hexadecimal, blanks left out. */
const octets = (text: string): string => text.replaceAll(' ', '');
const hexOf = (bytes: Buffer): string => bytes.toString('hex');

/** Numbers of four and eight octets, the lowest first. */
function u32(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return hexOf(bytes);
}
const u64 = (value: number): string => u32(value % 2 ** 32) + u32(Math.floor(value / 2 ** 32));

describe('zip, octet for octet', () => {
  /** In local time, as MS-DOS has it, so that no time zone makes a difference. */
  const modified = new Date(2024, 1, 29, 13, 45, 58).getTime();
  const dos = 'bd6d 5d58';
  const stamp = `5554 0500 01 ${u32(modified / 1000)}`;
  const file: ZipEntry = { name: 'a\u00fc', size: 5, modified, isExecutable: false };
  const folder: ZipEntry = { name: 'd/', size: 0, modified, isExecutable: true };
  const large: ZipEntry = { ...file, size: 0x1_0000_0005 };
  const far = 0x2_0000_0007;
  const sizes = u64(large.size) + u64(large.size);
  const wide = 'ffff ffff';
  const name = '61c3bc';

  const rows: readonly (readonly [promise: string, made: Buffer, expected: string])[] = [
    [
      'what comes before a file',
      localHeader(file),
      `504b 0304 1400 0808 0000 ${dos} 00000000 00000000 00000000 0300 0900 ${name} ${stamp}`,
    ],
    [
      'what comes before a large one',
      localHeader(large),
      `504b 0304 2d00 0808 0000 ${dos} 00000000 ${wide} ${wide} 0300 1d00 ${name} ${stamp} 0100 1000 ${sizes}`,
    ],
    ['what comes behind a file', dataDescriptor(file, 0x8765_4321), '504b 0708 21436587 05000000 05000000'],
    ['what comes behind a large one', dataDescriptor(large, 1), `504b 0708 01000000 ${sizes}`],
    [
      'a file, once more',
      centralHeader(file, 0x8765_4321, 0x1234),
      `504b 0102 2d03 1400 0808 0000 ${dos} 21436587 05000000 05000000 0300 0900 0000 0000 0000 0000a481 34120000 ${name} ${stamp}`,
    ],
    [
      'a file that may be run, once more',
      centralHeader({ ...file, isExecutable: true }, 1, 0),
      `504b 0102 2d03 1400 0808 0000 ${dos} 01000000 05000000 05000000 0300 0900 0000 0000 0000 0000ed81 00000000 ${name} ${stamp}`,
    ],
    [
      'a folder, once more',
      centralHeader(folder, 0, 0),
      `504b 0102 2d03 1400 0808 0000 ${dos} 00000000 00000000 00000000 0200 0900 0000 0000 0000 1000ed41 00000000 642f ${stamp}`,
    ],
    [
      'a large file, once more',
      centralHeader(large, 1, 0),
      `504b 0102 2d03 2d00 0808 0000 ${dos} 01000000 ${wide} ${wide} 0300 1d00 0000 0000 0000 0000a481 00000000 ${name} ${stamp} 0100 1000 ${sizes}`,
    ],
    [
      'a file far behind, once more',
      centralHeader(file, 1, far),
      `504b 0102 2d03 2d00 0808 0000 ${dos} 01000000 05000000 05000000 0300 1500 0000 0000 0000 0000a481 ${wide} ${name} ${stamp} 0100 0800 ${u64(far)}`,
    ],
    [
      'a large file far behind, once more',
      centralHeader(large, 1, far),
      `504b 0102 2d03 2d00 0808 0000 ${dos} 01000000 ${wide} ${wide} 0300 2500 0000 0000 0000 0000a481 ${wide} ${name} ${stamp} 0100 1800 ${sizes} ${u64(far)}`,
    ],
    ['the end', endOfArchive(3, 0x1234, 0x567), '504b 0506 0000 0000 0300 0300 67050000 34120000 0000'],
    [
      'the end of what is too long for it',
      endOfArchive(70_000, far, 0x1_0000_0000),
      `504b 0606 ${u64(44)} 2d03 2d00 00000000 00000000 ${u64(70_000)} ${u64(70_000)} ${u64(0x1_0000_0000)} ${u64(far)}` +
        `504b 0607 00000000 ${u64(far + 0x1_0000_0000)} 01000000 504b 0506 0000 0000 ffff ffff ${wide} ${wide} 0000`,
    ],
  ];
  for (const [promise, made, expected] of rows) {
    it(promise, () => assert.equal(hexOf(made), octets(expected)));
  }

  const local = (...date: [number, number, number, number, number, number]): number => new Date(...date).getTime();
  const times: readonly (readonly [promise: string, modified: number, dos: string, seconds: string])[] = [
    ['nobody knows when', NaN, '0000 2100', '00000000'],
    ['before MS-DOS', local(1979, 11, 31, 23, 59, 58), '0000 2100', u32(local(1979, 11, 31, 23, 59, 58) / 1000)],
    ['the first second of it', local(1980, 0, 1, 0, 0, 0), '0000 2100', ''],
    ['in its first year', local(1980, 5, 2, 1, 2, 4), '4208 c200', ''],
    ['in its last year', local(2107, 0, 1, 0, 0, 2), '0100 21fe', 'ffffff7f'],
    ['the last second of it', local(2107, 11, 31, 23, 59, 58), '7dbf 9fff', 'ffffff7f'],
    ['after it', local(2108, 0, 1, 0, 0, 0), '7dbf 9fff', 'ffffff7f'],
    ['a moment before 1970', -1, '0000 2100', 'ffffffff'],
    ['long before that', -1e13, '0000 2100', '00000080'],
  ];
  for (const [promise, when, expected, seconds] of times) {
    it(`modified: ${promise}`, () => {
      const header = localHeader({ ...file, modified: when });
      if (expected !== '') assert.equal(hexOf(header.subarray(10, 14)), octets(expected));
      if (seconds !== '') assert.equal(hexOf(header.subarray(-4)), seconds);
    });
  }
});

describe('zip', () => {
  it('tells the length of everything beforehand', () => {
    fc.assert(
      fc.property(entry, fc.oneof(fc.nat({ max: 2 ** 40 }), fc.constant(0xffff_ffff)), (each, offset) => {
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
