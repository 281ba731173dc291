/** The view "Requests": the newest ones the server keeps. While nobody sees it, it asks for nothing. */
import { EventEmitter, l10n, TreeItem, window } from 'vscode';
import type { Disposable, TreeDataProvider, TreeView } from 'vscode';
import type { RequestSummary } from '../../requestQuestions';
import { setContext } from '../common/context';
import { forLabel } from '../common/words';
import type { Controller } from '../server/controller';
import { ProblemError } from '../server/problem';
import { ask } from './askRequests';
import { filterOf } from './filterText';
import { itemOf } from './requestItem';

/** Rows that the view has: more nobody looks through, and each has its cost. */
const mostRows = 200;
/** Milliseconds between two looks at what has come. */
const pace = 1000;

/** A request, or the line that says how many more there are. */
type Row = RequestSummary | { readonly more: number };

export class RequestsView implements Disposable, TreeDataProvider<Row> {
  readonly #controller: Controller;
  readonly #changes = new EventEmitter<undefined>();
  readonly #view: TreeView<Row>;
  readonly #subscriptions: readonly Disposable[];
  #rows: readonly Row[] = [];
  #filter = '';
  #paused = false;
  #timer: NodeJS.Timeout | undefined;
  #lastLook = -Infinity;

  readonly onDidChangeTreeData = this.#changes.event;

  constructor(controller: Controller) {
    this.#controller = controller;
    this.#view = window.createTreeView('httpServer.requests', { treeDataProvider: this, canSelectMany: true });
    this.#subscriptions = [
      this.#view,
      this.#view.onDidChangeVisibility(() => this.#lookSoon()),
      controller.onDidTraffic(({ events, dropped }) => {
        if (events.length > 0 || dropped !== undefined) this.#lookSoon();
      }),
      controller.onDidChangeState(() => this.#lookSoon()),
    ];
    this.filter = '';
    this.paused = false;
  }

  get filter(): string {
    return this.#filter;
  }

  /** As {@link filterOf} reads it. */
  set filter(text: string) {
    this.#filter = text.trim();
    setContext('httpServer.requestsFiltered', this.#filter !== '');
    this.#lookNow();
  }

  set paused(paused: boolean) {
    this.#paused = paused;
    setContext('httpServer.requestsPaused', paused);
    this.#lookNow();
  }

  /** The requests that are selected, in the order of the rows. */
  get selected(): readonly RequestSummary[] {
    return this.#rows.filter((row): row is RequestSummary => 'number' in row && this.#view.selection.includes(row));
  }

  getTreeItem(row: Row): TreeItem {
    return 'number' in row ? itemOf(row) : new TreeItem(l10n.t('… and {0} more', row.more));
  }

  getChildren(row?: Row): Row[] {
    return row === undefined ? [...this.#rows] : [];
  }

  /** Forgets all requests that the server keeps. */
  async clear(): Promise<void> {
    await ask(this.#controller, { kind: 'clear' });
    await this.#look();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const each of [...this.#subscriptions, this.#changes]) each.dispose();
  }

  #describe(): void {
    this.#view.description = this.#paused ? l10n.t('paused') : '';
    this.#view.message = this.#filter === '' ? '' : forLabel(l10n.t('Only: {0}', this.#filter));
  }

  #lookNow(): void {
    this.#describe();
    void this.#look();
  }

  /** At once if it is long ago, for what has come has been gathered already. */
  #lookSoon(): void {
    if (!this.#view.visible || this.#timer !== undefined) return;
    const due = Math.max(0, this.#lastLook + pace - performance.now());
    this.#timer = setTimeout(() => void this.#look(), due);
  }

  async #look(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#view.visible) return;
    const { kind } = this.#controller.state;
    if (this.#paused && kind === 'running') return;
    this.#lastLook = performance.now();
    const rows = kind === 'running' ? await this.#ask() : [];
    if (rows.length === 0 && this.#rows.length === 0) return;
    this.#rows = rows;
    this.#changes.fire(undefined);
  }

  /** None from a server that stops meanwhile. */
  async #ask(): Promise<readonly Row[]> {
    try {
      const filter = filterOf(this.#filter);
      const { requests, more } = await ask(this.#controller, { kind: 'list', filter, limit: mostRows });
      return more === 0 ? requests : [...requests, { more }];
    } catch (error) {
      if (error instanceof ProblemError) return [];
      throw error;
    }
  }
}
