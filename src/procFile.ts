/** Files in which the system tells of itself, such as those of proc(5). */
import { closeSync, openSync, read } from 'node:fs';

/** In octets. The kernel hands out a page or a few at a time. */
const pieceSize = 16 * 1024;

const readInto = (descriptor: number, piece: Buffer): Promise<number> =>
  new Promise((resolve, reject) => {
    read(descriptor, piece, 0, piece.length, null, (error, got) => (error ? reject(error) : resolve(got)));
  });

/**
 * A file as it comes. A descriptor that a thread itself has opened is closed when the thread is ended; one that the pool is just
 * opening for it then stays. So only reading is left to the pool.
 */
async function* piecesOf(path: string): AsyncGenerator<string, undefined> {
  const descriptor = openSync(path, 'r');
  try {
    const piece = Buffer.allocUnsafe(pieceSize);
    for (let got = await readInto(descriptor, piece); got > 0; got = await readInto(descriptor, piece))
      yield piece.toString('latin1', 0, got);
  } finally {
    closeSync(descriptor);
  }
}

/** The whole of a file, one octet per character. @throws an `errno` error */
export async function readProcFile(path: string): Promise<string> {
  let text = '';
  for await (const piece of piecesOf(path)) text += piece;
  return text;
}

/** A port as in the lists of sockets. */
export const portInList = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0');

/**
 * Of a list of sockets, such as `/proc/net/tcp`, its heading, and the rows that have the port at one of their ends: a busy machine
 * has tens of thousands of others.
 *
 * @throws an `errno` error
 */
export async function readSockets(path: string, port: number): Promise<string> {
  const mark = `:${portInList(port)} `;
  let list = '';
  let begun = '';
  for await (const piece of piecesOf(path)) {
    const rows = (begun + piece).split('\n');
    begun = rows.pop() ?? '';
    for (const row of rows) if (list === '' || row.includes(mark)) list += `${row}\n`;
  }
  return list;
}
