/** Files in which the system tells of itself, such as those of proc(5). */
import { closeSync, openSync, read } from 'node:fs';

/** In octets. The kernel hands out a page or a few at a time. */
const pieceSize = 16 * 1024;

const readInto = (descriptor: number, piece: Buffer): Promise<number> =>
  new Promise((resolve, reject) => {
    read(descriptor, piece, 0, piece.length, null, (error, got) => (error ? reject(error) : resolve(got)));
  });

/**
 * The whole of a file, one octet per character. A descriptor that a thread itself has opened is closed when the thread is ended;
 * one that the pool is just opening for it then stays. So only reading is left to the pool.
 *
 * @throws an `errno` error
 */
export async function readProcFile(path: string): Promise<string> {
  const descriptor = openSync(path, 'r');
  try {
    const piece = Buffer.allocUnsafe(pieceSize);
    let text = '';
    for (;;) {
      const got = await readInto(descriptor, piece);
      if (got === 0) return text;
      text += piece.toString('latin1', 0, got);
    }
  } finally {
    closeSync(descriptor);
  }
}
