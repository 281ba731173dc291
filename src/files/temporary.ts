/** A hidden file that is filled beside its target, and takes its place or goes. */
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  ftruncateSync,
  openSync,
  write,
  writeSync,
  type Stats,
} from 'node:fs';
import { randomUUID } from 'node:crypto';
import { succeeds } from './errors';
import { journal, removeIfThere } from './journal';
import type { Place } from './place';
import { pool, Promptness } from './pool';

/** To go through the thread pool costs more than to write less than this, wherever it goes. In octets. */
const pooledSize = 64 * 1024;
/** Of all writes: how long one takes depends on what others have written before. */
const promptness = new Promptness();

/** A name as `temporaryName` knows it. */
const newName = (): string => `.http-server-${randomUUID().replaceAll('-', '').slice(0, 24)}.tmp`;

/** Notes a name for a temporary entry beside the target. */
export function reserve(place: Place): { readonly path: string; readonly release: () => void } {
  const name = newName();
  const noted = place.pathOf(name);
  journal.add(noted);
  return { path: place.entry(name), release: () => journal.delete(noted) };
}

const [user, group] = [process.geteuid?.(), process.getegid?.()];

/** Only the superuser gives files away, and only to a group of one's own does anybody else. */
function setOwner(fd: number, { uid, gid }: Stats): void {
  if (user === undefined || (uid === user && gid === group)) return;
  if (!succeeds(() => fchownSync(fd, uid, gid))) succeeds(() => fchownSync(fd, user, gid));
}

export class Temporary {
  /** Good as long as the place is held. */
  readonly path: string;
  /** In octets. */
  size = 0;
  private readonly release: () => void;
  private fd: number | undefined;

  constructor(place: Place) {
    const { path, release } = reserve(place);
    this.path = path;
    this.release = release;
    try {
      this.fd = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o666);
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Writes all of `bytes` behind what is there. One call at a time. */
  async write(bytes: Uint8Array): Promise<void> {
    if (bytes.length < pooledSize || promptness.expected) {
      this.writeNow(bytes);
      return;
    }
    let rest = bytes;
    while (rest.length > 0) {
      const written = await pool.run(() => this.writeSome(rest));
      this.size += written;
      rest = rest.subarray(written);
    }
  }

  /** As {@link write}, at once, whether that is prompt or not. */
  writeNow(bytes: Uint8Array): void {
    promptness.watch(() => this.writeAll(bytes));
  }

  private writeAll(bytes: Uint8Array): void {
    for (let written = 0; written < bytes.length;) {
      const count = writeSync(this.fd ?? -1, bytes, written, bytes.length - written, this.size);
      written += count;
      this.size += count;
    }
  }

  private writeSome(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      write(this.fd ?? -1, bytes, 0, bytes.length, this.size, (error, count) => {
        if (error === null) resolve(count);
        else reject(error);
      });
    });
  }

  /** Takes back what is behind the first `size` octets. */
  truncate(size: number): void {
    if (this.fd !== undefined) ftruncateSync(this.fd, size);
    this.size = size;
  }

  /** Nothing more will be written. */
  close(): void {
    const { fd } = this;
    this.fd = undefined;
    if (fd !== undefined) closeSync(fd);
  }

  /** Takes over the mode of a file and, where the system allows that, its owner and group. */
  resemble(file: Stats): void {
    // Of what lies there closed nobody knows whether it is still our own: no link is followed.
    this.fd ??= openSync(this.path, constants.O_WRONLY | constants.O_NOFOLLOW);
    setOwner(this.fd, file);
    // Bits that lend its owner's rights to whoever runs it do not go to new content.
    fchmodSync(this.fd, file.mode & 0o777);
  }

  /** It has been renamed. */
  placed(): void {
    this.release();
  }

  /** What the system does not let go of stays noted, for the server that starts next. */
  discard(): void {
    succeeds(() => this.close());
    if (succeeds(() => removeIfThere(this.path))) this.release();
  }
}
