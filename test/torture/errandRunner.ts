/** Clients that run one errand after the other, each in a folder of its own, and what came of them by kind. */
import { setTimeout } from 'node:timers/promises';
import { Random } from '../support/data/random';
import { field, type RawClient } from '../support/rawClient';
import { digestOf } from './audit';
import { kindNames, kinds, type Kind, type KindName } from './errands';
import type { Tortured } from './tortured';

/** How often each status came; `cut`, where none did. */
export type Outcomes = Readonly<Record<string, number>>;

/** What may be said where a call of the file system fails. */
const ofFaults: readonly string[] = ['403', '409', '500', '503', '507', 'cut'];

export interface RunAsked {
  readonly clients: number;
  /** How long each client rests between two errands, in milliseconds on an average. */
  readonly pause: number;
  readonly isOver: () => boolean;
  /** Whether calls may fail meanwhile. */
  readonly isFaulty: boolean;
  /** Kinds that are left out. */
  readonly without?: readonly KindName[];
}

interface Ran {
  /** A status, or `cut`. */
  readonly outcome: string;
  readonly said: string;
  /** Whether the connection ends with it. */
  readonly isLast: boolean;
}

export class ErrandRunner {
  /** What was acknowledged last, of what nobody else has changed since. */
  readonly acknowledged = new Map<string, string>();
  private count = 0;

  constructor(
    private readonly arena: Tortured,
    private readonly seed: number,
  ) {}

  /** @throws if an answer was none that the errand is for */
  async run(asked: RunAsked): Promise<Readonly<Record<KindName, Outcomes>>> {
    const outcomes = Object.fromEntries(kindNames.map((kind) => [kind, {}])) as Record<
      KindName,
      Record<string, number>
    >;
    const note = (kind: KindName, outcome: string): void => {
      outcomes[kind][outcome] = (outcomes[kind][outcome] ?? 0) + 1;
    };
    await Promise.all(Array.from({ length: asked.clients }, (_, i) => this.work(`errands-${i}`, asked, note)));
    return outcomes;
  }

  private async work(folder: string, asked: RunAsked, note: (kind: KindName, outcome: string) => void): Promise<void> {
    const random = new Random(this.seed + ++this.count);
    const wanted = kindNames.filter((kind) => asked.without?.includes(kind) !== true);
    let client: RawClient | undefined;
    while (!asked.isOver()) {
      client ??= await this.arena.client();
      const kind = random.pick(wanted);
      const { outcome, said, isLast } = await this.one(client, kind, folder, random);
      note(kind, outcome);
      const { hoped }: Kind = kinds[kind];
      const isRight = hoped.map(String).includes(outcome) || (asked.isFaulty && ofFaults.includes(outcome));
      if (!isRight) throw new Error(`${kind}, seed ${this.seed}: ${outcome} ${said}`);
      if (isLast || client.socket.destroyed) {
        client.close();
        client = undefined;
      }
      await setTimeout(random.integer(2 * asked.pause));
    }
    client?.close();
  }

  private async one(client: RawClient, kind: KindName, folder: string, random: Random): Promise<Ran> {
    const text = `${this.seed} ${++this.count} `.repeat(1 + random.integer(2000));
    const know = (path: string, content: string | undefined): void => {
      if (content === undefined) this.acknowledged.delete(path);
      else this.acknowledged.set(path, content === '' ? 'gone' : digestOf(content));
    };
    const { run }: Kind = kinds[kind];
    const answer = await run({ client, another: () => this.arena.client(), folder, text, know }).catch(
      (error: unknown) => error as Error,
    );
    if (answer instanceof Error) return { outcome: 'cut', said: answer.message, isLast: true };
    const isLast = field(answer, 'connection') === 'close';
    return { outcome: String(answer.status), said: answer.body.toString('latin1', 0, 300), isLast };
  }
}
