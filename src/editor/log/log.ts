/** The output channel "HTTP Server". */
import * as path from 'node:path';
import { EventEmitter, l10n, window, workspace } from 'vscode';
import type { Disposable, LogOutputChannel } from 'vscode';
import { addTally, addToTally, emptyTally } from '../../accessLog';
import type { LogEvent } from '../../accessLog';
import type { Traffic, UploadTrouble } from '../../messages';
import type { Controller } from '../server/controller';
import { furtherLines, levelOf, logLine, summaryLine } from './logLine';
import { detourText } from '../server/binding';
import { goingOn } from '../server/problem';
import type { ServedSite, State } from '../server/state';
import { forLog } from '../common/words';

type Running = Extract<State, { readonly kind: 'running' }>;

/** Lines per second that a person may still follow, and the panel take without effort. */
const linesPerSecond = 100;

/** How many of them are kept for what went wrong: it is what is looked for. */
const keptForWarnings = 50;

export class Log implements Disposable {
  readonly #channel: LogOutputChannel = window.createOutputChannel('HTTP Server', { log: true });
  readonly #events = new EventEmitter<LogEvent>();
  readonly #subscriptions: readonly Disposable[];
  #directory = '';
  #announced = '';
  /** What is the matter with a server that runs, as it was told last. */
  #warnings: readonly string[] = [];
  /** Files that were warned of in this second. */
  readonly #warned = new Set<string>();
  #budget = linesPerSecond;
  #untold = emptyTally();
  #refill: NodeJS.Timeout | undefined;

  /** Fires for each exchange that the server told of one by one. */
  readonly onDidLog = this.#events.event;

  constructor(controller: Controller) {
    this.#subscriptions = [
      controller.onDidTraffic((traffic) => this.#record(traffic)),
      controller.onDidMeetUploadTrouble((trouble) => this.#channel.warn(forLog(troubleText(trouble)))),
      controller.onDidChangeState((state) => this.#tell(state)),
      controller.onDidCrash((reason) => this.#fail(l10n.t('The server’s thread died: {0}', reason))),
    ];
  }

  show(): void {
    this.#channel.show(true);
  }

  /** @param message for a person, without secrets */
  note(message: string): void {
    this.#channel.info(forLog(message));
  }

  dispose(): void {
    clearTimeout(this.#refill);
    this.#summarize();
    for (const item of [...this.#subscriptions, this.#events, this.#channel]) item.dispose();
  }

  #tell(state: State): void {
    if (state.kind === 'running') {
      this.#directory = state.site.directory;
      this.#announce(serving(state.site));
      this.#warnOnce(state);
    } else if (state.kind === 'stopped') {
      this.#announce(l10n.t('Stopped.'));
    } else if (state.kind === 'failed') {
      this.#fail(state.problem.message);
    }
  }

  /** Says a thing once, however often the state that it tells of is entered anew. */
  #announce(message: string): void {
    if (message !== this.#announced) this.note(message);
    this.#announced = message;
  }

  #warnOnce({ site, concern }: Running): void {
    const detour = site.detour && detourText(site.port, site.detour);
    const warnings = [detour, concern && goingOn(concern).message].filter((text) => text !== undefined);
    for (const text of warnings) if (!this.#warnings.includes(text)) this.#channel.warn(forLog(text));
    this.#warnings = warnings;
  }

  /** Tells of a failure. What was announced before is news again when it is true again. */
  #fail(message: string): void {
    this.#channel.error(forLog(message));
    this.#announced = '';
    this.#warnings = [];
  }

  #record({ events, dropped }: Traffic): void {
    for (const event of events) {
      if (this.#mayTell(event)) this.#write(event);
      else addToTally(this.#untold, event);
      for (const file of event.stored ?? []) this.#warnOfUnsaved(path.join(this.#directory, file));
      this.#events.fire(event);
    }
    if (dropped === undefined) return;
    addTally(this.#untold, dropped);
    this.#startSecond();
  }

  #write(event: LogEvent): void {
    this.#channel[levelOf(event)](logLine(event, this.#directory));
    for (const line of furtherLines(event, this.#directory)) this.#channel.info(line);
  }

  /** Warns of an editor with unsaved text. What was stored is not lost: the editor asks before it saves over it. */
  #warnOfUnsaved(file: string): void {
    if (this.#warned.has(file) || !isUnsaved(file)) return;
    this.#warned.add(file);
    this.#startSecond();
    this.#channel.warn(
      l10n.t(
        '{0} has unsaved changes in an editor, which will ask before it overwrites what was stored.',
        forLog(file),
      ),
    );
  }

  #mayTell({ status }: LogEvent): boolean {
    this.#startSecond();
    const isLeft = this.#budget > (status >= 400 ? 0 : keptForWarnings);
    if (isLeft) this.#budget--;
    return isLeft;
  }

  /** Begins a second, if none is under way: at its end, what was not told is summed up. */
  #startSecond(): void {
    this.#refill ??= setTimeout(() => {
      this.#refill = undefined;
      this.#budget = linesPerSecond;
      this.#warned.clear();
      this.#summarize();
    }, 1000);
  }

  #summarize(): void {
    if (this.#untold.count === 0) return;
    this.#channel.info(summaryLine(this.#untold));
    this.#untold = emptyTally();
  }
}

/** @param file absolute path */
const isUnsaved = (file: string): boolean =>
  workspace.textDocuments.some(({ isDirty, uri }) => isDirty && uri.scheme === 'file' && uri.fsPath === file);

function troubleText(trouble: UploadTrouble): string {
  if (trouble.kind === 'noPrivateFolder')
    return l10n.t('There is no private folder: if this editor is killed, unfinished uploads stay.');
  return l10n.t(
    'The unfinished upload {0} cannot be removed yet ({1}): it is tried again.',
    trouble.path,
    trouble.code,
  );
}

function serving({ directory, url, external }: ServedSite): string {
  const browser = external.toString(true);
  if (browser === url) return l10n.t('Serving {0} at {1}', directory, url);
  return l10n.t('Serving {0} at {1}, for your browser at {2}', directory, url, browser);
}
