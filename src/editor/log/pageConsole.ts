/** The output channel "HTTP Server Console": what pages write to the consoles of their browsers. */
import * as path from 'node:path';
import { l10n, Uri, window, workspace } from 'vscode';
import type { Disposable, OutputChannel } from 'vscode';
import type { ConsoleLine, ConsoleNews, ConsoleReport } from '../../consoleReport';
import { forLog } from '../common/words';
import type { Controller } from '../server/controller';
import { isInside } from '../server/plan';
import { siteIn, type ServedSite } from '../server/state';
import { isExcluded } from '../server/urls';
import { linkOutput, type LineLink } from './outputLinks';

/** The editor names the document of a channel by its number, or by its name without blanks, so lines tell whose they are. */
const name = 'HTTP Server Console';

/** What a line begins with, and what the further lines of the same text do: no page can write it. */
const head = /^\d\d:\d\d:\d\d\.\d{3} \[(?:debug|log|info|warn|error)\] /;
const further = '             │ ';
/** Line ends of one text that are kept; the others are shown as what they are. */
const mostFurther = 30;

/** A place in a file of the site, as a stack has it, or the end of a line. */
const places = /(?<=[\s(@])(\/[^\s():]+):(\d+):(\d+)/g;

export class PageConsole implements Disposable {
  readonly #subscriptions: readonly Disposable[];
  #channel: OutputChannel | undefined;

  constructor(controller: Controller) {
    this.#subscriptions = [
      controller.onDidTraffic(({ console }) => console && this.#write(console)),
      linkOutput(() => {
        const site = siteIn(controller.state);
        return site && ((line) => linksOf(site, line));
      }),
    ];
  }

  show(): void {
    this.#open().show(true);
  }

  dispose(): void {
    for (const item of this.#subscriptions) item.dispose();
    this.#channel?.dispose();
  }

  /** Only windows whose pages have something to tell have a channel for it. */
  #open(): OutputChannel {
    return (this.#channel ??= window.createOutputChannel(name, 'log'));
  }

  #write({ reports, dropped }: ConsoleNews): void {
    const lines = reports.flatMap((report) => consoleLines(report, new Date()));
    this.#open().append([...lines, ...more(dropped)].map((line) => `${line}\n`).join(''));
  }
}

/** A report as lines of the channel. */
export function consoleLines({ page, lines, dropped }: ConsoleReport, time: Date): string[] {
  return [...lines.flatMap((line) => textLines(line, page, time)), ...more(dropped)];
}

const more = (dropped: number): string[] =>
  dropped > 0 ? [`${further}${l10n.t('… and {0} more lines', dropped)}`] : [];

function textLines({ level, text, place }: ConsoleLine, page: string, time: Date): string[] {
  const [first = '', ...rest] = split(text);
  const where = place ? `${place.path}:${place.line}:${place.column}` : page;
  // The editor would make links of the addresses that a page writes.
  const line = `${time.toTimeString().slice(0, 8)}.${String(time.getMilliseconds()).padStart(3, '0')} [${level}] ${harmless(first)} — ${harmless(where)}`;
  return [line, ...rest.map((each) => further + harmless(each))];
}

function split(text: string): string[] {
  const lines = text.trimEnd().split(/\r?\n/);
  return lines.length > mostFurther ? [...lines.slice(0, mostFurther), lines.slice(mostFurther).join('\n')] : lines;
}

/** Text that breaks no line, and of which the editor makes no link: to nothing on the web, and to no file by its own path. */
function harmless(text: string): string {
  const folders = (workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
  const relative = folders.reduce((rest, folder) => rest.replaceAll(folder, '…'), text);
  return forLog(relative).replaceAll('://', ': //');
}

/** Of a line of ours. */
function linksOf(site: ServedSite, text: string): LineLink[] {
  if (!head.test(text) && !text.startsWith(further)) return [];
  return [...text.matchAll(places)].flatMap(({ 0: whole, 1: file = '', 2: line, 3: column, index }) => {
    const target = fileOf(site, file)?.with({ fragment: `L${line},${column}` });
    return target === undefined ? [] : [{ start: index, length: whole.length, target }];
  });
}

/** The file that is shown at `pathname`, decoded; undefined for what is kept back. */
function fileOf(site: ServedSite, pathname: string): Uri | undefined {
  const file = path.join(site.directory, pathname);
  const encoded = pathname.split('/').map(encodeURIComponent).join('/');
  return isInside(site.directory, file) && !isExcluded(site, encoded) ? Uri.file(file) : undefined;
}
