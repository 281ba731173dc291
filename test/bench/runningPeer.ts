/** A server that was started for the benchmark. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { startOwned } from '../support/host/children';
import { Cleanup } from '../support/host/cleanup';
import { sparePort } from '../support/host/sparePort';
import type { Peer, Place } from './peers';

const patience = 30_000;

export class Running {
  /** The last that it wrote to its error stream. */
  #said = '';
  #stopping = false;

  private constructor(
    readonly peer: Peer,
    readonly port: number,
    /** The certificate, where it speaks TLS. */
    readonly cert: string | undefined,
    private readonly child: ChildProcess,
    private readonly cleanup: Cleanup,
  ) {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-2000);
    });
    child.once('exit', () => {
      if (!this.#stopping) console.error(`${peer.name} has ended: ${this.#said}`);
    });
  }

  /** Resolves when the server takes connections. @param pin a command in front of the server's */
  static async start(peer: Peer, place: Omit<Place, 'port'>, pin: readonly string[]): Promise<Running> {
    const port = await sparePort();
    const [command = '', ...args] = [...pin, ...peer.command({ ...place, port })];
    const cleanup = new Cleanup();
    const ipc = peer.speaks === true ? (['ipc'] as const) : [];
    const env = { ...process.env, ...peer.env };
    const child = startOwned(cleanup, command, args, { stdio: ['ignore', 'ignore', 'pipe', ...ipc], env });
    const running = new Running(peer, port, place.tls?.cert, child, cleanup);
    try {
      await running.#listening();
      return running;
    } catch (error) {
      await running.stop();
      throw error;
    }
  }

  async #listening(): Promise<void> {
    const ended = new AbortController();
    this.child.once('exit', () => ended.abort());
    this.child.once('error', () => ended.abort());
    for (const end = performance.now() + patience; performance.now() < end && !ended.signal.aborted;) {
      if (await isListening(this.port)) return;
      await delay(20);
    }
    throw new Error(`${this.peer.name} does not listen. ${this.#said}`.trim());
  }

  stop(): Promise<void> {
    this.#stopping = true;
    return this.cleanup.run();
  }

  /** What a server of ours answers to a question; see `peers.ts`. */
  async ask<T>(question: string): Promise<T> {
    this.child.send(question);
    const [answer] = (await once(this.child, 'message')) as [T];
    return answer;
  }

  /** Resident memory now, in octets, of all its processes; undefined where the system does not tell. */
  memory(): number | undefined {
    return this.#status('VmRSS');
  }

  /** The most that {@link memory} was since {@link forgetPeak}. */
  peak(): number | undefined {
    return this.#status('VmHWM');
  }

  forgetPeak(): void {
    for (const pid of this.#processes()) writeFileSync(`/proc/${pid}/clear_refs`, '5');
  }

  /** Processor time that its threads that live have taken, in milliseconds; undefined where the system does not tell. */
  processorTime(): number | undefined {
    if (process.platform !== 'linux') return undefined;
    const times = this.#processes().flatMap((pid) =>
      readdirSync(`/proc/${pid}/task`).map((thread) => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1')),
    );
    return times.reduce((sum, text) => sum + Number.parseInt(text, 10) / 1e6, 0);
  }

  #status(field: string): number | undefined {
    if (process.platform !== 'linux') return undefined;
    const line = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm');
    return this.#processes().reduce((sum, pid) => {
      return sum + Number(line.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) * 1024;
    }, 0);
  }

  #processes(): number[] {
    return process.platform === 'linux' ? family(this.child.pid ?? 0) : [];
  }
}

/** A process and all that it started. */
function family(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').split(' ').filter(Boolean),
  );
  return [pid, ...children.flatMap((child) => family(Number(child)))];
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
