/** A server in a real editor: in a window that starts and stops it a thousand times, and in ten windows that are reloaded under load. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { manyWindows, type WindowsResult } from '../workbench/manyWindows';
import { resultKey, type CyclesResult } from './cyclesResult';

export interface EditorAsked {
  readonly seed: number;
  readonly cycles: number;
  /** After which no further cycle begins. */
  readonly seconds: number;
  readonly windows: number;
  /** How often a window begins anew. */
  readonly reloads: number;
}

export interface EditorResult {
  readonly cycles: CyclesResult;
  readonly windows: WindowsResult;
}

/** Rejects if one of the two loses or leaves something; each ends with its audit. */
export async function editor(asked: EditorAsked): Promise<EditorResult> {
  const cycles = await manyCycles(asked);
  console.log(`  ${cycles.ends.length} cycles, ${cycles.operations} operations`);
  const { seed, windows, reloads } = asked;
  return { cycles, windows: await manyWindows({ seed, windows, reloads, clients: 4 }) };
}

async function manyCycles({ seed, cycles, seconds }: EditorAsked): Promise<CyclesResult> {
  const folder = mkdtempSync(join(tmpdir(), 'http-server-cycles-'));
  const file = join(folder, 'result.json');
  const asked = { TORTURE_CYCLES: cycles, TORTURE_SEED: seed, TORTURE_SECONDS: seconds, [resultKey]: file };
  try {
    const child = spawn(process.execPath, [resolve(__dirname, '../editor/runTests.js'), 'newest', 'cycles'], {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...Object.fromEntries(Object.entries(asked).map(([key, value]) => [key, String(value)])) },
    });
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`seed ${seed}: the window that starts and stops its server has failed.`);
    return JSON.parse(readFileSync(file, 'utf8')) as CyclesResult;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
