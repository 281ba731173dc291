/** Files in which the system tells of itself, such as those of proc(5). */
import { closeSync, openSync, read } from 'node:fs';
import { promisify } from 'node:util';

const readSome = promisify(read);
/** In octets. The kernel hands out a page or a few at a time. */
const pieceSize = 16 * 1024;

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
    for (let got = -1; got !== 0; text += piece.toString('latin1', 0, got)) {
      ({ bytesRead: got } = await readSome(descriptor, piece, 0, pieceSize, null));
    }
    return text;
  } finally {
    closeSync(descriptor);
  }
}
