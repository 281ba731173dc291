/** A history that is wrong is kept, for the same seed has clients do the same, and never quite at the same moments. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { flawsOf, type Operation } from './history';

/** @throws AssertionError with the seed, what is wrong, and the file by which it can be judged again */
export function assertRegisters(history: readonly Operation[], seed: number): void {
  const flaws = flawsOf(history);
  if (flaws.length === 0) return;
  const file = join(mkdtempSync(join(tmpdir(), 'http-server-history-')), `${seed}.json`);
  writeFileSync(file, JSON.stringify(history));
  assert.fail(`seed ${seed}, kept in ${file}:\n${flaws.slice(0, 20).join('\n')}`);
}

/** @returns what is wrong with a history that was kept */
export const flawsIn = (file: string): string[] => flawsOf(JSON.parse(readFileSync(file, 'utf8')) as Operation[]);
