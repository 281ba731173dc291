/** What changes a folder: made, renamed, moved, copied and deleted, never over something that nobody was asked about. */
import { foldName, numbered } from '../common/fileNames';
import { ask, list, RefusedRequest } from '../list/server';
import type { Place } from '../list/place';
import type { Asked, Choice } from '../common/choice';

/** What is to be changed. */
interface Thing {
  readonly name: string;
  readonly isFolder: boolean;
}

/** Where something was, and where it is now. */
export interface Moved {
  readonly thing: Thing;
  readonly from: Place;
  readonly to: Place;
  /** What it is called now. */
  readonly name: string;
}

type OnExists = (name: string) => Promise<Asked>;

/** @throws {@link RefusedRequest} */
export async function makeFolder(place: Place, name: string): Promise<void> {
  await ask(place.api(name, true), { method: 'MKCOL' }, [201]);
}

/** @throws {@link RefusedRequest} */
export async function removeEntry(place: Place, { name, isFolder }: Thing): Promise<void> {
  await ask(place.api(name, isFolder), { method: 'DELETE' }, [204]);
}

interface Way {
  readonly method: 'MOVE' | 'COPY';
  readonly thing: Thing;
  readonly from: Place;
  readonly to: Place;
  readonly name: string;
}

/** @returns false if there is something of that name @throws {@link RefusedRequest} */
async function go({ method, thing, from, to, name }: Way, overwrite: 'F' | 'T'): Promise<boolean> {
  const headers = { Destination: to.destination(name, thing.isFolder), Overwrite: overwrite };
  const answer = await ask(from.api(thing.name, thing.isFolder), { method, headers }, [201, 204, 412]);
  if (answer.status === 412 && overwrite === 'T') throw new RefusedRequest(412, (await answer.text()).trim());
  return answer.status !== 412;
}

/** A name like that one, which nothing in the folder has. */
export async function freeName(place: Place, name: string): Promise<string> {
  // Where a file system knows no case, neither may the number.
  const taken = new Set((await list(place).catch(() => [])).map(({ folded }) => folded));
  return numbered(name, (next) => taken.has(foldName(next)));
}

/** @returns undefined if it stays where it is, as the user chose @throws {@link RefusedRequest} */
async function goOrAsk(way: Way, onExists: OnExists, known: { choice?: Choice }): Promise<Moved | undefined> {
  const moved = (name: string): Moved => ({ thing: way.thing, from: way.from, to: way.to, name });
  if (await go(way, 'F')) return moved(way.name);
  const asked = known.choice === undefined ? await onExists(way.name) : { choice: known.choice, isForAll: true };
  if (asked.isForAll) known.choice = asked.choice;
  if (asked.choice === 'skip') return undefined;
  if (asked.choice === 'replace') {
    await go(way, 'T');
    return moved(way.name);
  }
  const name = await freeName(way.to, way.name);
  return goOrAsk({ ...way, name }, onExists, known);
}

export const rename = (place: Place, thing: Thing, name: string, onExists: OnExists): Promise<Moved | undefined> =>
  goOrAsk({ method: 'MOVE', thing, from: place, to: place, name }, onExists, {});

/** One after the other. @param onMoved called for each that did @throws {@link RefusedRequest} of the first that was refused */
export async function moveAll(
  things: readonly Thing[],
  from: Place,
  to: Place,
  { onExists, onMoved }: { readonly onExists: OnExists; readonly onMoved: (moved: Moved) => void },
): Promise<void> {
  const known = {};
  for (const thing of things) {
    const moved = await goOrAsk({ method: 'MOVE', thing, from, to, name: thing.name }, onExists, known);
    if (moved !== undefined) onMoved(moved);
  }
}

/** Beside it, under a name of its own. @returns that name @throws {@link RefusedRequest} */
export async function copyBeside(place: Place, thing: Thing): Promise<string> {
  for (;;) {
    const name = await freeName(place, thing.name);
    if (await go({ method: 'COPY', thing, from: place, to: place, name }, 'F')) return name;
  }
}

/** Back to where they were. @returns the name of the first that cannot, for something else has it by now @throws {@link RefusedRequest} */
export async function undo(moves: readonly Moved[]): Promise<string | undefined> {
  for (const { thing, from, to, name } of moves.toReversed()) {
    const way: Way = {
      method: 'MOVE',
      thing: { name, isFolder: thing.isFolder },
      from: to,
      to: from,
      name: thing.name,
    };
    if (!(await go(way, 'F'))) return thing.name;
  }
  return undefined;
}
