/** Who may do what with a file that is made in a folder: what it takes over from there, besides what this process gives it. */
import { constants, fstatSync, openSync, statSync } from 'node:fs';
import { giveBack } from '../descriptor';
import { errnoOf } from '../fileError';

/** How long what was seen is believed, in milliseconds. */
const trusted = 10_000;
const mostKnown = 1000;

/** Linux: a file without a name, which nobody sees. Node.js has no constant for it. */
const unnamed = 0o20_000_000 | constants.O_DIRECTORY;

const setGroupId = 0o2000;

export class Rights {
  private readonly known = new Map<string, { readonly rights: string; readonly until: number }>();

  /**
   * A text that is the same for folders whose files get the same group and mode. Entries of a default access control list that
   * change neither cannot be seen: Node.js reads no such list.
   *
   * @param path of the folder for everybody
   * @param base a path to reach it by
   */
  of(path: string, base: string): string {
    const now = performance.now();
    const known = this.known.get(path);
    if (known !== undefined && known.until > now) return known.rights;
    if (this.known.size >= mostKnown) this.known.clear();
    const rights = look(base);
    this.known.set(path, { rights, until: now + trusted });
    return rights;
  }
}

function look(base: string): string {
  if (process.platform === 'linux') return tried(base) ?? groupOf(base);
  // BSD, and so macOS: always the folder's.
  return String(statSync(base).gid);
}

function groupOf(base: string): string {
  const { gid, mode } = statSync(base);
  return String((mode & setGroupId) === 0 ? process.getegid?.() : gid);
}

/** Undefined if the file system has no such files, or the folder takes none. */
function tried(base: string): string | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(base, constants.O_WRONLY | unnamed, 0o666);
    const { gid, mode } = fstatSync(fd);
    return `${gid} ${mode.toString(8)}`;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  } finally {
    if (fd !== undefined) giveBack(fd);
  }
}
