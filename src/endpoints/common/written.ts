/** Writing to a stream that may end before. */
import type { Writable } from 'node:stream';

/**
 * Resolves when `stream` has used `bytes`: then their memory may be used again, and more may come. Rejects with what the write
 * fails by, or with that of `gone` if the stream has ended, or ends before.
 */
export function written(stream: Writable, bytes: Uint8Array, gone: () => Error): Promise<void> {
  return new Promise((resolve, reject) => {
    const lose = (): void => reject(gone());
    if (stream.destroyed) {
      lose();
      return;
    }
    stream.once('close', lose);
    stream.write(bytes, (error) => {
      stream.off('close', lose);
      if (error) reject(error);
      else resolve();
    });
  });
}
