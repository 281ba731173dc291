/** A pace that tells what was asked of it. */
import type { Pace } from '../../src/files/pace';

export class HeldPace {
  /** How often work asked whether its slice is over, and how often it waited for the next one. */
  asked = 0;
  rests = 0;

  /** @param isDue whether a slice is over, whenever that is asked @param onAsk is called then, @param onRest before each rest */
  constructor(
    private readonly isDue: boolean,
    private readonly on: { readonly ask?: () => void; readonly rest?: () => void } = {},
  ) {}

  /** What is handed to the work. */
  get pace(): Pace {
    const pace: Pick<Pace, 'due' | 'rest' | 'signal'> = {
      signal: new AbortController().signal,
      due: () => {
        this.asked++;
        this.on.ask?.();
        return this.isDue;
      },
      rest: () => {
        this.rests++;
        return new Promise((resolve) => resolve(this.on.rest?.()));
      },
    };
    return pace as Pace;
  }
}
