/** The server's life: one state machine, one operation at a time. */
import { isDeepStrictEqual } from 'node:util';
import { EventEmitter } from 'vscode';
import type { Disposable } from 'vscode';
import { localUrl } from '../../addresses';
import type { Changed, Listening, Traffic, Unsaved, UploadProgress, UploadTrouble } from '../../messages';
import { defaultLimits } from '../../options';
import type { Options } from '../../options';
import type { QuestionOf, RequestAnswers, RequestQuestion } from '../../requestQuestions';
import type { Plan } from './plan';
import { crashProblem, died, problemOf, ServerError } from './problem';
import { mayFollow } from './state';
import type { Site, State } from './state';
import type { ServerThread } from './thread';
import { externalUri, localUri } from './urls';

/** What the controller asks of the rest of the editor. */
export interface Surroundings {
  /** What is asked for now. Rejects with a {@link ProblemError}. */
  readonly plan: () => Promise<Plan>;
  /** @param lastRequest the number of the last request that was told of */
  readonly spawn: (lastRequest: number) => ServerThread;
  /** The port used the last time `asked` was asked for. */
  readonly usedPort: (asked: number) => number | undefined;
  readonly rememberPort: (asked: number, used: number) => void;
  /** Milliseconds of any clock that only goes forward. */
  readonly now: () => number;
}

/** A thread that dies twice within this many milliseconds is not started again. */
const crashWindow = 60_000;

/** The port a listener was told to take. It may have taken one of the next. */
type Binding = Pick<Options, 'port' | 'portAttempts'>;

type Address = Pick<Site, 'port' | 'url' | 'external'>;

/** A thread that listens, and what it was told. */
export interface Server {
  readonly thread: ServerThread;
  readonly plan: Plan;
  readonly binding: Binding;
  readonly site: Site;
}

export class Controller implements Disposable {
  readonly #surroundings: Surroundings;
  readonly #states = new EventEmitter<State>();
  readonly #traffic = new EventEmitter<Traffic>();
  readonly #uploads = new EventEmitter<readonly UploadProgress[]>();
  readonly #uploadTroubles = new EventEmitter<UploadTrouble>();
  readonly #pages = new EventEmitter<number>();
  readonly #crashes = new EventEmitter<string>();
  #state: State = { kind: 'stopped' };
  #server: Server | undefined;
  /** The thread that is stopping: it may still have exchanges in flight. */
  #closing: ServerThread | undefined;
  /** Ends when the operations asked for so far have ended. */
  #queue: Promise<unknown> = Promise.resolve();
  #lastCrash = -Infinity;
  #lastRequest = 0;

  readonly onDidChangeState = this.#states.event;
  readonly onDidTraffic = this.#traffic.event;
  /** Fires now and then with the uploads that take a while, and once when there are none any more. */
  readonly onDidTellUploads = this.#uploads.event;
  readonly onDidMeetUploadTrouble = this.#uploadTroubles.event;
  /** Fires with the number of pages that wait to be told of changes. */
  readonly onDidTellPages = this.#pages.event;
  /** Fires with the reason when the thread died while the server was running. */
  readonly onDidCrash = this.#crashes.event;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  get state(): State {
    return this.#state;
  }

  /** Resolves to `running` or `failed`; an operation rejects only on a defect. */
  start(): Promise<State> {
    return this.#enqueue(() => (this.#state.kind === 'running' ? undefined : this.#startAfresh()));
  }

  /** @param grace how long exchanges in flight may go on, in milliseconds */
  stop(grace = defaultLimits.stopTimeout): Promise<State> {
    return this.#enqueue(() => this.#stop(grace));
  }

  restart(): Promise<State> {
    return this.#enqueue(async () => {
      await this.#stop();
      await this.#startAfresh();
    });
  }

  /** Makes a server that runs, or failed to, do what is asked for now. */
  apply(): Promise<State> {
    return this.#enqueue(() => (this.#state.kind === 'failed' ? this.#startAfresh() : this.#apply()));
  }

  /** Lets `operation` have the server, if one runs, while no other operation has it. Rejects as `operation` does. */
  async use<T>(operation: (server: Server) => Promise<T>): Promise<T | undefined> {
    let result: T | undefined;
    await this.#enqueue(async () => {
      if (this.#server !== undefined) result = await operation(this.#server);
    });
    return result;
  }

  /** Has an upload fail; nothing happens if it has ended. */
  cancelUpload(upload: number): void {
    (this.#server?.thread ?? this.#closing)?.cancelUpload(upload);
  }

  /** Asks the server about the requests that it keeps; see {@link ServerThread.ask}. Undefined unless it is running. */
  ask<K extends RequestQuestion['kind']>(
    question: QuestionOf<K>,
    signal?: AbortSignal,
  ): Promise<RequestAnswers[K]> | undefined {
    return this.#server?.thread.ask(question, signal);
  }

  /** Tells the server, if one runs, of files. */
  tell(message: Changed | Unsaved): void {
    this.#server?.thread.tell(message);
  }

  dispose(): void {
    for (const thread of [this.#server?.thread, this.#closing]) thread?.dispose();
    this.#server = undefined;
    for (const emitter of [this.#states, this.#traffic, this.#uploads, this.#pages, this.#crashes]) emitter.dispose();
  }

  #enqueue(operation: () => Promise<void> | undefined): Promise<State> {
    const done = this.#queue.then(operation).then(() => this.#state);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  #enter(state: State): void {
    if (!mayFollow(this.#state.kind, state.kind)) throw new Error(`${state.kind} cannot follow ${this.#state.kind}.`);
    this.#state = state;
    this.#states.fire(state);
  }

  /** Starts because a person asked for it: earlier crashes do not count. */
  #startAfresh(): Promise<void> {
    this.#lastCrash = -Infinity;
    return this.#start();
  }

  async #start(): Promise<void> {
    this.#enter({ kind: 'starting' });
    let plan: Plan | undefined;
    let thread: ServerThread | undefined;
    try {
      plan = await this.#surroundings.plan();
      thread = this.#spawn();
      const { binding, listening } = await this.#listen(thread, plan.options);
      this.#surroundings.rememberPort(plan.options.port, listening.port);
      const url = localUrl(plan.options.host, listening.port, plan.options.tls !== undefined);
      const site = siteOf(plan, { port: listening.port, url, external: await externalUri(url) });
      if (isForwarded(site)) await thread.configure(optionsFor(plan, site, binding));
      thread.assertAlive();
      this.#adopt({ thread, plan, binding, site });
    } catch (error) {
      await thread?.terminate();
      this.#enter({ kind: 'failed', problem: problemOf(error, plan?.options) });
    }
  }

  #spawn(): ServerThread {
    const thread = this.#surroundings.spawn(this.#lastRequest);
    thread.onDidTraffic((traffic) => {
      this.#lastRequest = traffic.lastRequest ?? this.#lastRequest;
      this.#traffic.fire(traffic);
    });
    thread.onDidTellPages((count) => this.#pages.fire(count));
    thread.onDidTellUploads((uploads) => this.#uploads.fire(uploads));
    thread.onDidMeetUploadTrouble((trouble) => this.#uploadTroubles.fire(trouble));
    thread.onDidEnd((reason) => this.#ended(thread, reason));
    return thread;
  }

  /** Tries the port of the last time, then the one asked for and those after it. */
  async #listen(thread: ServerThread, options: Options): Promise<{ binding: Binding; listening: Listening }> {
    const used = this.#surroundings.usedPort(options.port);
    if (used !== undefined && used !== options.port) {
      const binding = { port: used, portAttempts: 1 };
      try {
        return { binding, listening: await thread.start({ ...options, ...binding }) };
      } catch (error) {
        if (!isUnavailable(error)) throw error;
      }
    }
    return { binding: options, listening: await thread.start(options) };
  }

  #adopt(server: Server): void {
    this.#server = server;
    this.#enter({ kind: 'running', site: server.site });
  }

  async #apply(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    let plan = server.plan;
    try {
      plan = await this.#surroundings.plan();
    } catch (error) {
      return this.#fail(error, plan.options);
    }
    if (isDeepStrictEqual(plan.options, server.plan.options)) return;
    if (!sameAddress(plan.options, server.plan.options)) {
      await this.#stop();
      return this.#start();
    }
    await this.#configure(server, plan);
  }

  async #configure(server: Server, plan: Plan): Promise<void> {
    const site = siteOf(plan, server.site);
    try {
      await server.thread.configure(optionsFor(plan, site, server.binding));
      this.#adopt({ ...server, plan, site });
    } catch (error) {
      // A thread that died meanwhile is about to be started again, with the new plan.
      if (!(error instanceof ServerError) || error.failure.code !== died) await this.#fail(error, plan.options);
    }
  }

  /** Stops, because what is asked for cannot be done: to go on with the old settings would be to ignore the new. */
  async #fail(error: unknown, options: Options): Promise<void> {
    this.#enter({ kind: 'stopping' });
    await this.#close(defaultLimits.stopTimeout);
    this.#enter({ kind: 'failed', problem: problemOf(error, options) });
  }

  async #stop(grace = defaultLimits.stopTimeout): Promise<void> {
    if (this.#state.kind === 'running') this.#enter({ kind: 'stopping' });
    await this.#close(grace);
    if (this.#state.kind !== 'stopped') this.#enter({ kind: 'stopped' });
  }

  async #close(grace: number): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.#closing = server?.thread;
    await server?.thread.stop(grace);
    this.#closing = undefined;
  }

  /** The thread ended. It matters only if nobody here asked for it. */
  #ended(thread: ServerThread, reason: string): void {
    if (thread !== this.#server?.thread) return;
    this.#server = undefined;
    this.#crashes.fire(reason);
    void this.#enqueue(() => this.#recover(reason));
  }

  async #recover(reason: string): Promise<void> {
    if (this.#state.kind !== 'running' || this.#server !== undefined) return;
    const now = this.#surroundings.now();
    const again = now - this.#lastCrash < crashWindow;
    this.#lastCrash = now;
    if (again) this.#enter({ kind: 'failed', problem: crashProblem(reason) });
    else await this.#start();
  }
}

const sameAddress = (a: Options, b: Options): boolean =>
  a.host === b.host && a.port === b.port && (a.tls === undefined) === (b.tls === undefined);

const isUnavailable = (error: unknown): boolean =>
  error instanceof ServerError && ['EADDRINUSE', 'EACCES', 'EPERM'].includes(error.failure.code);

const siteOf = ({ folder, options }: Plan, { port, url, external }: Address): Site => ({
  port,
  url,
  external,
  directory: options.directory,
  folder,
  access: options.access,
  token: options.token,
  liveReload: options.liveReload,
  serveUnsaved: options.serveUnsaved,
});

const isForwarded = ({ url, external }: Address): boolean => external.authority !== localUri(url).authority;

/** The options of a plan. The name under which the user's browser asks, when the editor forwards, is allowed, too. */
function optionsFor({ options }: Plan, site: Site, { port, portAttempts }: Binding): Options {
  const allowedHosts = [...options.allowedHosts, ...(isForwarded(site) ? [site.external.authority] : [])];
  return { ...options, allowedHosts, port, portAttempts };
}
