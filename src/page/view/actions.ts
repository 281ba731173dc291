/** What the reader can do with what is selected. Each asks first where something could be lost. */
import { copyBeside, makeFolder, moveAll, removeEntry, rename, undo, type Moved } from '../change/folderChanges';
import type { Entry } from '../list/entries';
import type { Place } from '../list/place';
import { only } from '../list/selection';
import { formats, words, type Model, type Note } from './model';

type Act = NonNullable<Note['act']>;

export class Actions {
  constructor(private readonly model: Model) {}

  async newFolder(): Promise<void> {
    const { model } = this;
    const name = await this.askName(words.newFolder, '');
    if (name === undefined) return;
    await this.attempt(async () => {
      await makeFolder(model.place, name);
      model.note(words.made(name));
    });
    model.select(only(name));
  }

  async rename(entry: Entry): Promise<void> {
    const { model } = this;
    const name = await this.askName(words.rename, entry.name);
    if (name === undefined || name === entry.name) return;
    await this.attempt(async () => {
      const moved = await rename(model.place, entry, name, (taken) => model.askExists(taken));
      if (moved === undefined) return;
      model.note(words.renamedTo(moved.name), this.undoing([moved]));
      model.select(only(moved.name));
    });
  }

  async move(entries: readonly Entry[]): Promise<void> {
    const { model } = this;
    const title = words.moveTitle(entries.length, formats.count(entries.length));
    const to = await model.ask<Place | undefined>((answer) => ({ kind: 'folder', title, answer }));
    if (to !== undefined && to.path !== model.place.path) await this.moveTo(entries, to);
  }

  async moveTo(entries: readonly Entry[], to: Place): Promise<void> {
    const { model } = this;
    const moves: Moved[] = [];
    const onExists = (name: string): ReturnType<Model['askExists']> => model.askExists(name);
    const from = model.place;
    const work = (): Promise<void> => moveAll(entries, from, to, { onExists, onMoved: (moved) => moves.push(moved) });
    const isDone = await this.attempt(work, () => (moves.length > 0 ? this.undoing(moves) : undefined));
    if (isDone && moves.length > 0) model.note(words.movedTo(to.path), this.undoing(moves));
  }

  async copy(entries: readonly Entry[]): Promise<void> {
    const { model } = this;
    await this.attempt(async () => {
      for (const entry of entries) model.note(words.copiedTo(await copyBeside(model.place, entry)));
    });
  }

  async remove(entries: readonly Entry[]): Promise<void> {
    const { model } = this;
    const [first] = entries;
    if (first === undefined) return;
    const count = formats.count(entries.length);
    const title = entries.length === 1 ? words.removeOne(first.name) : words.removeMany(count);
    const isSure = await model.ask<boolean>((answer) => ({ kind: 'sure', title, text: words.removeHint, answer }));
    if (!isSure) return;
    await this.attempt(async () => {
      for (const entry of entries) await removeEntry(model.place, entry);
      model.note(words.removed(entries.length, count));
    });
  }

  private undoing(moves: readonly Moved[]): Act {
    const run = (): void =>
      void this.attempt(async () => {
        const taken = await undo(moves);
        this.model.tell({ text: taken === undefined ? words.undone : words.exists(taken), isBad: taken !== undefined });
      });
    return { label: words.undo, run };
  }

  private askName(title: string, value: string): Promise<string | undefined> {
    return this.model.ask<string | undefined>((answer) => ({ kind: 'name', title, value, answer }));
  }

  /** Whatever came of it, the list shows what is there. @param act offered if it failed @returns whether all of it was done */
  private async attempt(work: () => Promise<void>, act?: () => Act | undefined): Promise<boolean> {
    let isDone = true;
    try {
      await work();
    } catch (error) {
      isDone = false;
      this.model.complain(error, act?.());
    }
    await this.model.refresh();
    return isDone;
  }
}
