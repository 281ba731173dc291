/** The view "Requests": the newest ones the server keeps. */
import { l10n, TreeItem, window } from 'vscode';
import type { Disposable, Event, TreeDataProvider, TreeView } from 'vscode';
import type { RequestSummary } from '../../requestQuestions';
import { setContext } from '../common/context';
import { forLabel } from '../common/words';
import type { Controller } from '../server/controller';
import { itemOf } from './requestItem';
import { RequestRows, type Row } from './requestRows';

export class RequestsView implements Disposable, TreeDataProvider<Row> {
  readonly #rows: RequestRows;
  readonly #view: TreeView<Row>;
  readonly #subscription: Disposable;

  readonly onDidChangeTreeData: Event<undefined>;

  constructor(controller: Controller) {
    this.#rows = new RequestRows(controller, () => this.#view.visible);
    this.onDidChangeTreeData = this.#rows.onDidChange;
    this.#view = window.createTreeView('httpServer.requests', { treeDataProvider: this, canSelectMany: true });
    this.#subscription = this.#view.onDidChangeVisibility(() => this.#rows.lookSoon());
    this.filter = '';
    this.paused = false;
  }

  get filter(): string {
    return this.#rows.filter;
  }

  /** As a person writes it: `POST 4xx hooks`. */
  set filter(text: string) {
    this.#rows.filter = text.trim();
    setContext('httpServer.requestsFiltered', this.filter !== '');
    this.#describe();
  }

  set paused(paused: boolean) {
    this.#rows.paused = paused;
    setContext('httpServer.requestsPaused', paused);
    this.#describe();
  }

  /** The requests that are selected, in the order of the rows. */
  get selected(): readonly RequestSummary[] {
    return this.#rows.all.filter((row): row is RequestSummary => 'number' in row && this.#view.selection.includes(row));
  }

  getTreeItem(row: Row): TreeItem {
    if ('number' in row) return itemOf(row);
    return new TreeItem(
      'counted' in row
        ? l10n.t('{0} came too fast to be kept: they are only counted', row.counted)
        : l10n.t('… and {0} more', row.more),
    );
  }

  getChildren(row?: Row): Row[] {
    return row === undefined ? [...this.#rows.all] : [];
  }

  /** Forgets all requests that the server keeps. */
  clear(): Promise<void> {
    return this.#rows.clear();
  }

  dispose(): void {
    for (const each of [this.#subscription, this.#view, this.#rows]) each.dispose();
  }

  #describe(): void {
    this.#view.description = this.#rows.paused ? l10n.t('paused') : '';
    this.#view.message = this.filter === '' ? '' : forLabel(l10n.t('Only: {0}', this.filter));
  }
}
