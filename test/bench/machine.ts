/** What the figures were measured on, and which core does what. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';

/** The first line that a program prints about itself, on either stream; undefined if it is not installed. */
export function firstLineOf(command: string, ...args: string[]): string | undefined {
  try {
    const quoted = [command, ...args].map((word) => `'${word}'`).join(' ');
    const output = execFileSync('sh', ['-c', `command -v '${command}' >/dev/null && (${quoted} 2>&1 || :)`], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return output.trim().split('\n')[0] ?? '';
  } catch {
    return undefined;
  }
}

/** Commands put in front of others, which keep the server and its load on different cores. Empty where that cannot be. */
export interface Pinning {
  readonly server: readonly string[];
  readonly load: readonly string[];
  readonly text: string;
}

export function pinning(cores = os.availableParallelism()): Pinning {
  if (process.platform !== 'linux' || cores < 2 || firstLineOf('taskset', '--version') === undefined) {
    return { server: [], load: [], text: 'server and load share all cores' };
  }
  const rest = cores === 2 ? '0' : `0-${cores - 2}`;
  return {
    server: ['taskset', '-c', String(cores - 1)],
    load: ['taskset', '-c', rest],
    text: `server on core ${cores - 1}, load on ${rest}`,
  };
}

/** How many descriptors a child of ours may open. Node.js raises its own limit as far as it may. */
export function mostDescriptors(): number {
  if (process.platform !== 'linux') return 4096;
  const [, hard] = /^Max open files\s+\S+\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? [];
  return hard === 'unlimited' ? Infinity : Number(hard);
}

/** Lines for the head of a report. */
export function facts(pins: Pinning): string[] {
  const cores = os.cpus();
  const memory = `${Math.round(os.totalmem() / 2 ** 30)} GiB`;
  return [
    `${cores[0]?.model.trim() ?? 'unknown processor'}, ${cores.length} cores, ${memory}; ${os.type()} ${os.release()}`,
    `Node.js ${process.versions.node}; ${pins.text}`,
  ];
}

/** A sentence if others use the machine, too. */
export function disturbance(): string | undefined {
  const load = os.loadavg()[0] ?? 0;
  return load < 0.5 ? undefined : `The machine is not quiet (load ${load.toFixed(1)}): the figures will be noisy.`;
}
