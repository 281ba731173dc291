/** A server in the editor that is started and stopped, and whose thread is killed, in the midst of what clients ask of it. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import * as path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ServerThread } from '../../src/editor/server/thread';
import { ownPrivateFolders } from '../../src/files/unfinished/privateFolder';
import { Random } from '../support/data/random';
import { unfinishedIn } from '../support/disk/unfinishedIn';
import { projectRoot } from '../support/host/paths';
import { RawClient } from '../support/rawClient';
import { audit, beginAudit, isBack, settled, usageOf, type Usage } from '../torture/audit';
import { lastOf } from '../torture/history';
import { assertRegisters } from '../torture/registers';
import type { Answer } from '../torture/shim/fault';
import type { Tortured } from '../torture/tortured';
import { Traffic } from '../torture/traffic';
import { folder, TestController } from './support';

export interface CyclesAsked {
  readonly seed: number;
  readonly count: number;
  readonly clients: number;
}

interface Ended {
  readonly count: number;
  readonly milliseconds: number;
}

export interface CyclesResult {
  readonly operations: number;
  /** How often the server was ended in which way, and how long that took in milliseconds, until it ran again. */
  readonly ways: Readonly<Record<string, Ended>>;
  /** Without a server: at first, and in the end. */
  readonly before: Usage;
  readonly after: Usage;
  /** Of the host, in octets, since the server had been started for the first time. */
  readonly grown: number;
}

/** How many operations there are at least between two ends. */
const between = 8;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** The thread that the extension ships, under the controller that it has in a window. */
class HostArena implements Tortured {
  readonly directory = folder().uri.fsPath;
  readonly process = 'self';
  readonly shim = { ask: () => Promise.resolve(this.#answer()) };
  /** What went wrong with the server, if anything did. */
  flaw: Error | undefined;
  /** The newest. */
  thread: ServerThread | undefined;
  readonly made = new TestController({ spawn: () => (this.thread = new ServerThread(program)) });
  readonly #clients = new Set<RawClient>();

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

const program = path.join(projectRoot, 'dist/worker.js');

/** How a server ends, or what it survives. What follows asks for it to be started. */
const ways: Readonly<Record<string, (arena: HostArena) => Promise<unknown>>> = {
  'stopped in the midst': ({ made }) => made.controller.stop(0),
  'stopped when all was answered': ({ made }) => made.controller.stop(),
  restarted: ({ made }) => made.controller.restart(),
  killed: (arena) => kill(arena),
  'killed twice': async (arena) => {
    await kill(arena);
    arena.made.now -= 60_000;
    await kill(arena);
  },
  'killed while it stops': async ({ made, thread }) => {
    const stopped = made.controller.stop();
    await thread?.terminate();
    await stopped;
  },
  'killed while it starts': async (arena) => {
    const { made, thread } = arena;
    await made.controller.stop(0);
    const started = made.controller.start();
    while (arena.thread === thread) await new Promise(setImmediate);
    await arena.thread?.terminate();
    await started;
  },
  'stopped while it starts': async ({ made }) => {
    const again = made.controller.restart();
    await made.controller.stop(0);
    await again;
  },
};

/** Behind the controller's back. */
async function kill({ made, thread }: HostArena): Promise<void> {
  made.now += 60_000;
  await thread?.terminate();
  await made.controller.start();
}

/** @throws AssertionError with what is wrong with the history, or with what is left in the end */
export async function cycles({ seed, count, clients }: CyclesAsked): Promise<CyclesResult> {
  const arena = new HostArena();
  const { controller } = arena.made;
  mkdirSync(path.join(arena.directory, 'cycles'), { recursive: true });
  try {
    // What a host makes for its first server, it has from then on.
    await controller.start();
    await beginAudit(arena);
    await controller.stop();
    await settled(() => arena.thread !== undefined);
    const rest = withOthers(await usageOf(arena));
    await controller.start();
    const before = withOthers(await beginAudit(arena));
    const resident = process.memoryUsage.rss();
    // What has gone wrong with the server is told, instead of waiting for another.
    const onRefused = (): void => arena.assertWell();
    const names = ['cycles/a.txt', 'cycles/b.bin'];
    const traffic = new Traffic(arena, { seed, clients, size: 50_000, names, onRefused });
    const { counts, isOver } = endings(arena, traffic, new Random(seed), count);
    await traffic.run(isOver);
    assertRegisters(traffic.history, seed);
    await audit(arena, { acknowledged: lastOf(traffic.history), before });
    const grown = process.memoryUsage.rss() - resident;
    await controller.stop();
    let after = rest;
    const say = (): string => `not given back: ${JSON.stringify({ rest, after })}`;
    await settled(async () => isBack((after = await usageOf(arena)), rest), say);
    return { operations: traffic.history.length, ways: counts, before: rest, after, grown };
  } finally {
    arena.closeClients();
    await controller.stop(0);
    arena.made.dispose();
  }
}

/** Other extensions share the process, and open what they want; ten cycles that leave something leave more than that. */
const withOthers = (usage: Usage): Usage => ({ ...usage, descriptors: usage.descriptors + 5 });

interface Endings {
  readonly counts: Record<string, Ended>;
  /** Whether they are all done. @throws what one of them did */
  readonly isOver: () => boolean;
}

/** Begins them; each comes when there was some traffic since the last one. */
function endings(arena: HostArena, { history }: Traffic, random: Random, count: number): Endings {
  const counts: Record<string, Ended> = {};
  let isDone = false;
  const all = async (): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const next = history.length + between;
      while (history.length < next) await new Promise(setImmediate);
      const way = i < Object.keys(ways).length ? Object.keys(ways)[i]! : random.pick(Object.keys(ways));
      const begin = performance.now();
      await ways[way]?.(arena);
      const { kind } = await arena.made.controller.start();
      assert.equal(kind, 'running', way);
      const { count: times = 0, milliseconds = 0 } = counts[way] ?? {};
      counts[way] = { count: times + 1, milliseconds: Math.round(milliseconds + performance.now() - begin) };
    }
  };
  void all()
    .catch((error: unknown) => (arena.flaw = error as Error))
    .finally(() => (isDone = true));
  const isOver = (): boolean => {
    arena.assertWell();
    return isDone;
  };
  return { counts, isOver };
}
