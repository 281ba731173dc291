/** Above the list: where it is, what can be brought in, how it is looked at. */
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { Icon } from '../common/icons';
import { shownName } from '../common/fileNames';
import { useStore } from '../common/pageStore';
import type { Column } from '../list/entries';
import { fromFiles } from '../upload/gather';
import type { Actions } from './actions';
import { Button } from './button';
import { dropping } from './dragging';
import { sort } from './fileList';
import { touch, words, type Model } from './model';

interface Props {
  readonly model: Model;
  readonly actions: Actions;
}

export const Header = ({ model, actions }: Props): JSX.Element => (
  <header class="header">
    <Crumbs model={model} actions={actions} />
    <div class="tools">
      <Filter model={model} />
      <SortBy model={model} />
      <Look model={model} />
      <span class="gap" />
      <MakeFolder model={model} actions={actions} />
      <Pickers model={model} />
    </div>
  </header>
);

function Crumbs({ model, actions }: Props): JSX.Element {
  const place = useStore(model.store, (value) => value.place);
  const go = (event: MouseEvent, depth: number): void => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    void model.enter(place.above(depth), place.segments[depth]);
  };
  const crumbs = [words.top, ...place.segments];
  return (
    <nav class="crumbs" aria-label={words.path}>
      <ol>
        {crumbs.map((name, depth) => {
          const isLast = depth === crumbs.length - 1;
          const shown = depth === 0 ? <Icon shape="home" /> : <bdi>{shownName(name)}</bdi>;
          const label = depth === 0 ? words.top : undefined;
          return (
            <li key={depth}>
              {isLast ? (
                <h1 aria-current="page">{depth === 0 ? <bdi>{words.files}</bdi> : shown}</h1>
              ) : (
                <a
                  href={place.above(depth).page()}
                  aria-label={label}
                  onClick={(event) => go(event, depth)}
                  {...dropping(model, actions, place.above(depth))}
                >
                  {shown}
                </a>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}

function Filter({ model }: { readonly model: Model }): JSX.Element {
  const filter = useStore(model.store, (value) => value.filter);
  const press = (event: KeyboardEvent): void => {
    const list = document.querySelector<HTMLElement>('.files');
    if (event.key === 'Escape') model.arrange({ filter: '' });
    if (event.key === 'Escape' || event.key === 'ArrowDown' || event.key === 'Enter') list?.focus();
  };
  return (
    <div class="filter" role="search">
      <Icon shape="search" />
      <input
        {...{ id: 'filter', type: 'search', value: filter, placeholder: words.filter, 'aria-label': words.filter }}
        {...{ autocomplete: 'off', spellcheck: false, dir: 'auto' }}
        onInput={({ currentTarget }) => model.arrange({ filter: currentTarget.value })}
        onKeyDown={press}
      />
    </div>
  );
}

const columns: readonly Column[] = ['name', 'size', 'modified'];

/** Where there are no heads of columns. */
function SortBy({ model }: { readonly model: Model }): JSX.Element {
  const { by, isDescending } = useStore(model.store, (value) => value.order);
  return (
    <label class="sort">
      <span class="hidden">{words.sortBy}</span>
      <select value={by} onChange={({ currentTarget }) => sort(model, currentTarget.value as Column)}>
        {columns.map((column) => (
          <option key={column} value={column}>
            {words[column]}
          </option>
        ))}
      </select>
      <button type="button" class="button" aria-label={words.sortBy} onClick={() => sort(model, by)}>
        {isDescending ? '↓' : '↑'}
      </button>
    </label>
  );
}

function Look({ model }: { readonly model: Model }): JSX.Element {
  const look = useStore(model.store, (value) => value.look);
  return (
    <div class="looks" role="group" aria-label={words.look}>
      <Button shape="list" label={words.asList} isPressed={look === 'list'} onClick={() => model.setLook('list')} />
      <Button shape="grid" label={words.asGrid} isPressed={look === 'grid'} onClick={() => model.setLook('grid')} />
    </div>
  );
}

function MakeFolder({ model, actions }: Props): JSX.Element | null {
  const allowed = useStore(model.store, (value) => value.allowed);
  if (!allowed.has('MKCOL')) return null;
  return (
    <Button
      shape="newFolder"
      label={words.newFolder}
      isWordy
      className="spare plain"
      onClick={() => void actions.newFolder()}
    />
  );
}

interface PickProps {
  readonly model: Model;
  readonly className: string;
  readonly button: Omit<Parameters<typeof Button>[0], 'onClick'>;
  /** What the input asks for, beyond a file. */
  readonly input: Readonly<Record<string, string | boolean>>;
}

/** A button that asks for files. */
function Pick({ model, className, button, input }: PickProps): JSX.Element {
  const ref = useRef<HTMLInputElement>(null);
  const take = ({ currentTarget }: { readonly currentTarget: HTMLInputElement }): void => {
    const harvest = fromFiles([...(currentTarget.files ?? [])]);
    // The same file may be chosen again.
    currentTarget.value = '';
    void model.queue.add(model.place, harvest);
  };
  return (
    <>
      <input ref={ref} type="file" hidden class={className} aria-label={button.label} onChange={take} {...input} />
      <Button {...button} onClick={() => ref.current?.click()} />
    </>
  );
}

const files = { shape: 'upload', label: words.upload, isWordy: true, className: 'main' } as const;
const folder = { shape: 'folder', label: words.uploadFolder, isWordy: true, className: 'spare plain' } as const;
const camera = { shape: 'camera', label: words.takePhoto } as const;

/** How files are chosen; a phone has a camera, and no folders. */
export function Pickers({ model }: { readonly model: Model }): JSX.Element | null {
  useStore(model.store, (value) => value.allowed);
  if (!model.mayUpload) return null;
  const isPhone = touch.matches;
  const photo = { accept: 'image/*', capture: 'environment' };
  return (
    <div class="pickers">
      {isPhone && <Pick model={model} className="pick-photo" button={camera} input={photo} />}
      {!isPhone && <Pick model={model} className="pick-folder" button={folder} input={{ webkitdirectory: true }} />}
      <Pick model={model} className="pick-files" button={files} input={{ multiple: true }} />
    </div>
  );
}
