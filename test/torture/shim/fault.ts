/** What stands between a server's bundle and `node:fs`, and how it is spoken to. Types, and the way there; the shim itself is beside. */
import { BroadcastChannel } from 'node:worker_threads';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';

/** What the operating system says; `KILL` has the process die before the call. */
export type Fault = 'EIO' | 'ENOSPC' | 'EMFILE' | 'EACCES' | 'EROFS' | 'EDQUOT' | 'ESTALE' | 'EINTR' | 'KILL';

export const faults: readonly Fault[] = ['EIO', 'ENOSPC', 'EMFILE', 'EACCES', 'EROFS', 'EDQUOT', 'ESTALE', 'EINTR'];

/** A call that fails: the one with that number from now on, and with `ever` all that follow. */
export interface Armed {
  readonly at: number;
  readonly fault: Fault;
  readonly ever: boolean;
}

/** One call that was made, as far as it can be told. A descriptor stands for the path it was opened by. */
export interface Call {
  readonly name: string;
  readonly path?: string | undefined;
  readonly to?: string | undefined;
  /** What was written, in base64, and where. */
  readonly bytes?: string | undefined;
  readonly position?: number | undefined;
  /** That of the descriptor, or how the file was opened. */
  readonly fd?: number | undefined;
  readonly flags?: number | undefined;
  /** Whether it was made to fail. */
  readonly failed?: boolean;
  /** Of recorded calls: what the system said of it, if it refused; and what it gave, a descriptor or a number of octets. */
  refused?: string | undefined;
  result?: number | undefined;
  /** Of the end of a call that went on beside others: the place of its beginning among the calls. */
  readonly begun?: number | undefined;
}

/** The call in whose place the head of an answer is recorded: `fd` is the port of the client, `flags` the status. */
export const answerCall = 'answer';

/** What a server has that should not grow. */
export interface Resources {
  readonly timers: number;
  /** In octets, without what nobody can reach. */
  readonly heap: number;
  /** By how many milliseconds timers came too late since that was asked last: in all but one of a hundred cases, and at most. */
  readonly lateness: { readonly p99: number; readonly most: number };
}

export type Question =
  | { readonly kind: 'arm'; readonly armed: Armed }
  /** Calls are only written down, with what they write. */
  | { readonly kind: 'record' }
  /** Nothing fails any more. Answered with what was called meanwhile. */
  | { readonly kind: 'disarm' }
  | { readonly kind: 'resources' };

export interface Answer {
  readonly calls: readonly Call[];
  readonly resources: Resources;
}

export interface Asked {
  readonly id: number;
  readonly question: Question;
}

export interface Answered {
  readonly id: number;
  readonly answer: Answer;
}

/** To be preloaded, by `--require`. */
export const shimPath = join(__dirname, 'shim.js');

/** The environment data, or the variable, that has the name of the channel: threads have channels, processes have IPC. */
export const channelKey = 'httpServerTorture';

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** Asks the shim in another thread, or in another process. */
export class ShimControl {
  private next = 0;
  private death: Error | undefined;
  private readonly waiting = new Map<number, Waiting>();

  private constructor(
    private readonly send: (asked: Asked) => void,
    readonly close: () => void,
  ) {}

  static ofThread(name: string): ShimControl {
    const channel = new BroadcastChannel(name);
    const control = new ShimControl(
      (asked) => channel.postMessage(asked),
      () => channel.close(),
    );
    channel.onmessage = (event: unknown) => control.hear((event as { data: Asked | Answered }).data);
    channel.unref();
    return control;
  }

  static ofProcess(child: ChildProcess): ShimControl {
    const control = new ShimControl(
      // Whoever waits for an answer is told by {@link fail}.
      (asked) => void child.send(asked, () => undefined),
      () => undefined,
    );
    child.on('message', (message) => control.hear(message as Answered));
    return control;
  }

  private hear(message: Asked | Answered): void {
    if (!('answer' in message)) return;
    this.waiting.get(message.id)?.resolve(message.answer);
    this.waiting.delete(message.id);
  }

  /** To be called when the server has died: nobody waits any more, nor will. */
  fail(error: Error): void {
    this.death = error;
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }

  ask(question: Question): Promise<Answer> {
    if (this.death !== undefined) return Promise.reject(this.death);
    const id = ++this.next;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.send({ id, question });
    });
  }
}
