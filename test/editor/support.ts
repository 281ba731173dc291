/** What the tests inside an editor share. */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import * as path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as vscode from 'vscode';
import type { HttpServerApi } from '../../src/editor/api';
import { Controller } from '../../src/editor/server/controller';
import type { ControllerSurroundings } from '../../src/editor/server/controller';
import { makePlan } from '../../src/editor/server/plan';
import { ServerThread } from '../../src/editor/server/thread';
import { extensionId } from '../support/host/extensionId';
import { sparePort } from '../support/host/sparePort';
import { RawClient } from '../support/rawClient';
import type { RawResponse } from '../support/rawClient';

export { extensionId };

/** The API of the extension under test, once it is active. */
export async function api(): Promise<HttpServerApi> {
  const extension = vscode.extensions.getExtension<HttpServerApi>(extensionId);
  assert.ok(extension, 'the extension is not installed');
  return extension.activate();
}

/** Resolves when the server is in one of `kinds`. */
export async function reached(server: HttpServerApi, ...kinds: HttpServerApi['state'][]): Promise<void> {
  if (!kinds.includes(server.state)) await when(server.onDidChangeState, (kind) => kinds.includes(kind));
}

/** The next value of `event` that fulfils `condition`. */
export function when<T>(event: vscode.Event<T>, condition: (value: T) => boolean = () => true): Promise<T> {
  return new Promise((resolve) => {
    const subscription = event((value) => {
      if (!condition(value)) return;
      subscription.dispose();
      resolve(value);
    });
  });
}

/** Does `action` until it has its effect: a watcher of files may take a moment to look, and then misses the first. */
export async function repeatedly<T>(action: () => Promise<unknown>, effect: Promise<T>): Promise<T> {
  const pause = Symbol();
  for (;;) {
    await action();
    const first = await Promise.race([
      effect,
      new Promise<symbol>((resolve) => setTimeout(() => resolve(pause), 2000)),
    ]);
    if (first !== pause) return effect;
  }
}

/** Starts the server if it is not running; returns its port. */
export async function started(server: HttpServerApi): Promise<number> {
  return Number(new URL(await server.start()).port);
}

/** A request on a connection of its own. */
export async function ask(port: number, request: string, body: Uint8Array = Buffer.alloc(0)): Promise<RawResponse> {
  const client = await RawClient.connect(port);
  try {
    const length = body.length === 0 ? '' : `Content-Length: ${body.length}\r\n`;
    await client.write(`${request} HTTP/1.1\r\nHost: localhost:${port}\r\n${length}Connection: close\r\n\r\n`);
    await client.write(body);
    return await client.read();
  } finally {
    client.close();
  }
}

/**
 * Whether a server answers on `port` of this machine. That it connects is not enough: a program that has just been forked
 * holds a copy of every socket until it executes another.
 */
export async function answers(port: number): Promise<boolean> {
  const client = await RawClient.connect(port).catch(() => undefined);
  if (client === undefined) return false;
  try {
    await client.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    return (await client.readToEnd()).length > 0;
  } finally {
    client.close();
  }
}

/** Something else that listens on `port`, by default a spare one. */
export async function occupy(port?: number, host = '127.0.0.1'): Promise<Server & { readonly port: number }> {
  const taken = port ?? (await sparePort());
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: taken, host }, resolve);
  });
  return Object.assign(server, { port: taken });
}

export const release = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));

export const folder = (): vscode.WorkspaceFolder => {
  const first = vscode.workspace.workspaceFolders?.[0];
  assert.ok(first, 'no folder is open');
  return first;
};

const { Global, Workspace } = vscode.ConfigurationTarget;
const changed = new Map<string, vscode.ConfigurationTarget>();

/**
 * Writes a setting, into the workspace unless it is the machine's; resolves when this host knows it. The server may not
 * have followed yet. {@link restoreSettings} undoes it.
 */
export async function set(name: string, value: unknown, target = Workspace): Promise<void> {
  changed.set(name, target);
  const configuration = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration('httpServer');
  const isKnown = (): boolean => {
    const values = configuration().inspect(name);
    return isDeepStrictEqual(target === Global ? values?.globalValue : values?.workspaceValue, value);
  };
  const known = when(vscode.workspace.onDidChangeConfiguration, isKnown);
  await configuration().update(name, value, target);
  if (!isKnown()) await known;
}

export const setForMachine = (name: string, value: unknown): Promise<void> => set(name, value, Global);

/** Takes back what {@link set} wrote; resolves when the server has followed, unless it is stopped. */
export async function restoreSettings(): Promise<void> {
  for (const [name, target] of changed) await set(name, undefined, target);
  changed.clear();
  const server = await api();
  // It begins after the operation that the last change asked for.
  if (server.state !== 'stopped') await server.start();
}

/** The worker of the sources these tests were compiled with. */
export const worker = path.join(__dirname, '../../src/worker.js');

/** A thread that runs `reaction`, some JavaScript, for each `message`; it answers with `parentPort.postMessage`. */
export function threadThat(reaction: string): ServerThread {
  const program = `import { parentPort } from 'node:worker_threads';
    parentPort.on('message', (message) => { ${reaction} });`;
  return new ServerThread(new URL(`data:text/javascript,${encodeURIComponent(program)}`));
}

/** A controller beside the one of the extension. It keeps its threads where a test can reach them, and its own time. */
export class TestController implements vscode.Disposable {
  /** In the order they were made. */
  readonly threads: ServerThread[] = [];
  readonly controller: Controller;
  /** What its clock says, in milliseconds. */
  now = 0;
  readonly #ports = new Map<number, number>();

  constructor(surroundings: Partial<ControllerSurroundings> = {}) {
    this.controller = new Controller({
      plan: () => makePlan(undefined),
      spawn: () => this.#spawn(),
      usedPort: (asked) => this.#ports.get(asked),
      rememberPort: (asked, used) => void this.#ports.set(asked, used),
      now: () => this.now,
      ...surroundings,
    });
  }

  /** Undefined unless it is running. */
  get port(): number | undefined {
    const { state } = this.controller;
    return state.kind === 'running' ? state.site.port : undefined;
  }

  dispose(): void {
    this.controller.dispose();
  }

  #spawn(): ServerThread {
    const thread = new ServerThread(worker);
    this.threads.push(thread);
    return thread;
  }
}
