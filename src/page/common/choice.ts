/** What is to become of something whose name is taken. */
export type Choice = 'replace' | 'keepBoth' | 'skip';

export interface Asked {
  readonly choice: Choice;
  /** Whether the others that follow are to be treated the same. */
  readonly isForAll: boolean;
}
