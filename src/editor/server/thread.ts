/** The server's thread: calls that resolve, and news of traffic. */
import { Worker } from 'node:worker_threads';
import { EventEmitter } from 'vscode';
import type { Disposable } from 'vscode';
import {
  resourceLimits,
  type Call,
  type Changed,
  type Data,
  type FromWorker,
  type Listening,
  type Reply,
  type ToWorker,
  type Traffic,
  type TrashCall,
  type UnsavedText,
  type UploadProgress,
  type UploadTrouble,
} from '../../messages';
import type { Options } from '../../options';
import type { QuestionOf, RequestAnswers, RequestQuestion } from '../../requestQuestions';
import { adviceForClients } from '../common/settingAdvice';
import { died, ServerError } from './problem';
import { moveToTrash, type Trash } from './trash';

/** A call before it has its number. */
type Question = Call extends infer C ? (C extends Call ? Omit<C, 'id'> : never) : never;
type Answer = Exclude<Reply, { readonly type: 'failed' }>;

interface Pending {
  readonly resolve: (reply: Answer) => void;
  readonly reject: (error: ServerError) => void;
}

/** How long past its own time limit a graceful stop may take before the thread is ended, in milliseconds. */
const patience = 1000;

export class ServerThread implements Disposable {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  readonly #traffic = new EventEmitter<Traffic>();
  readonly #uploads = new EventEmitter<readonly UploadProgress[]>();
  readonly #uploadTroubles = new EventEmitter<UploadTrouble>();
  readonly #pages = new EventEmitter<number>();
  readonly #trash: Trash;
  readonly #ended = new EventEmitter<string>();
  #calls = 0;
  /** The error that ended the thread. */
  #reason: string | undefined;
  #death: ServerError | undefined;

  readonly onDidTraffic = this.#traffic.event;
  /** Fires now and then with the uploads that take a while, and once when there are none any more. */
  readonly onDidTellUploads = this.#uploads.event;
  readonly onDidMeetUploadTrouble = this.#uploadTroubles.event;
  /** Fires with the number of pages that wait to be told of changes. */
  readonly onDidTellPages = this.#pages.event;
  /** Fires once, with the reason, however the thread ended. */
  readonly onDidEnd = this.#ended.event;

  /**
   * @param program absolute path, or URL, of what the thread runs
   * @param trash where it has deleted files go
   * @param lastRequest the number of the last request that the thread before it has told of
   */
  constructor(program: string | URL, trash: Trash = moveToTrash, lastRequest = 0) {
    this.#trash = trash;
    const workerData: Data = { advice: adviceForClients(), lastRequest };
    this.#worker = new Worker(program, { name: 'HTTP Server', workerData, resourceLimits });
    this.#worker.on('message', (message: FromWorker) => this.#receive(message));
    this.#worker.on('error', (error: unknown) => {
      this.#reason ??= error instanceof Error ? error.message : String(error);
    });
    this.#worker.on('exit', (code) => this.#end(code));
  }

  /** Resolves once the server listens. Rejects with a {@link ServerError}, as do the other calls. */
  start(options: Options): Promise<Listening> {
    return this.#listen({ type: 'start', options });
  }

  async configure(options: Options): Promise<void> {
    await this.#call({ type: 'configure', options });
  }

  /** Serves at a second place, too, or lets that take new options. Resolves once it listens. */
  share(options: Options): Promise<Listening> {
    return this.#listen({ type: 'share', options });
  }

  /** Resolves when the second place lets nobody in any more. @param lingers whether what is under way may go on for long */
  async unshare(lingers: boolean): Promise<void> {
    await this.#call({ type: 'unshare', lingers });
  }

  /**
   * Asks about the requests that are kept. Rejects with a {@link ServerError}.
   *
   * @param signal to wait no longer
   */
  async ask<K extends RequestQuestion['kind']>(
    question: QuestionOf<K>,
    signal?: AbortSignal,
  ): Promise<RequestAnswers[K]> {
    const reply = this.#call({ type: 'ask', question });
    const id = this.#calls;
    const cancel = (): void => this.#worker.postMessage({ type: 'cancelQuestion', id } satisfies ToWorker);
    if (signal?.aborted === true) cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      const answered = await reply;
      if (answered.type !== 'answer') throw new Error(`The server answered ${answered.type} to a question.`);
      return answered.answer as RequestAnswers[K];
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** Has an upload fail; nothing happens if it has ended. */
  cancelUpload(upload: number): void {
    this.#worker.postMessage({ type: 'cancelUpload', upload } satisfies ToWorker);
  }

  /** Tells the server of files; nothing is answered. */
  tell(message: Changed | UnsavedText): void {
    this.#worker.postMessage(message satisfies ToWorker);
  }

  /** Throws the {@link ServerError} of a thread that has ended. */
  assertAlive(): void {
    if (this.#death !== undefined) throw this.#death;
  }

  /**
   * Lets exchanges in flight finish, then ends the thread. Never rejects.
   * @param grace how long to wait for that, in milliseconds
   */
  async stop(grace: number): Promise<void> {
    const late = AbortSignal.timeout(grace + patience);
    const stopped = this.#call({ type: 'stop', grace }).catch(() => undefined);
    await Promise.race([stopped, new Promise((resolve) => late.addEventListener('abort', resolve))]);
    await this.terminate();
  }

  /** Ends the thread at once; resolves when it has ended. */
  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  dispose(): void {
    void this.terminate();
  }

  async #listen(question: Question): Promise<Listening> {
    const reply = await this.#call(question);
    if (reply.type !== 'listening') throw new Error(`The server answered ${reply.type} to ${question.type}.`);
    return reply.listening;
  }

  #call(question: Question): Promise<Answer> {
    if (this.#death !== undefined) return Promise.reject(this.#death);
    const id = ++this.#calls;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#worker.postMessage({ ...question, id } satisfies Call);
    });
  }

  #receive(message: FromWorker): void {
    switch (message.type) {
      case 'traffic':
        this.#worker.postMessage({ type: 'read' } satisfies ToWorker);
        this.#traffic.fire(message);
        if (message.uploads !== undefined) this.#uploads.fire(message.uploads);
        if (message.pages !== undefined) this.#pages.fire(message.pages);
        break;
      case 'uploadTrouble':
        this.#uploadTroubles.fire(message.trouble);
        break;
      case 'trash':
        void this.#discard(message);
        break;
      default:
        this.#settle(message);
    }
  }

  async #discard({ id, path, kind }: TrashCall): Promise<void> {
    const outcome = await this.#trash(path, kind).then(
      (trashed) => (trashed ? 'trashed' : 'none'),
      () => 'failed' as const,
    );
    this.#worker.postMessage({ type: 'trashed', id, outcome } satisfies ToWorker);
  }

  #settle(message: Reply): void {
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (message.type === 'failed') pending?.reject(new ServerError(message.failure));
    else pending?.resolve(message);
  }

  #end(code: number): void {
    const reason = this.#reason ?? `exit code ${code}`;
    this.#death = new ServerError({ code: died, message: reason });
    for (const { reject } of this.#pending.values()) reject(this.#death);
    this.#pending.clear();
    this.#ended.fire(reason);
    this.#ended.dispose();
    this.#traffic.dispose();
    this.#uploads.dispose();
    this.#uploadTroubles.dispose();
    this.#pages.dispose();
  }
}
