/** Below the list: how much there is, or what can be done with what is selected. */
import type { JSX } from 'preact';
import { useStore } from '../common/pageStore';
import { noSelection } from '../list/selection';
import type { Actions } from './actions';
import { Button, LinkButton } from './button';
import { formats, words, type Model } from './model';

interface Props {
  readonly model: Model;
  readonly actions: Actions;
}

export function Footer({ model, actions }: Props): JSX.Element {
  const { selection, entries, all } = useStore(model.store, (value) => value);
  const isSelected = selection.names.size > 0;
  const { folders, files, size } = model.sums;
  const parts = [
    isSelected ? words.selected(formats.count(selection.names.size)) : '',
    folders > 0 ? words.folders(folders, formats.count(folders)) : '',
    files > 0 ? `${words.filesCount(files, formats.count(files))}, ${formats.size(size)}` : '',
  ];
  const isFiltered = all !== undefined && entries.length < all.length;
  const text = parts.filter((part) => part !== '').join(' · ');
  return (
    <footer class={`footer${isSelected ? ' selecting' : ''}`}>
      <p class="sums" role="status">
        {isFiltered && !isSelected ? words.of(text || '0', formats.count(all.length)) : text}
      </p>
      <span class="gap" />
      {isSelected ? <Selected model={model} actions={actions} /> : <WholeFolder model={model} />}
    </footer>
  );
}

function WholeFolder({ model }: { readonly model: Model }): JSX.Element | null {
  const { all, place } = useStore(model.store, (value) => value);
  if (all === undefined || all.length === 0) return null;
  const name = `${place.name ?? words.files}.zip`;
  return <LinkButton shape="download" label={words.downloadZip} isWordy href={place.zip([])} download={name} />;
}

/** One file comes as it is, several things as one. */
function Give({ model }: { readonly model: Model }): JSX.Element {
  const { place, chosen: entries } = model;
  const one = entries.length === 1 ? entries[0] : undefined;
  if (one !== undefined && !one.isFolder)
    return <LinkButton shape="download" label={words.download} href={place.api(one.name)} download={one.name} />;
  const zip = place.zip(entries.map(({ name }) => name));
  const name = `${one?.name ?? place.name ?? words.files}.zip`;
  return <LinkButton shape="download" label={words.downloadZip} href={zip} download={name} />;
}

function Selected({ model, actions }: Props): JSX.Element {
  const { allowed, selection } = useStore(model.store, (value) => value);
  const entries = model.chosen;
  const one = entries.length === 1 ? entries[0] : undefined;
  const mayMove = allowed.has('MOVE');
  // Of a folder there are no copies.
  const mayCopy = allowed.has('COPY') && entries.every(({ isFolder }) => !isFolder);
  const remove = (): void => void actions.remove(entries);
  return (
    <div class="actions" role="group" aria-label={words.more}>
      <Give model={model} />
      {one && (
        <Button
          shape="link"
          label={words.link}
          onClick={() => model.store.set({ dialog: { kind: 'link', entry: one } })}
        />
      )}
      {one && mayMove && <Button shape="pen" label={words.rename} onClick={() => void actions.rename(one)} />}
      {mayMove && <Button shape="move" label={words.move} onClick={() => void actions.move(entries)} />}
      {mayCopy && <Button shape="copy" label={words.copy} onClick={() => void actions.copy(entries)} />}
      {allowed.has('DELETE') && <Button shape="trash" label={words.remove} className="bad" onClick={remove} />}
      <Button
        shape="close"
        label={words.clearSelection}
        onClick={() => model.select({ ...noSelection, active: selection.active })}
      />
    </div>
  );
}
