// Packs what is in a .zip anew, each entry by Zopfli, which finds the shortest way: `tighten(archive)` resolves to what holds the same.
//
// Libraries that write .zip were tried: `yazl` and `jszip` know the levels of zlib alone, and take nothing that is packed already. Of
// the package without README's pictures, which may have 358,400 octets, zlib at its best made 357,892, and Zopfli 344,626. Its
// algorithm does not change any more, nor does @gfx/zopfli; what it makes is unpacked here and compared.
import { crc32, inflateRawSync } from 'node:zlib';
import { deflateAsync } from '@gfx/zopfli';

const stored = 0;
const deflated = 8;

/** APPNOTE.TXT 4.3.12 and 4.3.16, of an archive of less than 4 GiB without a comment. */
function* entriesIn(archive) {
  const end = archive.length - 22;
  if (archive.readUInt32LE(end) !== 0x06054b50) throw new Error('The archive has a comment, or is none.');
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    const [name, extra, comment] = [28, 30, 32].map((field) => archive.readUInt16LE(at + field));
    yield archive.subarray(at, (at += 46 + name + extra + comment));
  }
}

function contentOf(archive, entry) {
  const at = entry.readUInt32LE(42);
  const from = at + 30 + archive.readUInt16LE(at + 26) + archive.readUInt16LE(at + 28);
  const packed = archive.subarray(from, from + entry.readUInt32LE(20));
  return { packed, content: entry.readUInt16LE(10) === stored ? packed : inflateRawSync(packed) };
}

const shortest = (pieces) => pieces.reduce((best, each) => (each.length < best.length ? each : best));

/** The local header (4.3.7) and the entry of the directory (4.3.12), without what they have twice. */
function headersOf(entry, { content, packed, at }) {
  const name = entry.subarray(46, 46 + entry.readUInt16LE(28));
  const shared = Buffer.from(entry.subarray(6, 32));
  // Sizes are known in advance: no descriptor follows. There are no extra fields.
  shared.writeUInt16LE(entry.readUInt16LE(8) & ~8, 2);
  shared.writeUInt16LE(packed === content ? stored : deflated, 4);
  shared.writeUInt32LE(crc32(content), 10);
  shared.writeUInt32LE(packed.length, 14);
  shared.writeUInt32LE(content.length, 18);
  shared.writeUInt16LE(0, 24);
  const central = Buffer.concat([entry.subarray(0, 6), shared, Buffer.alloc(4), entry.subarray(36, 46), name]);
  central.writeUInt32LE(at, 42);
  return { local: Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), shared, name]), central };
}

/** @param archive all of a .zip */
export async function tighten(archive) {
  const [whole, directory] = [[], []];
  let at = 0;
  for (const entry of entriesIn(archive)) {
    const { packed: before, content } = contentOf(archive, entry);
    const packed = shortest([content, before, Buffer.from(await deflateAsync(content, {}))]);
    if (packed !== content && !inflateRawSync(packed).equals(content))
      throw new Error('What was packed is not the same.');
    const { local, central } = headersOf(entry, {
      content,
      packed: packed.length === content.length ? content : packed,
      at,
    });
    whole.push(local, packed);
    directory.push(central);
    at += local.length + packed.length;
  }
  const end = Buffer.from(archive.subarray(-22));
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...whole, ...directory, end]);
}
