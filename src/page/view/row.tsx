/** One entry, as a line of the list or a tile of the grid. */
import type { JSX } from 'preact';
import { endOf, extensionOf, shownName } from '../common/fileNames';
import { KindIcon } from '../common/icons';
import { kindOf } from '../common/kinds';
import type { Entry } from '../list/entries';
import { largestThumbnail, Thumbnail } from '../preview/thumbnail';
import type { Actions } from './actions';
import { dragging, dropping } from './dragging';
import { formats, words, type Model } from './model';

interface RowProps {
  readonly model: Model;
  readonly actions: Actions;
  readonly entry: Entry;
  readonly index: number;
  readonly isSelected: boolean;
  readonly isActive: boolean;
  /** Where it is, in pixels; and the parts of the width that a tile has. */
  readonly top: number;
  readonly column?: { readonly index: number; readonly count: number };
  readonly onClick: (event: MouseEvent) => void;
  readonly onToggle: () => void;
  readonly onOpen: () => void;
}

/** Kinds of pictures that browsers can draw. */
const drawable = /^(?:apng|avif|bmp|gif|ico|jfif|jpe?g|png|webp)$/;

export const addressOf = ({ place, given }: Model, { name, isFolder }: Entry): string => {
  if (isFolder) return place.within(name).page();
  return given.site.isFiles ? place.api(name) : place.shown(name);
};

function Drawing({ model, entry }: { readonly model: Model; readonly entry: Entry }): JSX.Element {
  const icon = <KindIcon kind={kindOf(entry.name, entry.isFolder)} />;
  const isDrawn = !entry.isFolder && drawable.test(extensionOf(entry.name)) && entry.size <= largestThumbnail;
  if (!isDrawn) return icon;
  return (
    <Thumbnail url={model.place.api(entry.name)} version={`${entry.modified} ${entry.size}`}>
      {icon}
    </Thumbnail>
  );
}

/** Where a row is: a line has the whole width, a tile its part. */
function placeIn({ top, column }: RowProps): Record<string, string> {
  if (column === undefined) return { top: `${top}px` };
  const width = 100 / column.count;
  return { top: `${top}px`, insetInlineStart: `${column.index * width}%`, width: `${width}%` };
}

export function Row(props: RowProps): JSX.Element {
  const { model, actions, entry, index, isSelected, isActive, column, onClick, onToggle, onOpen } = props;
  const { name, isFolder, size, modified } = entry;
  return (
    <div
      {...{ role: 'row', id: `entry-${index}`, 'aria-rowindex': index + 2, 'aria-selected': isSelected }}
      aria-label={[shownName(name), isFolder ? words.folder : formats.size(size), formats.date(modified)].join(', ')}
      class={`entry ${column ? 'tile' : 'line'}${isSelected ? ' selected' : ''}${isActive ? ' active' : ''}`}
      style={placeIn(props)}
      onClick={onClick}
      onDblClick={onOpen}
      {...dragging(model, entry)}
      {...(isFolder && dropping(model, actions, model.place.within(name)))}
    >
      <div role="gridcell" class="check">
        <input
          {...{
            type: 'checkbox',
            tabIndex: -1,
            checked: isSelected,
            'aria-label': `${words.select}: ${shownName(name)}`,
          }}
          onClick={(event) => event.stopPropagation()}
          onChange={onToggle}
        />
      </div>
      <Name {...props} />
      <div role="gridcell" class="size">
        {isFolder ? <span class="hidden">{words.folder}</span> : formats.size(size)}
      </div>
      <div role="gridcell" class="modified">
        <time dir="auto" dateTime={new Date(modified).toISOString()} title={formats.exactDate(modified)}>
          {formats.date(modified)}
        </time>
      </div>
    </div>
  );
}

type Measure = (text: string) => number;
let measure: Measure | undefined;

/** Tells the width of a text in the page's letters, in parts of their size. */
function makeMeasure(): Measure {
  const pen = document.createElement('canvas').getContext('2d');
  const { fontSize, fontFamily } = getComputedStyle(document.body);
  if (pen === null) return ({ length }) => length;
  pen.font = `${fontSize} ${fontFamily}`;
  return (text) => pen.measureText(text).width / parseFloat(fontSize);
}

function Name({ model, entry, onOpen }: RowProps): JSX.Element {
  const name = shownName(entry.name);
  const end = endOf(name);
  measure ??= makeMeasure();
  const open = (event: MouseEvent): void => {
    // A new tab or window is the browser's to open.
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    event.stopPropagation();
    onOpen();
  };
  return (
    <div role="gridcell" class="name">
      <Drawing model={model} entry={entry} />
      <a
        href={addressOf(model, entry)}
        tabIndex={-1}
        dir="auto"
        title={name}
        aria-label={name}
        onClick={open}
        draggable={false}
      >
        {/* Inline, so that who copies the name gets no line of its end. */}
        <span class="stem" style={{ '--end': `${measure(end)}em` }}>
          {name.slice(0, name.length - end.length)}
        </span>
        {end}
      </a>
    </div>
  );
}
