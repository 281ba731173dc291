/** What is in the folder: as many rows as are seen, however long it is. */
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { shownName } from '../common/fileNames';
import { useStore } from '../common/pageStore';
import type { Column, Entry } from '../list/entries';
import { actOf } from '../list/listKeys';
import { everything, goTo, noSelection, only, rangeTo, toggled } from '../list/selection';
import { extentOf, scrollTo } from '../list/windowed';
import type { Actions } from './actions';
import { touch, words, type Model } from './model';
import { Row } from './row';

interface Props {
  readonly model: Model;
  readonly actions: Actions;
}

/** What the list measures, in pixels. */
interface Measures {
  readonly width: number;
  readonly height: number;
  readonly scrolled: number;
}

const narrow = matchMedia('(max-width: 40rem)');

const lineHeight = (): number => (touch.matches || narrow.matches ? 56 : 40);
const tileHeight = 176;
const tileWidth = (): number => (narrow.matches ? 118 : 150);

export function FileList({ model, actions }: Props): JSX.Element {
  const { entries, selection, look, place } = useStore(model.store, (value) => value);
  const scroller = useRef<HTMLDivElement>(null);
  const grid = useRef<HTMLDivElement>(null);
  const measures = useMeasures(scroller);
  const columns = look === 'grid' ? Math.max(2, Math.floor(measures.width / tileWidth())) : 1;
  const rowHeight = look === 'grid' ? tileHeight : lineHeight();
  const active = entries.findIndex(({ name }) => name === selection.active);
  useLayoutEffect(() => {
    const { current } = scroller;
    if (current === null || active < 0) return;
    current.scrollTop = scrollTo(Math.floor(active / columns), rowHeight, current.scrollTop, current.clientHeight);
  }, [selection.active, columns]);
  useEffect(() => {
    scroller.current?.scrollTo(0, 0);
  }, [place.path]);
  useFocus(grid, [place.path, selection.names.size > 0]);
  const page = Math.max(1, Math.floor(measures.height / rowHeight));
  return (
    <div
      {...{
        ref: grid,
        role: 'grid',
        tabIndex: 0,
        class: `files ${look}`,
        'aria-label': `${words.files}: ${shownName(place.path)}`,
        'aria-description': words.keys,
      }}
      {...{ 'aria-multiselectable': true, 'aria-rowcount': entries.length + 1, 'aria-colcount': 4 }}
      aria-activedescendant={active < 0 ? undefined : `entry-${active}`}
      onKeyDown={(event) => press(event, { model, actions, columns, page })}
    >
      <Heads model={model} />
      <div ref={scroller} class="scroller" role="rowgroup">
        <Rows {...{ model, actions, columns, rowHeight, measures, active }} />
      </div>
    </div>
  );
}

interface RowsProps extends Props {
  readonly columns: number;
  readonly rowHeight: number;
  readonly measures: Measures;
  /** Index of the entry that the keyboard is at. */
  readonly active: number;
}

function Rows({ model, actions, columns, rowHeight, measures, active }: RowsProps): JSX.Element {
  const { entries, selection, look } = model.page;
  const { first, end, height } = extentOf(
    Math.ceil(entries.length / columns),
    rowHeight,
    measures.scrolled,
    measures.height,
  );
  return (
    <div class="canvas" role="presentation" style={{ height: `${height}px` }}>
      {entries.slice(first * columns, end * columns).map((entry, i) => {
        const index = first * columns + i;
        return (
          <Row
            key={entry.name}
            {...{ model, actions, entry, index, top: Math.floor(index / columns) * rowHeight }}
            {...(look === 'grid' && { column: { index: index % columns, count: columns } })}
            isSelected={selection.names.has(entry.name)}
            isActive={index === active}
            onClick={(event) => click(model, entry, event)}
            onToggle={() => model.select(toggled(selection, entry.name))}
            onOpen={() => openEntry(model, entry)}
          />
        );
      })}
    </div>
  );
}

const columnNames: readonly Column[] = ['name', 'size', 'modified'];

/** The heads of the columns, which sort. */
function Heads({ model }: { readonly model: Model }): JSX.Element {
  const { order, entries, selection } = useStore(model.store, (value) => value);
  const isAll = entries.length > 0 && selection.names.size === entries.length;
  const names = entries.map(({ name }) => name);
  return (
    <div role="row" class="heads" aria-rowindex={1}>
      <div role="columnheader" class="check">
        <input
          {...{ type: 'checkbox', checked: isAll, disabled: entries.length === 0, 'aria-label': words.selectAll }}
          onChange={() => model.select(isAll ? noSelection : everything(selection, names))}
        />
      </div>
      {columnNames.map((column) => (
        <div
          {...{ key: column, role: 'columnheader', class: column }}
          aria-sort={order.by !== column ? 'none' : order.isDescending ? 'descending' : 'ascending'}
        >
          <button type="button" class="head" onClick={() => sort(model, column)}>
            {words[column]}
            <span class="direction" aria-hidden="true">
              {order.by !== column ? '' : order.isDescending ? '↓' : '↑'}
            </span>
          </button>
        </div>
      ))}
    </div>
  );
}

export function sort(model: Model, by: Column): void {
  const { order } = model.page;
  // The newest and the largest are what people look for.
  const isDescending = order.by === by ? !order.isDescending : by !== 'name';
  model.arrange({ order: { by, isDescending } });
}

function openEntry(model: Model, entry: Entry): void {
  if (entry.isFolder) void model.enter(model.place.within(entry.name));
  else {
    model.select(goTo(model.page.selection, entry.name));
    model.store.set({ dialog: { kind: 'preview', name: entry.name } });
  }
}

function click(model: Model, entry: Entry, event: MouseEvent): void {
  const { selection, entries } = model.page;
  const names = entries.map(({ name }) => name);
  if (event.shiftKey) model.select(rangeTo(selection, entry.name, names));
  else if (event.ctrlKey || event.metaKey) model.select(toggled(selection, entry.name));
  else if (touch.matches && selection.names.size === 0) openEntry(model, entry);
  else model.select(touch.matches ? toggled(selection, entry.name) : only(entry.name));
}

interface Keyboard extends Props {
  readonly columns: number;
  readonly page: number;
}

function press(event: KeyboardEvent, keyboard: Keyboard): void {
  const { model, columns, page } = keyboard;
  // In the heads and the boxes keys mean what they always do.
  if (event.target !== event.currentTarget) return;
  const { entries, selection } = model.page;
  const index = entries.findIndex(({ name }) => name === selection.active);
  const isRightToLeft = getComputedStyle(document.documentElement).direction === 'rtl';
  const act = actOf(event, { index, count: entries.length, columns, page, isRightToLeft });
  if (act === undefined) return;
  event.preventDefault();
  if (act.kind !== 'go') return doAct(act.kind, keyboard, entries[index]);
  const name = entries[act.index]?.name ?? '';
  const order = entries.map((entry) => entry.name);
  if (act.isRange) model.select(rangeTo(selection, name, order));
  else model.select(act.isSelecting ? only(name) : goTo(selection, name));
}

type Act = Exclude<NonNullable<ReturnType<typeof actOf>>['kind'], 'go'>;

function doAct(act: Act, { model, actions }: Keyboard, entry: Entry | undefined): void {
  const { selection, entries } = model.page;
  const mayChange = model.may('MOVE');
  if (act === 'up') model.up();
  else if (act === 'filter') document.querySelector<HTMLElement>('#filter')?.focus();
  else if (act === 'all')
    model.select(
      everything(
        selection,
        entries.map(({ name }) => name),
      ),
    );
  else if (act === 'clear') model.select({ ...noSelection, active: selection.active });
  else if (entry === undefined) return;
  else if (act === 'open') openEntry(model, entry);
  else if (act === 'toggle') model.select(toggled(selection, entry.name));
  else if (act === 'rename' && mayChange) void actions.rename(entry);
  else if (act === 'remove' && model.may('DELETE')) void actions.remove(model.chosen);
}

/** What was used last may be gone, as the buttons for what was selected are: the keyboard goes on in the list. */
function useFocus(ref: { readonly current: HTMLElement | null }, occasions: readonly unknown[]): void {
  useEffect(() => {
    if (document.activeElement === document.body) ref.current?.focus({ preventScroll: true });
  }, occasions);
}

function useMeasures(ref: { readonly current: HTMLElement | null }): Measures {
  const [measures, setMeasures] = useState<Measures>({ width: 1000, height: innerHeight, scrolled: 0 });
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return undefined;
    const measure = (): void => {
      const { clientWidth: width, clientHeight: height, scrollTop: scrolled } = element;
      setMeasures({ width, height, scrolled });
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, []);
  return measures;
}
