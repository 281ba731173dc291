/** Starts the server in a process of its own. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Options } from '../../src/options';
import { RawClient } from './rawClient';
import type { Question, Reply } from './serverChild';

export class ServerProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  static async start(options: Options): Promise<ServerProcess> {
    const child = fork(join(__dirname, 'serverChild.js'));
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
