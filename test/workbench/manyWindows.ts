/** Several windows of one editor, each with its server and its clients, which are loaded anew under load. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { Random } from '../support/data/random';
import { unfinishedIn } from '../support/disk/unfinishedIn';
import { RawClient } from '../support/rawClient';
import { openPlain } from '../support/tls';
import { assertAnswers, assertWhole, settled } from '../torture/audit';
import { lastOf } from '../torture/history';
import { assertRegisters } from '../torture/registers';
import { Traffic } from '../torture/traffic';
import { portOf } from './running';
import { EditorSession, OPENING_MS } from './session';
import { Workbench } from './workbench';

export interface WindowsAsked {
  readonly seed: number;
  readonly windows: number;
  /** How often a window is loaded anew, in all. */
  readonly reloads: number;
  /** Of each window. */
  readonly clients: number;
}

export interface WindowsResult {
  readonly windows: number;
  readonly operations: number;
  readonly unknown: number;
  readonly commanded: number;
  readonly reloaded: number;
  /** What a host has before and after, at most. */
  readonly before: HostUsage;
  readonly after: HostUsage;
}

interface HostUsage {
  readonly descriptors: number;
  readonly threads: number;
}

/** What a window has: its server is another one after each reload. */
class Window {
  port = 0;
  readonly clients = new Set<RawClient>();
  readonly directory: string;

  constructor(readonly workbench: Workbench) {
    this.directory = workbench.workspace ?? assert.fail('no folder');
    // Ten of them at once are slow.
    workbench.page.setDefaultTimeout(OPENING_MS);
  }

  async look(): Promise<void> {
    this.port = await portOf(this.workbench);
  }

  async client(): Promise<RawClient> {
    const client = RawClient.on(await openPlain(this.port, '127.0.0.1'));
    this.clients.add(client);
    client.socket.once('close', () => this.clients.delete(client));
    return client;
  }

  closeClients(): void {
    for (const client of this.clients) client.close();
  }
}

/** The processes of the editor in which extensions run, and how many descriptors and threads each has. */
function hostsOf(server: number): Map<number, HostUsage> {
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), statOf(name)] as const),
  );
  const isBelow = (pid: number | undefined): boolean =>
    pid !== undefined && pid > 1 && (pid === server || isBelow(parents.get(pid)));
  const hosts = [...parents.keys()].filter(
    (pid) => isBelow(pid) && readProc(pid, 'cmdline').includes('--type=extensionHost'),
  );
  const count = (pid: number, what: string): number => {
    try {
      return readdirSync(`/proc/${pid}/${what}`).length;
    } catch {
      return 0;
    }
  };
  return new Map(hosts.map((pid) => [pid, { descriptors: count(pid, 'fd'), threads: count(pid, 'task') }]));
}

/** Empty for a process that has ended meanwhile. */
function readProc(pid: number | string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1');
  } catch {
    return '';
  }
}

/** The parent. */
const statOf = (pid: string): number | undefined => Number(/\) \S (\d+)/.exec(readProc(pid, 'stat'))?.[1]) || undefined;

const reloads = ['commanded', 'reloaded'] as const;

/** By the command the editor ends the host in good order; a page that is loaded anew leaves it to find out. */
async function reload({ workbench }: Window, way: (typeof reloads)[number]): Promise<void> {
  if (way === 'reloaded') {
    await workbench.page.reload();
    return;
  }
  const loaded = workbench.page.waitForEvent('load');
  await workbench.runCommand('Developer: Reload Window');
  await loaded;
}

/** @throws AssertionError with what is wrong with a history, or with what is left in the end */
export async function manyWindows(asked: WindowsAsked): Promise<WindowsResult> {
  const session = await EditorSession.start({ settings: { 'workbench.reduceMotion': 'on' } });
  try {
    const windows: Window[] = [];
    for (let i = 0; i < asked.windows; i++) {
      const window = new Window(await Workbench.openIn(session, await session.copyFolder()));
      await window.look();
      windows.push(window);
    }
    const ports = windows.map(({ port }) => port);
    assert.equal(new Set(ports).size, ports.length, 'each has a port of its own');
    const before = mostOf(session);
    const result = await underLoad(windows, asked);
    await auditAll(session, windows);
    const after = await usageAfter(session, before);
    await closeAll(windows);
    return { ...result, before, after };
  } finally {
    await session.dispose();
  }
}

async function underLoad(
  windows: readonly Window[],
  asked: WindowsAsked,
): Promise<Omit<WindowsResult, 'before' | 'after'>> {
  const { seed, clients } = asked;
  const [random, over] = [new Random(seed), { is: false }];
  const traffics = windows.map(
    (window, i) =>
      new Traffic(window, { seed: seed + 1000 * i, clients, size: 50_000, names: ['a.txt', 'b.bin'], pause: 20 }),
  );
  const running = Promise.all(traffics.map((traffic) => traffic.run(() => over.is)));
  const counts = { commanded: 0, reloaded: 0 };
  try {
    for (let i = 0; i < asked.reloads; i++) {
      const at = i % windows.length;
      const [window, traffic] = [windows[at]!, traffics[at]!];
      const next = traffic.history.length + 20;
      while (traffic.history.length < next) await setTimeout(5);
      const way = i < reloads.length ? reloads[i]! : random.pick(reloads);
      await reload(window, way);
      await window.look();
      counts[way]++;
    }
  } finally {
    over.is = true;
    // A window without a server has clients that go on trying, which the error is to tell of first.
    await Promise.race([running, setTimeout(60_000, undefined, { ref: false })]);
  }
  await running;
  for (const [i, { history }] of traffics.entries()) {
    assertRegisters(history, seed);
    assertWhole(windows[i]!.directory, lastOf(history));
  }
  const all = traffics.flatMap(({ history }) => history);
  return {
    windows: windows.length,
    operations: all.length,
    unknown: all.filter(({ outcome }) => outcome === 'unknown').length,
    ...counts,
  };
}

/** Of any host. */
function mostOf(session: EditorSession): HostUsage {
  const hosts = [...hostsOf(session.pid).values()];
  return {
    descriptors: Math.max(...hosts.map(({ descriptors }) => descriptors)),
    threads: Math.max(...hosts.map(({ threads }) => threads)),
  };
}

/** What other extensions may open later; clients have had hundreds of connections to each host. */
const others = 16;

async function usageAfter(session: EditorSession, before: HostUsage): Promise<HostUsage> {
  let after = before;
  await settled(
    () => {
      after = mostOf(session);
      return after.descriptors <= before.descriptors + others && after.threads <= before.threads + others;
    },
    () => `not given back: ${JSON.stringify({ before, after })}`,
  );
  return after;
}

/** All answer, have nothing unfinished, and a host each. */
async function auditAll(session: EditorSession, windows: readonly Window[]): Promise<void> {
  for (const window of windows) {
    window.closeClients();
    await assertAnswers(window);
  }
  const left = (): string[] => [session.home, ...windows.map(({ directory }) => directory)].flatMap(unfinishedIn);
  await settled(
    () => left().length === 0,
    () => `unfinished: ${left().join(', ')}`,
  );
  await settled(
    () => hostsOf(session.pid).size === windows.length,
    () => `${hostsOf(session.pid).size} hosts`,
  );
}

/** Half of them are closed, and the others answer; then all are. */
async function closeAll(windows: readonly Window[]): Promise<void> {
  const half = Math.ceil(windows.length / 2);
  for (const [i, window] of windows.entries()) {
    await window.workbench.runCommand('Close Workspace');
    await settled(
      async () => !(await answers(window)),
      () => `window ${i} is closed, and its server answers`,
    );
    if (i === half - 1) for (const other of windows.slice(half)) await assertAnswers(other);
  }
}

const answers = (window: Window): Promise<boolean> =>
  assertAnswers(window).then(
    () => true,
    () => false,
  );
