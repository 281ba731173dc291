/** Folders that uploads are on their way to, held so that each can be told from another that has come into its place. */
import type { Folder } from '../folder';

/** Most descriptors that they take, whatever clients ask for: of a folder beyond these, its numbers are compared. */
const most = 64;

interface Anchor {
  readonly folder: Folder;
  users: number;
}

export class Anchors {
  private readonly anchors = new Map<string, Anchor>();

  /** Holds `folder`. @returns a function that says whether it is still there, and one that lets go of it */
  hold(folder: Folder): { readonly isHere: (now: Folder) => boolean; readonly release: () => void } {
    const { path, stat } = folder;
    const anchor = this.anchorOf(folder);
    if (anchor === undefined) {
      return { isHere: (now) => now.stat.dev === stat.dev && now.stat.ino === stat.ino, release: () => undefined };
    }
    anchor.users++;
    return { isHere: () => anchor.folder.isHere(), release: () => this.release(path, anchor) };
  }

  private anchorOf(folder: Folder): Anchor | undefined {
    const { path } = folder;
    const known = this.anchors.get(path);
    if (known !== undefined) return known.folder.isHere() ? known : undefined;
    if (folder.descriptor === undefined || this.anchors.size >= most) return undefined;
    const anchor = { folder: folder.retain(), users: 0 };
    this.anchors.set(path, anchor);
    return anchor;
  }

  private release(path: string, anchor: Anchor): void {
    if (--anchor.users > 0) return;
    this.anchors.delete(path);
    anchor.folder.close();
  }
}
