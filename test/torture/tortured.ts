/** What a torture has before it, whether the server is in a thread or in a process of its own. */
import type { RawClient } from '../support/rawClient';
import type { Answer, Question } from './shim/fault';

export interface Tortured {
  /** The folder that is served. */
  readonly directory: string;
  readonly shim: { ask(question: Question): Promise<Pick<Answer, 'resources'>> };
  /** Of the process that the server is in, as `/proc` names it. */
  readonly process: string;
  client(): Promise<RawClient>;
  closeClients(): void;
  /** Absolute paths of what its server has unfinished. */
  unfinished(): string[];
  /** @throws what the server died of */
  assertAlive(): void;
}
