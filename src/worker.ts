/** The server in a thread of its own, spoken to by messages. The only user of `parentPort`. */
import { parentPort } from 'node:worker_threads';
import { addToTally, emptyTally, type LogEvent, type Tally } from './accessLog';
import { Live } from './endpoints/live';
import type { Call, Failure, FromWorker, Reply, ToWorker, TrashReply, UploadProgress } from './messages';
import { OptionsError, type Options } from './options';
import { serve, type Server, type Surroundings } from './serve';

/** How long events are gathered, in milliseconds, and how many of them at most. */
const interval = 100;
const mostEvents = 200;

if (parentPort === null) throw new Error('This program runs in a worker thread.');
const port = parentPort;
const send = (message: FromWorker): void => port.postMessage(message);

let server: Server | undefined;
/** The one that the network may reach, while it is shared. */
let shared: Server | undefined;
let events: LogEvent[] = [];
let dropped: Tally | undefined;
/** How many connections were told of last. */
let connected = 0;
let timer: NodeJS.Timeout | undefined;

function gather(event: LogEvent): void {
  if (events.length < mostEvents) events.push(event);
  else addToTally((dropped ??= emptyTally()), event);
  flushSoon();
}

function flushSoon(): void {
  timer ??= setTimeout(flush, interval);
}

/** Tells what happened since the last time. Nothing is told twice, and nothing is left out of the sums. */
function flush(): void {
  clearTimeout(timer);
  timer = undefined;
  const connections = (server?.connections ?? 0) + (shared?.connections ?? 0);
  if (events.length === 0 && connections === connected) return;
  connected = connections;
  send({ type: 'traffic', events, connections, ...(dropped && { dropped }) });
  events = [];
  dropped = undefined;
}

/** The uploads that each server told of last. */
const uploads = new Map<Surroundings, readonly UploadProgress[]>();

/** Files on their way to the trash, by the numbers of the questions. */
const discarded = new Map<number, (outcome: TrashReply['outcome']) => void>();
let questions = 0;

function trash(path: string, signal: AbortSignal): Promise<boolean> {
  const id = ++questions;
  send({ type: 'trash', id, path });
  // An editor may never answer.
  signal.addEventListener('abort', () => discarded.delete(id));
  return new Promise((resolve, reject) => {
    discarded.set(id, (outcome) => {
      if (outcome === 'failed') reject(new Error('The trash of the editor failed.'));
      else resolve(outcome === 'trashed');
    });
  });
}

/** For both servers. */
const live = new Live((count) => send({ type: 'pages', count }));

/** What one server, of perhaps two, tells and asks. */
function surroundings(): Surroundings {
  const own: Surroundings = {
    onExchange: gather,
    onConnections: flushSoon,
    onUploads: (told) => {
      uploads.set(own, told);
      if (told.length === 0) uploads.delete(own);
      send({ type: 'uploads', uploads: [...uploads.values()].flat() });
    },
    trash,
    live,
  };
  return own;
}

async function share(options: Options): Promise<Server> {
  if (server === undefined) throw new Error('The server is not started.');
  if (shared === undefined) return (shared = await serve(options, surroundings()));
  shared.configure(options);
  return shared;
}

async function unshare(grace?: number): Promise<void> {
  await shared?.stop(grace);
  shared = undefined;
}

async function answer(call: Call): Promise<Reply> {
  const { id } = call;
  switch (call.type) {
    case 'start':
      if (server !== undefined) throw new Error('The server is started already.');
      server = await serve(call.options, surroundings());
      return { type: 'listening', id, listening: server.address };
    case 'configure':
      if (server === undefined) throw new Error('The server is not started.');
      server.configure(call.options);
      return { type: 'done', id };
    case 'share':
      return { type: 'listening', id, listening: (await share(call.options)).address };
    case 'unshare':
      await unshare();
      return { type: 'done', id };
    case 'stop':
      await Promise.all([server?.stop(call.grace), unshare(call.grace)]);
      server = undefined;
      flush();
      return { type: 'done', id };
  }
}

function failureOf(error: unknown): Failure {
  const { message, code } = error as NodeJS.ErrnoException;
  return { code: error instanceof OptionsError ? 'OPTIONS' : (code ?? 'INTERNAL'), message };
}

function respond(call: Call): void {
  answer(call).then(send, (error: unknown) => send({ type: 'failed', id: call.id, failure: failureOf(error) }));
}

port.on('message', (message: ToWorker) => {
  switch (message.type) {
    case 'cancelUpload':
      for (const each of [server, shared]) each?.cancelUpload(message.upload);
      break;
    case 'trashed':
      discarded.get(message.id)?.(message.outcome);
      discarded.delete(message.id);
      break;
    case 'changed':
      live.changed(message.paths);
      break;
    case 'unsaved':
      live.unsaved(message.path, message.text);
      break;
    default:
      respond(message);
  }
});
