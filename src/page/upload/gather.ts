/** The files that somebody drops, pastes or chooses, with the folders that they are in. */

interface Gathered {
  readonly file: File;
  /** Segments relative to where it was dropped, its name last. */
  readonly path: readonly string[];
}

export interface Harvest {
  readonly files: readonly Gathered[];
  /** Folders with nothing in them. */
  readonly folders: readonly (readonly string[])[];
}

/** Of a file input, or of the clipboard. */
export function fromFiles(files: Iterable<File>): Harvest {
  const gathered = [...files].map((file) => ({
    file,
    path: file.webkitRelativePath === '' ? [file.name] : file.webkitRelativePath.split('/'),
  }));
  return { files: gathered, folders: [] };
}

/** Of a drop. What is in `transfer` has to be taken before anything is waited for. */
export async function fromDrop(transfer: DataTransfer): Promise<Harvest> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  if (entries.length === 0) return fromFiles(transfer.files);
  const files: Gathered[] = [];
  const folders: string[][] = [];
  for (const entry of entries) await walk(entry, [], { files, folders });
  return { files, folders };
}

async function walk(
  entry: FileSystemEntry,
  parents: readonly string[],
  into: { readonly files: Gathered[]; readonly folders: string[][] },
): Promise<void> {
  const path = [...parents, entry.name];
  if (entry.isFile) {
    into.files.push({ file: await fileOf(entry as FileSystemFileEntry), path });
    return;
  }
  const children = await childrenOf(entry as FileSystemDirectoryEntry);
  if (children.length === 0) into.folders.push(path);
  for (const child of children) await walk(child, path, into);
}

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));

/** It tells a hundred at a time, and nothing when there are no more. */
async function childrenOf(entry: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = entry.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all;
    all.push(...some);
  }
}

/** A picture out of the clipboard has no name of its own. @param time of now */
export function named(file: File, time: Date): File {
  if (!/^image\.\w+$/.test(file.name)) return file;
  const stamp = time.toISOString().slice(0, 19).replace('T', ' ').replaceAll(':', '-');
  const name = `${stamp}${file.name.slice('image'.length)}`;
  return new File([file], name, { type: file.type, lastModified: file.lastModified });
}
