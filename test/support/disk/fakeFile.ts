/** An open file that is not there, of which everything can be said. */
import type { BigIntStats } from 'node:fs';
import type { OpenFile } from '../../../src/files/reading/read';

export interface FakeFile {
  readonly content: string | Buffer;
  /** In milliseconds since the epoch; long ago if it is not said. */
  readonly changed?: number;
  readonly stat?: Partial<Record<'dev' | 'ino' | 'size' | 'mtimeNs' | 'ctimeNs', bigint>>;
  /** What a second look at it tells. */
  readonly later?: FakeFile['stat'];
}

/** As far as reading it all at once goes. */
export function fakeFile({ content, changed = 1_000_000_000_123, stat, later }: FakeFile): OpenFile {
  const bytes = Buffer.from(content);
  const time = BigInt(Math.round(changed * 1000)) * 1000n;
  const whole = { dev: 1n, ino: 2n, size: BigInt(bytes.length), mtimeNs: time, ctimeNs: time, ...stat };
  const file: Pick<OpenFile, 'path' | 'real' | 'size' | 'stat' | 'readSync' | 'restat'> = {
    path: '/nowhere/fake',
    real: '/nowhere/fake',
    size: Number(whole.size),
    stat: whole as BigIntStats,
    readSync: () => bytes,
    restat: () => ({ ...whole, ...later }) as BigIntStats,
  };
  return file as OpenFile;
}
