/**
 * The ZIP format (PKWARE's APPNOTE 6.3.10), as far as files are stored in it as they are, with Zip64 where that is needed. Pure.
 *
 * Of what was tried, one library writes no Zip64 end for more than 65,535 entries, which `unzip` then refuses; another tells
 * a wrong length for folders of some hundreds of files, and looks through all of its entries for each.
 */

/** A file or folder of an archive. */
export interface ZipEntry {
  /** A path below the archive's top, of a folder with its slash. */
  readonly name: string;
  /** In octets; 0 for a folder. */
  readonly size: number;
  /** In milliseconds since the epoch. */
  readonly modified: number;
  readonly isExecutable: boolean;
}

/** Four octets hold less than this: the number itself means that the extra field has the value. */
const most32 = 0xffff_ffff;
const most16 = 0xffff;

/** §4.4.3: what a program must know to read it. */
const version = 20;
const version64 = 45;
/** §4.4.2: of Unix, so that modes count. */
const madeBy = (3 << 8) | version64;
/** §4.4.4: the checksum comes behind the content, and names are UTF-8. */
const flags = (1 << 3) | (1 << 11);

export const isFolder = ({ name }: ZipEntry): boolean => name.endsWith('/');
const isLarge = ({ size }: ZipEntry): boolean => size >= most32;

/** §4.3.7: what comes before the content. */
export function localHeader(entry: ZipEntry): Buffer {
  const extra = [...timestamp(entry), ...(isLarge(entry) ? zip64(entry.size, entry.size) : [])];
  const size = isLarge(entry) ? most32 : 0;
  const name = Buffer.from(entry.name);
  return Buffer.concat([
    ...[u32(0x0403_4b50), u16(isLarge(entry) ? version64 : version), u16(flags), u16(0), dosTime(entry.modified)],
    ...[u32(0), u32(size), u32(size), u16(name.length), u16(lengthOf(extra)), name, ...extra],
  ]);
}

/** §4.3.9: what comes behind it. @param checksum CRC-32 */
export function dataDescriptor(entry: ZipEntry, checksum: number): Buffer {
  const width = isLarge(entry) ? u64 : u32;
  return Buffer.concat([u32(0x0807_4b50), u32(checksum), width(entry.size), width(entry.size)]);
}

/** §4.3.12: the same, once more. @param offset of its local header */
export function centralHeader(entry: ZipEntry, checksum: number, offset: number): Buffer {
  const wide = [...(isLarge(entry) ? [entry.size, entry.size] : []), ...(offset >= most32 ? [offset] : [])];
  const extra = [...timestamp(entry), ...(wide.length > 0 ? zip64(...wide) : [])];
  const size = u32(Math.min(entry.size, most32));
  const name = Buffer.from(entry.name);
  return Buffer.concat([
    ...[u32(0x0201_4b50), u16(madeBy), u16(wide.length > 0 ? version64 : version), u16(flags), u16(0)],
    ...[dosTime(entry.modified), u32(checksum), size, size, u16(name.length), u16(lengthOf(extra))],
    ...[u16(0), u16(0), u16(0), u32(attributesOf(entry)), u32(Math.min(offset, most32)), name, ...extra],
  ]);
}

/** §§4.3.14 to 4.3.16: where the central headers are. @param offset of the first of them @param length of all, in octets */
export function endOfArchive(count: number, offset: number, length: number): Buffer {
  const end = Buffer.concat([
    ...[u32(0x0605_4b50), u16(0), u16(0), u16(Math.min(count, most16)), u16(Math.min(count, most16))],
    ...[u32(Math.min(length, most32)), u32(Math.min(offset, most32)), u16(0)],
  ]);
  if (count < most16 && offset < most32 && length < most32) return end;
  const record = [u32(0x0606_4b50), u64(44), u16(madeBy), u16(version64), u32(0), u32(0), u64(count), u64(count)];
  const locator = [u32(0x0706_4b50), u32(0), u64(offset + length), u32(1)];
  return Buffer.concat([...record, u64(length), u64(offset), ...locator, end]);
}

/** Octets that an entry takes at its place, content and all. */
export const placeSize = (entry: ZipEntry): number =>
  30 + Buffer.byteLength(entry.name) + 9 + (isLarge(entry) ? 20 + 24 : 16) + entry.size;

/** Octets that its central header takes. @param offset as there */
export function centralSize(entry: ZipEntry, offset: number): number {
  const wide = (isLarge(entry) ? 16 : 0) + (offset >= most32 ? 8 : 0);
  return 46 + Buffer.byteLength(entry.name) + 9 + (wide > 0 ? 4 + wide : 0);
}

/** §4.4.15: the mode of Unix, and the folder's mark of MS-DOS. */
function attributesOf(entry: ZipEntry): number {
  if (isFolder(entry)) return ((0o040755 << 16) | 0x10) >>> 0;
  return ((entry.isExecutable ? 0o100755 : 0o100644) << 16) >>> 0;
}

/** §4.4.6: in local time, by two seconds, from 1980 to 2107. */
function dosTime(modified: number): Buffer {
  const date = new Date(modified);
  const year = date.getFullYear();
  if (!(year >= 1980)) return Buffer.concat([u16(0), u16((1 << 5) | 1)]);
  if (year > 2107) return Buffer.concat([u16(0xbf7d), u16(0xff9f)]);
  const time = (date.getHours() << 11) | (date.getMinutes() << 5) | (date.getSeconds() >> 1);
  return Buffer.concat([u16(time), u16(((year - 1980) << 9) | ((date.getMonth() + 1) << 5) | date.getDate())]);
}

/** Info-ZIP's extra field 0x5455: when it was modified, in seconds since the epoch; what does not fit is cut. */
function timestamp({ modified }: ZipEntry): Buffer[] {
  const seconds = Math.min(Math.max(Math.floor(modified / 1000) || 0, -0x8000_0000), 0x7fff_ffff);
  return [u16(0x5455), u16(5), Buffer.of(1), u32(seconds >>> 0)];
}

/** §4.5.3. */
const zip64 = (...values: number[]): Buffer[] => [u16(1), u16(8 * values.length), ...values.map(u64)];

const lengthOf = (parts: readonly Buffer[]): number => parts.reduce((sum, part) => sum + part.length, 0);

function u16(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
