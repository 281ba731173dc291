/** A server as it ships, in a thread of its own with the shim before it, and all that the audit at the end compares. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setEnvironmentData, Worker } from 'node:worker_threads';
import type { LogEvent } from '../../src/accessLog';
import type { Call, FromWorker, Reply, ToWorker, UploadTrouble } from '../../src/messages';
import { defaultLimits, defaultOptions, type Limits, type Options } from '../../src/options';
import { unfinished } from '../support/disk/unfinished';
import { RawClient } from '../support/rawClient';
import { temporaryFolder } from '../support/served';
import { openPlain } from '../support/tls';
import { channelKey, ShimControl, shimPath } from './shim/fault';
import type { Tortured } from './tortured';

const program = resolve(__dirname, '../../../dist/worker.js');
let arenas = 0;

export class Arena implements Tortured {
  readonly process = 'self';
  readonly events: LogEvent[] = [];
  readonly troubles: UploadTrouble[] = [];
  port = 0;
  private clients = new Set<RawClient>();
  private worker: Worker | undefined;
  private control: ShimControl | undefined;
  private calls = 0;
  /** What the thread died of, if it did. */
  private death: unknown;

  private constructor(
    private readonly temporary: Awaited<ReturnType<typeof temporaryFolder>>,
    private readonly options: Options,
  ) {}

  static async start(options: Partial<Omit<Options, 'limits'>> = {}, limits: Partial<Limits> = {}): Promise<Arena> {
    const temporary = await temporaryFolder();
    const directory = join(temporary.path, 'folder');
    mkdirSync(directory);
    const all = { ...defaultOptions, access: 'full', host: '127.0.0.1', port: 0, directory, ...options } as const;
    const arena = new Arena(temporary, { ...all, limits: { ...defaultLimits, ...limits } });
    await arena.begin();
    return arena;
  }

  get directory(): string {
    return this.options.directory;
  }

  get shim(): ShimControl {
    if (this.control === undefined) throw new Error('There is no server.');
    return this.control;
  }

  /** Starts a server, the next one after another that has ended, too. */
  async begin(): Promise<void> {
    const name = `torture ${process.pid} ${++arenas}`;
    setEnvironmentData(channelKey, name);
    this.control = ShimControl.ofThread(name);
    const worker = new Worker(program, { execArgv: ['--require', shimPath] });
    this.worker = worker;
    worker.on('error', (error) => {
      this.death = error;
      this.control?.fail(new Error('The server died.', { cause: error }));
    });
    worker.on('message', (message: FromWorker) => this.hear(worker, message));
    const reply = await this.call({ type: 'start', id: ++this.calls, options: this.options });
    if (reply.type !== 'listening') throw new Error(`It does not start: ${JSON.stringify(reply)}`);
    this.port = reply.listening.port;
  }

  private hear(worker: Worker, message: FromWorker): void {
    const send = (answer: ToWorker): void => worker.postMessage(answer);
    if (message.type === 'traffic') this.events.push(...message.events);
    if (message.type === 'traffic') send({ type: 'read' });
    if (message.type === 'uploadTrouble') this.troubles.push(message.trouble);
    if (message.type === 'trash') send({ type: 'trashed', id: message.id, outcome: 'none' });
  }

  /** Several messages may come at once, so nobody waits for one after the other. */
  private call(message: Call): Promise<Reply> {
    const { worker } = this;
    if (worker === undefined) throw new Error('There is no server.');
    return new Promise((resolve, reject) => {
      worker.once('error', reject);
      const hear = (reply: FromWorker): void => {
        if (!('id' in reply) || reply.type === 'trash' || reply.id !== message.id) return;
        worker.off('message', hear).off('error', reject);
        resolve(reply);
      };
      worker.on('message', hear);
      worker.postMessage(message);
    });
  }

  async client(): Promise<RawClient> {
    const client = RawClient.on(await openPlain(this.port, '127.0.0.1'));
    this.clients.add(client);
    client.socket.once('close', () => this.clients.delete(client));
    return client;
  }

  unfinished(): string[] {
    return unfinished(this.directory);
  }

  closeClients(): void {
    for (const client of this.clients) client.close();
  }

  /** @throws what the server's thread died of */
  assertAlive(): void {
    if (this.death !== undefined) throw new Error('The server died.', { cause: this.death });
  }

  /** As a worker dies: nothing of it has a chance to clean up. */
  async kill(): Promise<void> {
    await this.worker?.terminate();
    this.control?.close();
    this.worker = undefined;
  }

  /** Stops in good order. */
  async end(): Promise<void> {
    this.closeClients();
    if (this.worker === undefined) return;
    await this.call({ type: 'stop', id: ++this.calls, grace: 0 });
    await this.kill();
  }

  async remove(): Promise<void> {
    try {
      await this.end();
    } finally {
      await this.temporary.remove();
    }
  }
}
