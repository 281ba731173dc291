/** Folders that are made for one file: they stay with it, or go. */
import { Folder } from '../folder';
import { ifStillThere } from './failures';
import { letGo } from './folderCache';
import { noteOfMade, removeIfEmpty, type Journal } from '../unfinished/journal';
import type { Leftovers } from '../unfinished/leftovers';
import type { Root } from '../root';

export class MadeFolders {
  /** Segments from the root, those above first. */
  private readonly made: (readonly string[])[] = [];
  private readonly note: string;

  /**
   * Notes them, in case that this server is killed before there is a file in them.
   *
   * @param names of folders one within the other, to be made in `folder`
   * @param journal undefined where there is none
   */
  constructor(
    private readonly root: Root,
    folder: Folder,
    names: readonly string[],
    private readonly journal: Journal | undefined,
  ) {
    this.note = noteOfMade(folder.path, names);
    journal?.add(this.note);
  }

  add(segments: readonly string[]): void {
    this.made.push(segments);
  }

  /** Takes back the note of them: they have the file in them, or are gone. */
  keep(): void {
    this.journal?.delete(this.note);
  }

  /**
   * Removes them, unless somebody has put something into them, or in their place. What the system does not let go of is tried
   * again later, and stays noted until it is gone.
   */
  undo(leftovers: Leftovers): void {
    const [first] = this.made;
    if (first === undefined) {
      this.keep();
      return;
    }
    leftovers.remove(
      this.root.pathOf(first),
      () => this.keep(),
      () => this.remove(),
    );
  }

  private remove(): void {
    letGo();
    for (let last = this.made.at(-1); last !== undefined; last = this.made.at(-1)) {
      removeAt(this.root, last);
      this.made.pop();
    }
  }
}

/** Removes the folder of these segments if it is empty. @throws an `errno` error */
function removeAt(root: Root, segments: readonly string[]): void {
  const folder = ifStillThere(() => Folder.open(root, segments.slice(0, -1)));
  try {
    if (folder !== undefined) removeIfEmpty(folder.entry(segments.at(-1) ?? ''));
  } finally {
    folder?.close();
  }
}
