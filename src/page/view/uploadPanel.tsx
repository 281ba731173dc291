/** What is on its way: each file with how far it is, and all of them together. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { shownName } from '../common/fileNames';
import { Icon } from '../common/icons';
import type { UploadPhase, Queue, QueuedUpload } from '../upload/queue';
import { Button } from './button';
import { formats, words, type Model } from './model';

/** Lines that are drawn; of the others only the sum is told. */
const most = 100;

export function UploadPanel({ model }: { readonly model: Model }): JSX.Element | null {
  const { queue } = model;
  const [, setSeen] = useState({});
  useEffect(() => queue.subscribe(() => setSeen({})), [queue]);
  if (queue.uploads.length === 0) return null;
  const rank = (upload: QueuedUpload): number => order.indexOf(upload.phase);
  const shown = [...queue.uploads].sort((a, b) => rank(a) - rank(b) || a.number - b.number).slice(0, most);
  return (
    <section class="uploads" aria-label={words.uploads}>
      <Overall queue={queue} />
      <ul>
        {shown.map((upload) => (
          <Line key={upload.number} upload={upload} queue={queue} />
        ))}
      </ul>
    </section>
  );
}

/** What wants the reader's eye comes first. */
const order: readonly UploadPhase[] = [
  ...(['lost', 'asking', 'sending', 'away', 'paused', 'refused', 'waiting'] as const),
  ...(['skipped', 'cancelled', 'done'] as const),
];

function Overall({ queue }: { readonly queue: Queue }): JSX.Element {
  const { uploads } = queue;
  const counted = uploads.filter(({ phase }) => phase !== 'cancelled' && phase !== 'skipped' && phase !== 'lost');
  const done = counted.filter(({ phase }) => phase === 'done').length;
  const failed = counted.filter(({ phase }) => phase === 'refused').length;
  const size = counted.reduce((sum, each) => sum + each.size, 0);
  const sent = counted.reduce((sum, each) => sum + each.sent, 0);
  const rest = counted.reduce((sum, each) => sum + (each.phase === 'refused' ? 0 : each.size - each.sent), 0);
  const canPause = uploads.some(({ phase }) => phase === 'sending' || phase === 'waiting');
  const canResume = !canPause && uploads.some(({ phase }) => phase === 'paused');
  const title = queue.isBusy
    ? words.uploading(formats.count(done), formats.count(counted.length))
    : words.uploaded(done, formats.count(done));
  const facts = [queue.isBusy ? factsOf(queue.rate, rest) : '', failed > 0 ? words.failed(formats.count(failed)) : ''];
  const resumeAll = (): void => uploads.filter(({ phase }) => phase === 'paused').forEach((each) => queue.resume(each));
  return (
    <header>
      <p role="status">{title}</p>
      <p class="facts">{facts.filter((fact) => fact !== '').join(' · ')}</p>
      {canPause && (
        <Button shape="pause" label={words.pauseAll} onClick={() => uploads.forEach((each) => queue.pause(each))} />
      )}
      {canResume && <Button shape="play" label={words.resumeAll} onClick={resumeAll} />}
      {!queue.isBusy && <Button shape="close" label={words.clearDone} onClick={() => queue.clear()} />}
      {queue.isBusy && <progress aria-label={title} max={Math.max(1, size)} value={size === 0 ? 0 : sent} />}
    </header>
  );
}

function factsOf(rate: QueuedUpload['rate'], rest: number): string {
  const { perSecond } = rate;
  const time = rate.timeFor(rest);
  if (perSecond === undefined || time === undefined) return '';
  return `${words.perSecond(formats.size(perSecond))} · ${words.left(formats.duration(time))}`;
}

const phaseWords: Readonly<Partial<Record<UploadPhase, string>>> = {
  ...{ waiting: words.waiting, away: words.offline, paused: words.paused, done: words.done, skipped: words.skipped },
  ...{ cancelled: words.cancelled, lost: words.unfinished, asking: words.waiting },
};

function stateOf(upload: QueuedUpload): string {
  const { phase, sent, size, sentence, rate } = upload;
  if (phase === 'refused') return sentence;
  if (phase !== 'sending') return phaseWords[phase] ?? '';
  const parts = [words.of(formats.size(sent), formats.size(size)), factsOf(rate, size - sent)];
  return parts.filter((part) => part !== '').join(' · ');
}

function Line({ upload, queue }: { readonly upload: QueuedUpload; readonly queue: Queue }): JSX.Element {
  const { phase, path, size, sent } = upload;
  const name = shownName(path);
  const isUnderWay = ['sending', 'away', 'paused', 'lost'].includes(phase);
  const isOver = ['done', 'skipped', 'cancelled', 'refused'].includes(phase);
  return (
    <li class={`upload ${phase}`}>
      <span class="state">{phase === 'done' && <Icon shape="check" />}</span>
      <p class="path" dir="auto" title={name}>
        {name}
      </p>
      <p class={phase === 'refused' ? 'sentence' : 'facts'}>{stateOf(upload)}</p>
      <span class="buttons">
        {phase === 'lost' && <ChooseAgain upload={upload} queue={queue} />}
        {(phase === 'sending' || phase === 'waiting' || phase === 'away') && (
          <Button shape="pause" label={`${words.pause}: ${path}`} onClick={() => queue.pause(upload)} />
        )}
        {phase === 'paused' && (
          <Button shape="play" label={`${words.resume}: ${path}`} onClick={() => queue.resume(upload)} />
        )}
        {(phase === 'refused' || phase === 'cancelled') && upload.file !== undefined && (
          <Button shape="retry" label={`${words.retry}: ${path}`} onClick={() => queue.resume(upload)} />
        )}
        {!isOver && <Button shape="close" label={`${words.cancel}: ${path}`} onClick={() => queue.cancel(upload)} />}
      </span>
      {isUnderWay && <progress aria-label={name} max={Math.max(1, size)} value={sent} />}
    </li>
  );
}

/** A page that was loaded again has no file any more: only its reader does. */
function ChooseAgain({ upload, queue }: { readonly upload: QueuedUpload; readonly queue: Queue }): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const [isOther, setOther] = useState(false);
  const take = ({ currentTarget }: { readonly currentTarget: HTMLInputElement }): void => {
    const file = currentTarget.files?.[0];
    currentTarget.value = '';
    if (file !== undefined) setOther(!queue.supply(upload, file));
  };
  return (
    <>
      <input ref={input} type="file" hidden class="pick-again" onChange={take} />
      {isOther && (
        <span class="sentence" role="alert">
          {words.otherFile}
        </span>
      )}
      <button type="button" class="button main" onClick={() => input.current?.click()}>
        {words.chooseAgain}
      </button>
    </>
  );
}
