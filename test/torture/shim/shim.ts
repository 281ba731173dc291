/**
 * Preloaded into a server, thread or process: every call of `node:fs` that its bundle makes is counted, and one, or all from
 * one on, is made to fail. Nothing in the server knows of it.
 */
import fs from 'node:fs';
import net from 'node:net';
import { constants } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { BroadcastChannel, getEnvironmentData, isMainThread } from 'node:worker_threads';
import {
  answerCall,
  channelKey,
  type Answer,
  type Answered,
  type Armed,
  type Asked,
  type Call,
  type Question,
  type Resources,
} from './fault';

type Anything = (...args: unknown[]) => unknown;
const all = fs as unknown as Record<string, Anything>;
const promised = fs.promises as unknown as Record<string, Anything>;

let armed: Armed | undefined;
/** Undefined while nobody wants to know. */
let calls: Call[] | undefined;
let withBytes = false;
/** Whether a recorded call is under way, which may make others: these are part of it. */
let isWithin = false;
let count = 0;
/** The paths of open descriptors, while they are written down. */
const paths = new Map<number, string>();

/** The name of a system call, as Node.js has it in an error. */
const nameOf = (name: string): string =>
  ({
    readdirSync: 'scandir',
    readdir: 'scandir',
    copyFileSync: 'copyfile',
    readFileSync: 'open',
    writeFileSync: 'open',
  })[name] ?? name.replace(/Sync$/, '').toLowerCase();

const { O_RDONLY, O_WRONLY, O_CREAT, O_TRUNC } = fs.constants;

/** How a file is opened, or how long it becomes. */
const flagsOf = (value: unknown): number =>
  typeof value === 'number' ? value : value === 'w' ? O_WRONLY | O_CREAT | O_TRUNC : O_RDONLY;

function told(name: string, args: readonly unknown[], failed: boolean): Call {
  const [first, second, , , fourth] = args;
  const fd = typeof first === 'number' ? first : undefined;
  const bytes = withBytes && name.startsWith('write') ? bytesOf(name, args) : undefined;
  return {
    name,
    fd,
    path: fd === undefined ? String(first) : paths.get(fd),
    ...(typeof second === 'string' && /rename|link|copy/.test(name) && { to: second }),
    ...(/^(?:open|f?truncate)/.test(name) && { flags: flagsOf(second) }),
    ...(bytes !== undefined && { bytes }),
    ...(bytes !== undefined && typeof fourth === 'number' && { position: fourth }),
    failed,
  };
}

function bytesOf(name: string, [, content, offset = 0, length]: readonly unknown[]): string {
  if (typeof content === 'string') return Buffer.from(content).toString('base64');
  if (!ArrayBuffer.isView(content)) return '';
  const all = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  if (name === 'writeFileSync') return all.toString('base64');
  return all.subarray(Number(offset), Number(offset) + Number(length ?? all.length)).toString('base64');
}

/** Whether this call is to fail. */
function meets(name: string, args: readonly unknown[]): boolean {
  if ((armed === undefined && calls === undefined) || isWithin) return false;
  count++;
  const isDue = armed !== undefined && (armed.ever ? count >= armed.at : count === armed.at);
  if (isDue && armed?.fault === 'KILL') process.kill(process.pid, 'SIGKILL');
  calls?.push(told(name, args, isDue));
  return isDue;
}

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? error);
const numberOf = (result: unknown): number | undefined => (typeof result === 'number' ? result : undefined);

/** Does a call that does not fail here; while calls are recorded, with what comes of it. */
function done(call: () => unknown): unknown {
  const recorded = withBytes && !isWithin ? calls?.at(-1) : undefined;
  if (recorded === undefined) return call();
  isWithin = true;
  try {
    const result = call();
    recorded.result = numberOf(result);
    return result;
  } catch (error) {
    recorded.refused = codeOf(error);
    throw error;
  } finally {
    isWithin = false;
  }
}

/** Of a call that goes on beside others, records the end as well. */
function ending(name: string, callback: Anything): Anything {
  const kept = withBytes ? calls : undefined;
  if (kept === undefined) return callback;
  const begun = kept.length - 1;
  return (error, result, ...rest) => {
    kept.push({ name, begun, refused: error ? codeOf(error) : undefined, result: numberOf(result) });
    return callback(error, result, ...rest);
  };
}

function failure(name: string): Error {
  const code = armed?.fault ?? 'EIO';
  const errno = -((constants.errno as Record<string, number>)[code] ?? 0);
  return Object.assign(new Error(`${code}: made to fail, ${nameOf(name)}`), { code, errno, syscall: nameOf(name) });
}

function withPath(name: string, args: readonly unknown[], result: unknown): unknown {
  if (name === 'openSync' && calls !== undefined) paths.set(result as number, String(args[0]));
  if (name === 'opendirSync') wrapDir(result as fs.Dir);
  return result;
}

/** What is given back is given back: Linux closes a descriptor whatever it says of it. */
const isEnding = (name: string): boolean => name.startsWith('close');

function wrapSync(name: string, original: Anything, self: unknown = fs): Anything {
  return (...args) => {
    if (!meets(name, args))
      return withPath(
        name,
        args,
        done(() => original.apply(self, args)),
      );
    if (name === 'existsSync') return false;
    if (isEnding(name)) original.apply(self, args);
    throw failure(name);
  };
}

function wrapDir(directory: fs.Dir): void {
  const own = directory as unknown as Record<string, Anything>;
  for (const name of ['readSync', 'closeSync']) own[name] = wrapSync(name, own[name]!.bind(directory), directory);
}

function wrapCallback(name: string, original: Anything): Anything {
  return (...args) => {
    const callback = args.at(-1);
    if (typeof callback !== 'function') return original.apply(fs, args);
    if (!meets(name, args)) return original.apply(fs, [...args.slice(0, -1), ending(name, callback as Anything)]);
    const error = failure(name);
    return setImmediate(() => void (callback as Anything)(error));
  };
}

function wrapPromised(name: string, original: Anything): Anything {
  return (...args) => (meets(name, args) ? Promise.reject(failure(name)) : original.apply(fs.promises, args));
}

const isCall = (name: string): boolean =>
  typeof all[name] === 'function' && !/^(?:[A-Z_]|watch|unwatch|create|toUnix)/.test(name);

for (const name of Object.keys(fs).filter(isCall)) {
  const original = all[name]!;
  const wrapped = name.endsWith('Sync') ? wrapSync(name, original) : wrapCallback(name, original);
  const { native } = original as { native?: Anything };
  if (native) Object.assign(wrapped, { native: wrapSync(name, native) });
  all[name] = wrapped;
}
for (const name of Object.keys(promised)) {
  const original = promised[name]!;
  if (typeof original === 'function') promised[name] = wrapPromised(name, original);
}

/** When an answer begins is recorded, too: all that it acknowledges has been done by then. Some go past the queue of the stream. */
const socket = net.Socket.prototype as unknown as Record<'write' | '_write', Anything>;
/** What comes to the one by way of the other is recorded once. */
const recorded = new WeakSet<object>();

for (const name of ['write', '_write'] as const) {
  const original = socket[name];
  socket[name] = function (this: net.Socket, ...args) {
    const [bytes] = args;
    if (withBytes && calls && ArrayBuffer.isView(bytes) && !recorded.has(bytes)) {
      recorded.add(bytes);
      const begin = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(13, bytes.byteLength)).toString('latin1');
      const status = /^HTTP\/1\.1 ([2-5]\d\d) /.exec(begin)?.[1];
      if (status !== undefined) calls.push({ name: answerCall, fd: this.remotePort, flags: Number(status) });
    }
    return original.apply(this, args);
  };
}

/** Those that are set, waiting or not yet collected; what counts is told by {@link isWaiting}. */
const timers = new Set<NodeJS.Timeout>();
const isWaiting = (timer: NodeJS.Timeout): boolean => !(timer as unknown as { _destroyed: boolean })._destroyed;

for (const name of ['setTimeout', 'setInterval'] as const) {
  const original = globalThis[name] as unknown as Anything;
  (globalThis as unknown as Record<string, Anything>)[name] = Object.assign((...args: unknown[]) => {
    const timer = original(...args) as NodeJS.Timeout;
    timers.add(timer);
    if (timers.size > 10_000) prune();
    return timer;
  }, original);
}

function prune(): void {
  for (const timer of timers) if (!isWaiting(timer)) timers.delete(timer);
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** In milliseconds, between two looks at the clock. */
const resolution = 10;
const delays = monitorEventLoopDelay({ resolution });

/** Of the time since the last call, without the collection of garbage that comes of asking; the first call begins it. */
function latenessSince(): Resources['lateness'] {
  const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolution);
  const lateness =
    delays.count === 0 ? { p99: 0, most: 0 } : { p99: late(delays.percentile(99)), most: late(delays.max) };
  collect();
  delays.enable();
  delays.reset();
  return lateness;
}

function resourcesNow(isAsked: boolean): Resources {
  prune();
  const lateness = isAsked ? latenessSince() : { p99: 0, most: 0 };
  return { timers: timers.size, heap: process.memoryUsage().heapUsed, lateness };
}

function answer(question: Question): Answer {
  const meanwhile = calls ?? [];
  armed = undefined;
  calls = undefined;
  if (question.kind === 'arm' || question.kind === 'record') {
    armed = question.kind === 'arm' ? question.armed : undefined;
    withBytes = question.kind === 'record';
    calls = [];
    count = 0;
  }
  return { calls: meanwhile, resources: resourcesNow(question.kind === 'resources') };
}

function listen(): void {
  if (!isMainThread) {
    const channel = new BroadcastChannel(getEnvironmentData(channelKey) as string);
    channel.onmessage = (event: unknown) => {
      const { data } = event as { data: Asked | Answered };
      if ('question' in data) channel.postMessage({ id: data.id, answer: answer(data.question) });
    };
    channel.unref();
    return;
  }
  process.on('message', ({ id, question }: Asked) => void process.send?.({ id, answer: answer(question) }));
  process.channel?.unref();
}

listen();
