/** The page as a whole. */
import type { JSX } from 'preact';
import { shownName } from '../common/fileNames';
import { Icon } from '../common/icons';
import { useStore } from '../common/pageStore';
import type { Actions } from './actions';
import { Button } from './button';
import { Dialogs } from './dialogs';
import { DropZone } from './dropZone';
import { FileList } from './fileList';
import { Footer } from './footer';
import { Header, Pickers } from './header';
import { touch, words, type Model } from './model';
import { UploadPanel } from './uploadPanel';

interface Props {
  readonly model: Model;
  readonly actions: Actions;
}

export const App = ({ model, actions }: Props): JSX.Element => (
  <>
    {model.given.isDropBox ? <DropBox model={model} /> : <Folder model={model} actions={actions} />}
    <UploadPanel model={model} />
    <News model={model} />
    <DropZone model={model} />
    <Dialogs model={model} />
  </>
);

const Folder = ({ model, actions }: Props): JSX.Element => (
  <>
    <Header model={model} actions={actions} />
    <main class="main-part">
      <FileList model={model} actions={actions} />
      <Nothing model={model} />
    </main>
    <Footer model={model} actions={actions} />
  </>
);

/** Where there are no entries: why, and what can be done. */
function Nothing({ model }: { readonly model: Model }): JSX.Element | null {
  const { all, entries, failure, filter } = useStore(model.store, (value) => value);
  if (entries.length > 0) return null;
  if (failure !== undefined)
    return (
      <div class="nothing" role="alert">
        <p class="big">{failure}</p>
        <Button shape="retry" label={words.tryAgain} isWordy onClick={() => void model.refresh()} />
      </div>
    );
  if (all === undefined) return <p class="nothing loading">{words.loading}</p>;
  if (filter !== '')
    return (
      <div class="nothing">
        <p class="big">
          {words.noMatch} “<bdi>{filter}</bdi>”
        </p>
        <Button shape="close" label={words.clearFilter} isWordy onClick={() => model.arrange({ filter: '' })} />
      </div>
    );
  return (
    <div class="nothing">
      <Icon shape="folder" />
      <p class="big">{words.emptyFolder}</p>
      <p>{model.mayUpload ? uploadHint() : words.nothingHere}</p>
    </div>
  );
}

/** Nobody drags anything with a finger. */
const uploadHint = (): string => (touch.matches ? words.touchHint : words.emptyHint);

const DropBox = ({ model }: { readonly model: Model }): JSX.Element => (
  <main class="main-part">
    <div class="nothing box">
      <Icon shape="upload" />
      <h1 class="big">{words.dropTitle}</h1>
      <p>{uploadHint()}</p>
      <Pickers model={model} />
      <p class="quiet">{words.dropHint}</p>
    </div>
  </main>
);

/** What has been done, or why it was not. */
function News({ model }: { readonly model: Model }): JSX.Element {
  const note = useStore(model.store, (value) => value.note);
  const act = note?.act;
  const run = (): void => {
    model.tell(undefined);
    act?.run();
  };
  return (
    <div class={`news${note?.isBad === true ? ' bad' : ''}${note === undefined ? ' none' : ''}`} role="status">
      {note && (
        <>
          <p>
            <bdi>{shownName(note.text)}</bdi>
          </p>
          {act && (
            <button type="button" class="button" onClick={run}>
              {act.label}
            </button>
          )}
          <Button shape="close" label={words.close} onClick={() => model.tell(undefined)} />
        </>
      )}
    </div>
  );
}
