/** The built program, spawned, as a person at a terminal uses it. */
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { RawClient } from '../rawClient';

export const program = resolve(__dirname, '../../../../dist/cli.js');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Spawning {
  readonly cwd?: string;
  /** Besides what this process has. */
  readonly env?: NodeJS.ProcessEnv;
  /** By default pipes, which are read. */
  readonly stdio?: StdioOptions;
  /** A command that runs the one behind it under other conditions. */
  readonly wrapper?: readonly string[];
}

const running = new Set<TerminalProgram>();

/** Ends what a test has left. */
export function endPrograms(): void {
  for (const each of running) each.child.kill('SIGKILL');
  running.clear();
}

export class TerminalProgram {
  stdout = '';
  stderr = '';
  readonly ended: Promise<Ended>;
  readonly child: ChildProcess;
  private wake = (): void => undefined;

  constructor(args: readonly string[], { cwd, env, stdio, wrapper = [] }: Spawning = {}) {
    const [command = '', ...rest] = [...wrapper, process.execPath, program, ...args];
    this.child = spawn(command, rest, {
      stdio: stdio ?? ['ignore', 'pipe', 'pipe'],
      ...(cwd !== undefined && { cwd }),
      env: { ...process.env, ...env },
    });
    running.add(this);
    this.child.stdout?.on('data', (chunk: Buffer) => this.read('stdout', chunk));
    this.child.stderr?.on('data', (chunk: Buffer) => this.read('stderr', chunk));
    this.ended = once(this.child, 'close').then(([code]) => {
      running.delete(this);
      this.wake();
      return { code: code as number | null, stdout: this.stdout, stderr: this.stderr };
    });
  }

  private read(from: 'stdout' | 'stderr', chunk: Buffer): void {
    this[from] += chunk.toString();
    this.wake();
  }

  /** Resolves with the first match of `pattern` in what was printed there. */
  async prints(pattern: RegExp, where: 'stdout' | 'stderr' = 'stdout'): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this[where]);
      if (match !== null) return match;
      if (!running.has(this)) throw new Error(`it ended: ${this.stdout}${this.stderr}`);
      await new Promise<void>((done) => (this.wake = done));
    }
  }

  /** Of the line that says where it serves. */
  async port(): Promise<number> {
    return Number((await this.prints(/^Serving .* at https?:\/\/\S+:(\d+)\/\S*\r?\n/))[1]);
  }

  async client(): Promise<RawClient> {
    return RawClient.connect(await this.port());
  }

  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.child.kill(signal);
    return this.ended;
  }
}

export const runProgram = (args: readonly string[], spawning?: Spawning): Promise<Ended> =>
  new TerminalProgram(args, spawning).ended;
