/** The built program, spawned, as a person at a terminal uses it. */
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { RawClient } from '../rawClient';
import { Waiters } from '../waiters';

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

/** Ends what a test has left; resolves when nothing of it writes any more. */
export async function endPrograms(): Promise<void> {
  const left = [...running].map(({ child }) => child);
  running.clear();
  for (const child of left) {
    const exited = once(child, 'exit');
    if (child.kill('SIGKILL')) await exited;
  }
}

export class TerminalProgram {
  stdout = '';
  stderr = '';
  readonly ended: Promise<Ended>;
  readonly child: ChildProcess;
  /** Whoever waits for what it prints. */
  private readonly waiting = new Waiters();

  constructor(args: readonly string[], { cwd, env, stdio, wrapper = [] }: Spawning = {}) {
    const [command = '', ...rest] = [...wrapper, process.execPath, program, ...args];
    this.child = spawn(command, rest, {
      stdio: stdio ?? ['ignore', 'pipe', 'pipe'],
      ...(cwd !== undefined && { cwd }),
      env: { ...process.env, ...env },
    });
    running.add(this);
    // A character may come in two pieces.
    this.child.stdout?.setEncoding('utf8').on('data', (piece: string) => this.read('stdout', piece));
    this.child.stderr?.setEncoding('utf8').on('data', (piece: string) => this.read('stderr', piece));
    this.ended = once(this.child, 'close').then(([code]) => {
      running.delete(this);
      this.waiting.wake();
      return { code: code as number | null, stdout: this.stdout, stderr: this.stderr };
    });
  }

  private read(from: 'stdout' | 'stderr', piece: string): void {
    this[from] += piece;
    this.waiting.wake();
  }

  /** Resolves with the first match of `pattern` in what was printed there. */
  async prints(pattern: RegExp, where: 'stdout' | 'stderr' = 'stdout'): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this[where]);
      if (match !== null) return match;
      if (!running.has(this)) throw new Error(`it ended: ${this.stdout}${this.stderr}`);
      await this.waiting.next();
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
