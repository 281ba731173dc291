/** What a window that starts and stops its server tells of it, and where. */
import type { Usage } from './audit';

export interface Ended {
  /** How the server was ended. */
  readonly way: string;
  /** Until it ran again. */
  readonly milliseconds: number;
  /** Memory of the host then, in octets. */
  readonly resident: number;
}

export interface CyclesResult {
  readonly operations: number;
  readonly ends: readonly Ended[];
  /** Without a server: at first, and in the end. */
  readonly before: Usage;
  readonly after: Usage;
  /** Memory of the host when the server had been started for the first time, in octets. */
  readonly resident: number;
}

/** The variable that has the path of the file in which the result is left, in JSON. */
export const resultKey = 'TORTURE_RESULT';
