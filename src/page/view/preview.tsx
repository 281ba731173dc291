/** A file, in place: pictures, sound, pages of PDF and text. What could run something is shown as its source. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { KindIcon } from '../common/icons';
import { extensionOf, shownName } from '../common/fileNames';
import { kindOf } from '../common/kinds';
import { useStore } from '../common/pageStore';
import type { Entry } from '../list/entries';
import { goTo } from '../list/selection';
import { addressFor, textOf, type Text } from '../preview/original';
import { Box } from './box';
import { Button, LinkButton } from './button';
import { formats, words, type Model } from './model';

interface PreviewProps {
  readonly model: Model;
  readonly name: string;
}

export function Preview({ model, name }: PreviewProps): JSX.Element | null {
  const entries = useStore(model.store, (value) => value.entries);
  const files = entries.filter(({ isFolder }) => !isFolder);
  const index = files.findIndex((each) => each.name === name);
  const entry = files[index];
  const isGone = entry === undefined;
  const close = (): void => model.store.set({ dialog: undefined });
  useEffect(() => {
    if (isGone) close();
  }, [isGone]);
  if (entry === undefined) return null;
  const go = (step: number): void => {
    const next = files[index + step];
    if (next === undefined) return;
    model.select(goTo(model.page.selection, next.name));
    model.store.set({ dialog: { kind: 'preview', name: next.name } });
  };
  const press = (event: KeyboardEvent): void => {
    // A player and a scrolled text have keys of their own.
    if (event.target instanceof Element && event.target.matches('video, audio, input, pre, article')) return;
    if (event.key === 'ArrowRight') go(1);
    if (event.key === 'ArrowLeft') go(-1);
  };
  return (
    <Box title={name} className="preview" onClose={close}>
      <div class="frame" onKeyDown={press}>
        <Head {...{ model, entry, go, close }} />
        <Content key={`${name} ${entry.modified} ${entry.size}`} model={model} entry={entry} />
      </div>
    </Box>
  );
}

function Head({ model, entry, go, close }: Props & { go: (step: number) => void; close: () => void }): JSX.Element {
  const { name, size, modified } = entry;
  const { place } = model;
  return (
    <header>
      <KindIcon kind={kindOf(name)} />
      <div class="about">
        <h2 dir="auto" title={shownName(name)}>
          {shownName(name)}
        </h2>
        <p class="facts">
          {formats.size(size)} · <bdi>{formats.date(modified)}</bdi>
        </p>
      </div>
      <Button shape="left" label={words.previous} onClick={() => go(-1)} />
      <Button shape="right" label={words.next} onClick={() => go(1)} />
      <LinkButton shape="open" label={words.openTab} href={place.shown(name)} />
      <LinkButton shape="download" label={words.download} href={place.api(name)} download={name} />
      <Button shape="close" label={words.close} className="closing" onClick={close} />
    </header>
  );
}

interface Props {
  readonly model: Model;
  readonly entry: Entry;
}

function Content(props: Props): JSX.Element {
  const kind = kindOf(props.entry.name);
  switch (kind) {
    case 'picture':
    case 'video':
    case 'audio':
      return <Media {...props} kind={kind} />;
    case 'pdf':
      // Phones have none, and would download it.
      return navigator.pdfViewerEnabled ? <Media {...props} kind={kind} /> : <Unshown kind={kind} />;
    case 'archive':
    case 'document':
    case 'table':
    case 'slides':
    case 'font':
    case 'folder':
      return <Unshown kind={kind} />;
    case 'markdown':
    case 'code':
    case 'text':
    case 'file':
      return <Written {...props} isMarkdown={kind === 'markdown'} />;
  }
}

const Unshown = ({ kind, why }: { readonly kind: ReturnType<typeof kindOf>; readonly why?: string }): JSX.Element => (
  <div class="content unshown">
    <KindIcon kind={kind} />
    <p>{why ?? words.noPreview}</p>
  </div>
);

function useFailure(model: Model): [string | undefined, (error: unknown) => void] {
  const [failure, setFailure] = useState<string>();
  return [failure, (error) => setFailure(model.sentence(error))];
}

/** The address of a file while it is shown: undefined until it is known, null if there is none. */
function useAddress({ model, entry }: Props, fail: (error: unknown) => void): [string | null | undefined, () => void] {
  const [url, setUrl] = useState<string | null>();
  useEffect(() => {
    const controller = new AbortController();
    let release = (): void => undefined;
    addressFor(model.place, entry, controller.signal).then(
      (address) => {
        release = address?.release ?? release;
        if (controller.signal.aborted) release();
        else setUrl(address?.url ?? null);
      },
      (error: unknown) => controller.signal.aborted || fail(error),
    );
    return () => {
      controller.abort();
      release();
    };
  }, []);
  return [url, () => setUrl(null)];
}

type Played = 'picture' | 'video' | 'audio' | 'pdf';

function Media({ model, entry, kind }: Props & { readonly kind: Played }): JSX.Element {
  const [failure, fail] = useFailure(model);
  const [url, onError] = useAddress({ model, entry }, fail);
  if (failure !== undefined) return <Unshown kind={kind} why={failure} />;
  if (url === null) return <Unshown kind={kind} />;
  if (url === undefined) return <p class="content loading">{words.loading}</p>;
  return (
    <div class={kind === 'audio' ? 'content unshown' : 'content'}>
      {kind === 'audio' && <KindIcon kind={kind} />}
      <Player {...{ url, name: shownName(entry.name), kind, onError }} />
    </div>
  );
}

interface PlayerProps {
  readonly url: string;
  readonly name: string;
  readonly kind: Played;
  readonly onError: () => void;
}

function Player({ url, name, kind, onError }: PlayerProps): JSX.Element {
  switch (kind) {
    case 'picture':
      return <img src={url} alt={name} onError={onError} />;
    case 'video':
      return <video src={url} controls playsInline aria-label={name} onError={onError} />;
    case 'audio':
      return <audio src={url} controls aria-label={name} onError={onError} />;
    case 'pdf':
      return <iframe src={url} title={name} />;
  }
}

function Written({ model, entry, isMarkdown }: Props & { readonly isMarkdown: boolean }): JSX.Element {
  const [text, setText] = useState<Text>();
  const [isRendered, setRendered] = useState(isMarkdown);
  const [failure, fail] = useFailure(model);
  useEffect(() => {
    const controller = new AbortController();
    textOf(model.place, entry, controller.signal).then(
      setText,
      (error: unknown) => controller.signal.aborted || fail(error),
    );
    return () => controller.abort();
  }, []);
  if (failure !== undefined) return <Unshown kind="file" why={failure} />;
  if (text === undefined) return <p class="content loading">{words.loading}</p>;
  if (!text.isText) return <Unshown kind="file" />;
  return (
    <>
      {isMarkdown && (
        <div class="ways" role="group">
          {[true, false].map((way) => (
            <button type="button" class="button" aria-pressed={isRendered === way} onClick={() => setRendered(way)}>
              {way ? words.rendered : words.source}
            </button>
          ))}
        </div>
      )}
      {text.isCut && <p class="cut">{words.cutOff}</p>}
      {isRendered ? (
        <Rendered text={text.text} folder={model.place.shown()} label={shownName(entry.name)} />
      ) : (
        <Source text={text.text} label={shownName(entry.name)} language={isMarkdown ? '' : languageOf(entry.name)} />
      )}
    </>
  );
}

const languageOf = (name: string): string => extensionOf(name) || name.toLowerCase();

/** Puts nodes that are made elsewhere, and later, into an element. */
function useNodes(make: () => Promise<Node>, key: string): (element: HTMLElement | null) => void {
  const [element, setElement] = useState<HTMLElement | null>(null);
  useEffect(() => {
    let isWanted = true;
    void make().then((node) => isWanted && element?.replaceChildren(node));
    return () => (isWanted = false);
  }, [element, key]);
  return setElement;
}

interface WrittenProps {
  readonly text: string;
  /** Of the whole, for who does not see it. */
  readonly label: string;
}

function Source({ text, label, language }: WrittenProps & { readonly language: string }): JSX.Element {
  const make = async (): Promise<Node> =>
    language === ''
      ? document.createTextNode(text)
      : (await import('../preview/highlight')).highlighted(text, language);
  const ref = useNodes(make, text);
  return <pre ref={ref} class="content source" tabIndex={0} role="region" aria-label={label} />;
}

function Rendered({ text, label, folder }: WrittenProps & { readonly folder: string }): JSX.Element {
  const ref = useNodes(async () => (await import('../preview/markdown')).rendered(text, folder), text);
  return <article ref={ref} class="content markdown" tabIndex={0} aria-label={label} />;
}
