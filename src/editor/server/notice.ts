/** The one notification of what keeps the server from doing what it is asked for: it goes when that is over. */
import type { Disposable } from 'vscode';
import { showWhile } from '../common/notify';
import { commandLink, forNotification } from '../common/words';
import type { Action, Problem } from './problem';

export class Notice implements Disposable {
  readonly #show: typeof showWhile;
  /** What is shown now; undefined where nothing is, or its user has closed it. */
  #shown: { readonly message: string; readonly end: () => void } | undefined;

  /** @param show shows a notification until a promise resolves; resolves when it is gone */
  constructor(show = showWhile) {
    this.#show = show;
  }

  /** Shows `problem` in the place of what is shown. The same is not shown twice. */
  tell({ message, actions }: Problem): void {
    if (this.#shown?.message === message) return;
    this.end();
    let end = (): void => undefined;
    const over = new Promise<void>((resolve) => (end = resolve));
    const shown = { message, end };
    this.#shown = shown;
    void this.#show(message, actions.map(linkOf), over).then(() => {
      if (this.#shown === shown) this.#shown = undefined;
    });
  }

  /** It is over. */
  end(): void {
    this.#shown?.end();
    this.#shown = undefined;
  }

  dispose(): void {
    this.end();
  }
}

const linkOf = ({ title, command, args }: Action): string => commandLink(forNotification(title), command, args);
