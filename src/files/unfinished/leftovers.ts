/** What the system did not let go of when it was to be removed: tried again until it does. */
import { errnoOf } from '../fileError';
import { removeIfThere } from './journal';

/** How long until the next try, in milliseconds: at first, and at most. */
const first = 1000;
const most = 60_000;

interface Leftover {
  /** Absolute, for everybody. */
  readonly path: string;
  readonly remove: (path: string) => void;
  readonly onRemoved: () => void;
}

/** Called once when there is something that cannot be removed yet. @param code the `errno` name */
export type TellLeftover = (path: string, code: string) => void;

export class Leftovers {
  private readonly left: Leftover[] = [];
  private timer: NodeJS.Timeout | undefined;
  private wait = first;

  constructor(private readonly tell: TellLeftover) {}

  /** How many wait to be removed. */
  get count(): number {
    return this.left.length;
  }

  /**
   * Removes something now or, if the system does not let it, as soon as it does.
   *
   * @param path absolute, good at any time
   * @param onRemoved not called as long as it is there
   * @param remove by default, removes a file
   */
  remove(path: string, onRemoved: () => void, remove: (path: string) => void = removeIfThere): void {
    const code = this.attempt({ path, remove, onRemoved });
    if (code === undefined) return;
    this.left.push({ path, remove, onRemoved });
    this.tell(path, code);
    this.tryLater();
  }

  /** Tries all once more. */
  retry(): void {
    for (const each of this.left.splice(0)) if (this.attempt(each) !== undefined) this.left.push(each);
  }

  /** Tries for the last time. */
  end(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.retry();
  }

  /** @returns why it is still there */
  private attempt({ path, remove, onRemoved }: Leftover): string | undefined {
    try {
      remove(path);
    } catch (error) {
      const code = errnoOf(error);
      if (code === undefined) throw error;
      return code;
    }
    onRemoved();
    return undefined;
  }

  private tryLater(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.retry();
      this.wait = this.left.length === 0 ? first : Math.min(most, this.wait * 2);
      if (this.left.length > 0) this.tryLater();
    }, this.wait).unref();
  }
}
