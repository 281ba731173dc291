/** Starts the server in a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Options } from '../../../src/options';
import { RawClient } from '../rawClient';
import type { Question, Reply } from './serverChild';

export class ServerProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  /** @param wrapper a command that runs the one that is put behind it, under other conditions */
  static async start(options: Options, wrapper: readonly string[] = []): Promise<ServerProcess> {
    const [command, ...args] = [...wrapper, process.execPath, join(__dirname, 'serverChild.js')];
    const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const reply = await ask(child, { serve: { ...options, port: 0 } });
    if (!('port' in reply)) throw new Error('not a port');
    return new ServerProcess(child, reply.port);
  }

  client(): Promise<RawClient> {
    return RawClient.connect(this.port);
  }

  /** The most memory that the process has had, in octets. */
  async peakMemory(): Promise<number> {
    const reply = await ask(this.child, { peak: true });
    if (!('peak' in reply)) throw new Error('not a peak');
    return reply.peak * 1024;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Ends it at once, with no chance to clean up. */
  async kill(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.disconnect();
    await ended;
  }
}

async function ask(child: ChildProcess, question: Question): Promise<Reply> {
  const replied = once(child, 'message') as Promise<[Reply]>;
  child.send(question);
  const [reply] = await replied;
  return reply;
}
