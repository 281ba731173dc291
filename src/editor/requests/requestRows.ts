/** What the view "Requests" has in its rows, and when it looks for what has come. While nobody sees it, it asks for nothing. */
import { EventEmitter } from 'vscode';
import type { Disposable } from 'vscode';
import type { RequestSummary } from '../../requestQuestions';
import type { Controller } from '../server/controller';
import { ProblemError } from '../server/problem';
import { ask } from './askRequests';
import { filterOf } from './filterText';

/** Rows that the view has: more nobody looks through, and each has its cost. */
const mostRows = 200;
/** Milliseconds between two looks at what has come. */
const pace = 1000;

/** A request, or the lines that say how many more there are, and how many were too many to be kept. */
export type Row = RequestSummary | { readonly more: number } | { readonly counted: number };

type Asked = Pick<Controller, 'ask' | 'state' | 'onDidTraffic' | 'onDidChangeState'>;

export class RequestRows implements Disposable {
  readonly #controller: Asked;
  readonly #isSeen: () => boolean;
  readonly #changes = new EventEmitter<undefined>();
  readonly #subscriptions: readonly Disposable[];
  #rows: readonly Row[] = [];
  #filter = '';
  #paused = false;
  #timer: NodeJS.Timeout | undefined;
  #lastLook = -Infinity;

  readonly onDidChange = this.#changes.event;

  constructor(controller: Asked, isSeen: () => boolean) {
    this.#controller = controller;
    this.#isSeen = isSeen;
    this.#subscriptions = [
      controller.onDidTraffic(({ events, dropped }) => {
        if (events.length > 0 || dropped !== undefined) this.lookSoon();
      }),
      controller.onDidChangeState(() => this.lookSoon()),
    ];
  }

  /** The newest first. */
  get all(): readonly Row[] {
    return this.#rows;
  }

  get filter(): string {
    return this.#filter;
  }

  /** As {@link filterOf} reads it. */
  set filter(text: string) {
    this.#filter = text;
    void this.#look();
  }

  get paused(): boolean {
    return this.#paused;
  }

  set paused(paused: boolean) {
    this.#paused = paused;
    void this.#look();
  }

  /** Has the server forget all requests that it keeps. */
  async clear(): Promise<void> {
    await ask(this.#controller, { kind: 'clear' });
    await this.#look(true);
  }

  /** At once if it is long ago, for what has come has been gathered already. */
  lookSoon(): void {
    if (!this.#isSeen() || this.#timer !== undefined) return;
    const due = Math.max(0, this.#lastLook + pace - performance.now());
    this.#timer = setTimeout(() => void this.#look(), due);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const each of [...this.#subscriptions, this.#changes]) each.dispose();
  }

  /** @param always though it is to stand still */
  async #look(always = false): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#isSeen()) return;
    const { kind } = this.#controller.state;
    if (this.#paused && kind === 'running' && !always) return;
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
      const { requests, more, counted } = await ask(this.#controller, { kind: 'list', filter, limit: mostRows });
      const rest = [...(more === 0 ? [] : [{ more }]), ...(counted.count === 0 ? [] : [{ counted: counted.count }])];
      return [...requests, ...rest];
    } catch (error) {
      if (error instanceof ProblemError) return [];
      throw error;
    }
  }
}
