/** A WebM video (RFC 9559) of given frames: its index is at its end, and between the frames there is much to skip. */

/** An element: its ID in hexadecimal, and what is in it. */
const element = (id: string, ...content: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from(id, 'hex'), sizeOf(body.length), body]);
};

/** The size of an element, always in eight octets. */
function sizeOf(length: number): Buffer {
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(length) | (1n << 56n));
  return size;
}

const uint = (id: string, value: number): Buffer => {
  const body = Buffer.alloc(8);
  body.writeBigUInt64BE(BigInt(value));
  return element(id, body);
};
const text = (id: string, value: string): Buffer => element(id, Buffer.from(value));
const float = (id: string, value: number): Buffer => {
  const body = Buffer.alloc(8);
  body.writeDoubleBE(value);
  return element(id, body);
};

const header = element(
  '1A45DFA3',
  uint('4286', 1),
  uint('42F7', 1),
  uint('42F2', 4),
  uint('42F3', 8),
  text('4282', 'webm'),
  uint('4287', 2),
  uint('4285', 2),
);

const track = (width: number, height: number): Buffer =>
  element(
    '1654AE6B',
    element(
      'AE',
      uint('D7', 1),
      uint('73C5', 1),
      uint('83', 1),
      text('86', 'V_VP8'),
      element('E0', uint('B0', width), uint('BA', height)),
    ),
  );

/** One second of video: a key frame, and octets that nobody needs. */
function cluster(frame: Buffer, second: number, padding: number): Buffer {
  const block = element('A3', Buffer.from([0x81, 0, 0, 0x80]), frame);
  return Buffer.concat([element('1F43B675', uint('E7', second * 1000), block), element('EC', Buffer.alloc(padding))]);
}

const cue = (second: number, position: number): Buffer =>
  element('BB', uint('B3', second * 1000), element('B7', uint('F7', 1), uint('F1', position)));

/**
 * @param frames key frames in VP8, one for each second
 * @param padding octets after each of them
 */
export function webm(frames: readonly Buffer[], width: number, height: number, padding: number): Buffer {
  const info = element(
    '1549A966',
    uint('2AD7B1', 1_000_000),
    float('4489', frames.length * 1000),
    text('4D80', 'test'),
    text('5741', 'test'),
  );
  const tracks = track(width, height);
  const seek = (position: number): Buffer =>
    element('114D9B74', element('4DBB', element('53AB', Buffer.from('1C53BB6B', 'hex')), uint('53AC', position)));
  const start = seek(0).length + info.length + tracks.length;
  const clusters = frames.map((frame, second) => cluster(frame, second, padding));
  let position = start;
  const cues = clusters.map((each, second) => {
    const point = cue(second, position);
    position += each.length;
    return point;
  });
  return Buffer.concat([
    header,
    element('18538067', seek(position), info, tracks, ...clusters, element('1C53BB6B', ...cues)),
  ]);
}
