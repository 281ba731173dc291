/** A server in a real editor: in a window that starts and stops it a thousand times, and in ten windows that are reloaded under load. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { manyWindows } from '../workbench/manyWindows';

export interface EditorAsked {
  readonly seed: number;
  readonly cycles: number;
  readonly windows: number;
  /** How often a window, or its host, begins anew. */
  readonly reloads: number;
}

/** Rejects if one of the two loses or leaves something; each ends with its audit. */
export async function editor({ seed, cycles, windows, reloads }: EditorAsked): Promise<string> {
  const program = resolve(__dirname, '../editor/runTests.js');
  const child = spawn(process.execPath, [program, 'newest', 'cycles'], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, TORTURE_CYCLES: String(cycles), TORTURE_SEED: String(seed) },
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`seed ${seed}: the window that starts and stops its server has failed.`);
  const result = await manyWindows({ seed, windows, reloads, clients: 4 });
  return `${cycles} cycles; ${windows} windows: ${JSON.stringify(result)}`;
}
