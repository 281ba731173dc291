/** The server's life: one state machine, one operation at a time. */
import { isDeepStrictEqual } from 'node:util';
import { EventEmitter } from 'vscode';
import type { Disposable } from 'vscode';
import { localUrl } from '../../addresses';
import type { Changed, Traffic, UnsavedText, UploadProgress, UploadTrouble } from '../../messages';
import { defaultLimits } from '../../options';
import type { QuestionOf, RequestAnswers, RequestQuestion } from '../../requestQuestions';
import type { Plan } from './plan';
import { bind } from './binding';
import type { Binding } from './binding';
import { crashProblem, died, problemOf, ServerError } from './problem';
import type { Problem } from './problem';
import { mayFollow } from './state';
import { isForwarded, optionsFor, sameAddress, siteOf } from './siteOfPlan';
import type { ServedSite, State } from './state';
import type { ServerThread } from './thread';
import { externalUri } from './urls';

/** What the controller asks of the rest of the editor. */
export interface ControllerSurroundings {
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

/** How long nothing more may be asked for before the server moves, in milliseconds: a port is typed digit by digit. */
const settlingTime = 2000;

/** A thread that listens, and what it was told. */
export interface ServerInThread {
  readonly thread: ServerThread;
  readonly plan: Plan;
  readonly binding: Binding;
  readonly site: ServedSite;
  readonly concern?: Problem;
}

export class Controller implements Disposable {
  readonly #surroundings: ControllerSurroundings;
  readonly #states = new EventEmitter<State>();
  readonly #traffic = new EventEmitter<Traffic>();
  readonly #uploads = new EventEmitter<readonly UploadProgress[]>();
  readonly #uploadTroubles = new EventEmitter<UploadTrouble>();
  readonly #pages = new EventEmitter<number>();
  readonly #crashes = new EventEmitter<string>();
  #state: State = { kind: 'stopped' };
  #server: ServerInThread | undefined;
  /** The thread that is stopping: it may still have exchanges in flight. */
  #closing: ServerThread | undefined;
  /** Ends when the operations asked for so far have ended. */
  #queue: Promise<unknown> = Promise.resolve();
  #lastCrash = -Infinity;
  #lastRequest = 0;
  #settling: NodeJS.Timeout | undefined;

  readonly onDidChangeState = this.#states.event;
  readonly onDidTraffic = this.#traffic.event;
  /** Fires now and then with the uploads that take a while, and once when there are none any more. */
  readonly onDidTellUploads = this.#uploads.event;
  readonly onDidMeetUploadTrouble = this.#uploadTroubles.event;
  /** Fires with the number of pages that wait to be told of changes. */
  readonly onDidTellPages = this.#pages.event;
  /** Fires with the reason when the thread died while the server was running. */
  readonly onDidCrash = this.#crashes.event;

  constructor(surroundings: ControllerSurroundings) {
    this.#surroundings = surroundings;
  }

  get state(): State {
    return this.#state;
  }

  /** Resolves to `running` or `failed`; an operation rejects only on a defect. */
  start(): Promise<State> {
    const isBehind = this.#settle();
    return this.#enqueue(() => {
      if (this.#state.kind !== 'running') return this.#startAfresh();
      return isBehind ? this.#apply() : undefined;
    });
  }

  /** @param grace how long exchanges in flight may go on, in milliseconds */
  stop(grace = defaultLimits.stopTimeout): Promise<State> {
    this.#settle();
    return this.#enqueue(() => this.#stop(grace));
  }

  restart(): Promise<State> {
    this.#settle();
    return this.#enqueue(async () => {
      await this.#stop();
      await this.#startAfresh();
    });
  }

  /** Makes a server that runs, or failed to, do what is asked for now. */
  apply(): Promise<State> {
    this.#settle();
    return this.#enqueue(() => (this.#state.kind === 'failed' ? this.#startAfresh() : this.#apply()));
  }

  /** {@link apply}, once nothing more was asked for during a while. */
  applySettled(): void {
    this.#settle();
    this.#settling = setTimeout(() => void this.apply(), settlingTime);
  }

  get isSettling(): boolean {
    return this.#settling !== undefined;
  }

  /** Ends a server that has lost its folder, unless it serves another by now. */
  lose(directory: string, problem: Problem): Promise<State> {
    return this.#enqueue(() => (this.#server?.site.directory === directory ? this.#fail(problem) : undefined));
  }

  /** Lets `operation` have the server, if one runs, while no other operation has it. Rejects as `operation` does. */
  async use<T>(operation: (server: ServerInThread) => Promise<T>): Promise<T | undefined> {
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
  tell(message: Changed | UnsavedText): void {
    this.#server?.thread.tell(message);
  }

  dispose(): void {
    this.#settle();
    for (const thread of [this.#server?.thread, this.#closing]) thread?.dispose();
    this.#server = undefined;
    const tellers = [this.#states, this.#traffic, this.#uploads, this.#uploadTroubles, this.#pages, this.#crashes];
    for (const emitter of tellers) emitter.dispose();
  }

  /** Returns whether something was to be applied, which whoever asks for more now takes along. */
  #settle(): boolean {
    const { isSettling } = this;
    clearTimeout(this.#settling);
    this.#settling = undefined;
    return isSettling;
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

  /** @param before the port that pages of this server have open */
  async #start(before?: number): Promise<void> {
    this.#enter({ kind: 'starting' });
    let plan: Plan | undefined;
    let thread: ServerThread | undefined;
    try {
      plan = await this.#surroundings.plan();
      thread = this.#spawn();
      const asked = plan.options.port;
      const { binding, listening, detour } = await (before === undefined
        ? bind(thread, plan, this.#surroundings.usedPort(asked))
        : bind(thread, { ...plan, isPortSet: false }, before));
      this.#surroundings.rememberPort(asked, listening.port);
      const url = localUrl(plan.options.host, listening.port, plan.options.tls !== undefined);
      const site = siteOf(plan, { port: listening.port, detour, url, external: await externalUri(url) });
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

  #adopt(server: ServerInThread): void {
    this.#server = server;
    this.#enter({ kind: 'running', site: server.site, concern: server.concern });
  }

  async #apply(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    let plan = server.plan;
    try {
      plan = await this.#surroundings.plan();
    } catch (error) {
      return this.#object(server, problemOf(error, plan.options));
    }
    const { concern, ...same } = server;
    if (isDeepStrictEqual(plan.options, server.plan.options)) {
      if (concern !== undefined && server === this.#server) this.#adopt(same);
    } else if (sameAddress(plan.options, server.plan.options)) {
      await this.#configure(same, plan);
    } else {
      await this.#stop();
      await this.#start();
    }
  }

  async #configure(server: ServerInThread, plan: Plan): Promise<void> {
    const site = siteOf(plan, server.site);
    try {
      await server.thread.configure(optionsFor(plan, site, server.binding));
      this.#adopt({ ...server, plan, site });
    } catch (error) {
      // A thread that died meanwhile is about to be started again, with the new plan.
      if (error instanceof ServerError && error.failure.code === died) return;
      await this.#object(server, problemOf(error, plan.options));
    }
  }

  /** Goes on as before although something else is asked for, and says why; unless that would let in who no longer may. */
  async #object(server: ServerInThread, problem: Problem): Promise<void> {
    const now = this.#server;
    // One whose thread died meanwhile is about to be started again.
    if (now?.thread !== server.thread) return;
    if (problem.isFatal || problem.missing === server.site.directory) await this.#fail(problem);
    else if (now.concern?.message !== problem.message) this.#adopt({ ...server, concern: problem });
  }

  async #fail(problem: Problem): Promise<void> {
    this.#enter({ kind: 'stopping' });
    await this.#close(defaultLimits.stopTimeout);
    this.#enter({ kind: 'failed', problem });
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
    const { port } = this.#state.site;
    const now = this.#surroundings.now();
    const again = now - this.#lastCrash < crashWindow;
    this.#lastCrash = now;
    if (again) this.#enter({ kind: 'failed', problem: crashProblem(reason) });
    else await this.#start(port);
  }
}
