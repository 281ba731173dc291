/** The thread that the extension ships, under the controller that it has in a window. */
import assert from 'node:assert/strict';
import * as path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { makePlan, type Plan } from '../../src/editor/server/plan';
import { ServerThread } from '../../src/editor/server/thread';
import { ownPrivateFolders } from '../../src/files/unfinished/privateFolder';
import type { Tls } from '../../src/tls';
import { unfinishedIn } from '../support/disk/unfinishedIn';
import { projectRoot } from '../support/host/paths';
import { RawClient } from '../support/rawClient';
import type { Answer } from '../torture/shim/fault';
import type { Tortured } from '../torture/tortured';
import { folder, TestController } from './support';

const program = path.join(projectRoot, 'dist/worker.js');

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

export class HostArena implements Tortured {
  readonly directory = folder().uri.fsPath;
  readonly process = 'self';
  readonly shim = { ask: () => Promise.resolve(this.#answer()) };
  /** What went wrong with the server, if anything did. */
  flaw: Error | undefined;
  /** The newest. */
  thread: ServerThread | undefined;
  /** What the next server that is started speaks TLS with. */
  tls: Tls | undefined;
  readonly made = new TestController({
    spawn: () => (this.thread = new ServerThread(program)),
    plan: () => this.#plan(),
  });
  readonly #clients = new Set<RawClient>();

  async #plan(): Promise<Plan> {
    const plan = await makePlan(undefined);
    return this.tls === undefined ? plan : { ...plan, options: { ...plan.options, tls: this.tls } };
  }

  async client(): Promise<RawClient> {
    const { port } = this.made;
    if (port === undefined) throw new Error('There is no server.');
    const client = await RawClient.connect(port);
    this.#clients.add(client);
    client.socket.once('close', () => this.#clients.delete(client));
    return client;
  }

  closeClients(): void {
    for (const client of this.#clients) client.close();
  }

  unfinished(): string[] {
    return [this.directory, ...ownPrivateFolders()].flatMap(unfinishedIn);
  }

  /** Ends the thread behind the controller's back; resolves when there is another. */
  async kill(): Promise<void> {
    this.made.now += 60_000;
    await this.thread?.terminate();
    await this.made.controller.start();
  }

  /** @throws what an end did that went wrong */
  assertWell(): void {
    if (this.flaw !== undefined) throw this.flaw;
  }

  assertAlive(): void {
    assert.equal(this.made.controller.state.kind, 'running');
  }

  /** Of the thread that all extensions share. */
  #answer(): Pick<Answer, 'resources'> {
    collect();
    const timers = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    return { resources: { timers, heap: process.memoryUsage().heapUsed, lateness: { p99: 0, most: 0 } } };
  }
}
