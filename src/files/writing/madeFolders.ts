/** Folders that are made for one file: they stay with it, or go. */
import { succeeds } from '../fileError';
import { Folder } from '../folder';
import { letGo } from './folderCache';
import { noteOfMade, removeIfEmpty, type Journal } from '../unfinished/journal';
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

  /** Removes them, unless somebody has put something into them, or in their place. */
  undo(): void {
    if (this.made.length > 0) letGo();
    for (const segments of this.made.splice(0).reverse()) succeeds(() => removeAt(this.root, segments));
    this.keep();
  }
}

/** Removes the folder of these segments if it is empty. */
function removeAt(root: Root, segments: readonly string[]): void {
  const folder = Folder.open(root, segments.slice(0, -1));
  try {
    removeIfEmpty(folder.entry(segments.at(-1) ?? ''));
  } finally {
    folder.close();
  }
}
