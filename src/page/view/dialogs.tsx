/** What the page asks, one thing at a time. The browser keeps the keyboard within, and gives it back afterwards. */
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../common/icons';
import { nameFlaw, shownName } from '../common/fileNames';
import { useStore } from '../common/pageStore';
import type { Choice } from '../common/choice';
import type { Place } from '../list/place';
import { list } from '../list/server';
import { Box } from './box';
import { Button } from './button';
import { LinkDialog } from './linkDialog';
import { words, type Dialog, type Model } from './model';
import { Preview } from './preview';

export function Dialogs({ model }: { readonly model: Model }): JSX.Element | null {
  const dialog = useStore(model.store, (value) => value.dialog);
  switch (dialog?.kind) {
    case undefined:
      return null;
    case 'exists':
      return <Exists {...dialog} key={dialog.name} />;
    case 'name':
      return <AskName {...dialog} />;
    case 'sure':
      return <Sure {...dialog} />;
    case 'folder':
      return <ChooseFolder {...dialog} start={model.place} />;
    case 'link':
      return <LinkDialog model={model} entry={dialog.entry} />;
    case 'preview':
      return <Preview model={model} name={dialog.name} />;
  }
}

type Of<K extends Dialog['kind']> = Extract<Dialog, { readonly kind: K }>;

const choices: readonly Choice[] = ['replace', 'keepBoth', 'skip'];

function Exists({ name, answer }: Of<'exists'>): JSX.Element {
  const [isForAll, setForAll] = useState(false);
  return (
    <Box title={words.exists(name)} onClose={() => answer({ choice: 'skip', isForAll })}>
      <h2>
        <bdi>{words.exists(shownName(name))}</bdi>
      </h2>
      <p>{words.existsHint}</p>
      <label class="tick">
        <input type="checkbox" checked={isForAll} onChange={() => setForAll(!isForAll)} />
        {words.forAll}
      </label>
      <div class="answers">
        {choices.map((choice) => (
          <button
            type="button"
            class={`button ${choice === 'keepBoth' ? 'main' : 'plain'}`}
            autofocus={choice === 'keepBoth'}
            onClick={() => answer({ choice, isForAll })}
          >
            {words[choice]}
          </button>
        ))}
      </div>
    </Box>
  );
}

const Cancel = ({ onClick }: { readonly onClick: () => void }): JSX.Element => (
  <button type="button" class="button plain" onClick={onClick}>
    {words.cancel}
  </button>
);

function AskName({ title, value, answer }: Of<'name'>): JSX.Element {
  const [flaw, setFlaw] = useState<ReturnType<typeof nameFlaw>>(undefined);
  const input = useRef<HTMLInputElement>(null);
  // Before anybody can type: later, it would take what was typed for what is to be replaced.
  useLayoutEffect(() => {
    // The part before the extension is what people change.
    const dot = value.lastIndexOf('.');
    input.current?.setSelectionRange(0, dot > 0 ? dot : value.length);
  }, []);
  const submit = (event: Event): void => {
    event.preventDefault();
    const name = input.current?.value ?? '';
    setFlaw(nameFlaw(name));
    if (nameFlaw(name) === undefined) answer(name);
  };
  const label = value === '' ? words.folderName : words.newName;
  return (
    <Box title={title} onClose={() => answer()}>
      <form onSubmit={submit}>
        <h2>{title}</h2>
        <label class="field">
          {label}
          <input
            {...{ ref: input, defaultValue: value, dir: 'auto', autofocus: true }}
            {...{ autocomplete: 'off', spellcheck: false }}
            {...{ 'aria-invalid': flaw !== undefined, 'aria-describedby': 'flaw' }}
          />
        </label>
        <p id="flaw" class="sentence" role="alert">
          {flaw && words[flaw]}
        </p>
        <div class="answers">
          <Cancel onClick={() => answer()} />
          <button class="button main">{words.ok}</button>
        </div>
      </form>
    </Box>
  );
}

function Sure({ title, text, answer }: Of<'sure'>): JSX.Element {
  return (
    <Box title={title} onClose={() => answer(false)}>
      <h2>
        <bdi>{shownName(title)}</bdi>
      </h2>
      <p>{text}</p>
      <div class="answers">
        <Cancel onClick={() => answer(false)} />
        <button type="button" class="button main bad" autofocus onClick={() => answer(true)}>
          {words.remove}
        </button>
      </div>
    </Box>
  );
}

/** The folders in a place; undefined until the server has told. */
function useFolders(place: Place): readonly string[] | undefined {
  const [folders, setFolders] = useState<readonly string[]>();
  useEffect(() => {
    let isWanted = true;
    setFolders(undefined);
    const show = (names: readonly string[]): void => {
      if (isWanted) setFolders(names);
    };
    list(place).then(
      (entries) => show(entries.filter(({ isFolder }) => isFolder).map(({ name }) => name)),
      () => show([]),
    );
    return () => (isWanted = false);
  }, [place]);
  return folders;
}

function ChooseFolder({ title, answer, start }: Of<'folder'> & { readonly start: Place }): JSX.Element {
  const [place, setPlace] = useState(start);
  const folders = useFolders(place);
  return (
    <Box title={title} onClose={() => answer()}>
      <h2>{title}</h2>
      <p class="where">
        {place.segments.length > 0 && (
          <Button shape="up" label={words.previous} onClick={() => setPlace(place.above(place.segments.length - 1))} />
        )}
        <bdi>{shownName(place.path)}</bdi>
      </p>
      <ul class="folders" aria-busy={folders === undefined}>
        {folders?.map((name) => (
          <li key={name}>
            <button type="button" onClick={() => setPlace(place.within(name))}>
              <Icon shape="folder" />
              <bdi>{shownName(name)}</bdi>
            </button>
          </li>
        ))}
      </ul>
      {folders?.length === 0 && <p class="quiet">{words.noFolders}</p>}
      <div class="answers">
        <Cancel onClick={() => answer()} />
        <button type="button" class="button main" disabled={place.path === start.path} onClick={() => answer(place)}>
          {words.moveHere}
        </button>
      </div>
    </Box>
  );
}
