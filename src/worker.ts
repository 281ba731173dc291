/** The server in a thread of its own, spoken to by messages. The only user of `parentPort`. */
import { join, relative } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { addToTally, emptyTally, type LogEvent, type Tally } from './accessLog';
import { ConsoleGathering } from './consoleReport';
import { Live } from './endpoints/live/live';
import { errnoOf } from './files/fileError';
import type {
  Call,
  Data,
  Failure,
  FromWorker,
  Reply,
  ToWorker,
  Traffic,
  TrashCall,
  TrashReply,
  UploadProgress,
} from './messages';
import { defaultLimits, OptionsError, type Options } from './options';
import { RequestDesk } from './requests/requestDesk';
import { RequestError } from './requests/requestError';
import { RequestStore } from './requests/requestStore';
import type { Destination } from './requests/resend';
import { serve, type Server, type Surroundings } from './serve';

/** How long events are gathered, in milliseconds, and how many of them at most. */
const interval = 100;
const mostEvents = 200;
/** How many lines of pages' consoles may wait to be told. */
const mostConsoleLines = 200;
/** How long what a visitor has begun may go on when the share is over, in milliseconds. */
const longestLinger = 3_600_000;
/** How many files may be on their way to the trash of an editor that does not answer. */
const mostQuestions = 128;

if (parentPort === null) throw new Error('This program runs in a worker thread.');
const port = parentPort;
const send = (message: FromWorker): void => port.postMessage(message);

let server: Server | undefined;
/** Absolute path of the folder that it serves. */
let served = '';
/** The server that the network may reach, while the folder is shared. */
let shared: Server | undefined;
/** Shares that are over, but for what was under way. */
const lingering = new Set<Server>();
let events: LogEvent[] = [];
let dropped: Tally | undefined;
/** How many connections were told of last. */
let connected = 0;
/** What else is to be told, of which only the newest counts. */
let newest: Pick<Traffic, 'uploads' | 'pages'> = {};
const consoles = new ConsoleGathering(mostConsoleLines);
/** Whether the editor has yet to read what was sent last. */
let isUnread = false;
let timer: NodeJS.Timeout | undefined;

function gather(event: LogEvent): void {
  if (events.length < mostEvents) events.push(event);
  else addToTally((dropped ??= emptyTally()), surplus(event));
  flushSoon();
}

/** The one event too many: the newest, but rather one that went well than one that did not. */
function surplus(newest: LogEvent): LogEvent {
  const index = newest.status < 400 ? -1 : events.findLastIndex(({ status }) => status < 400);
  const [other] = index === -1 ? [] : events.splice(index, 1);
  if (other === undefined) return newest;
  events.push(newest);
  return other;
}

function tell(news: typeof newest): void {
  newest = { ...newest, ...news };
  flushSoon();
}

function flushSoon(): void {
  if (!isUnread) timer ??= setTimeout(flush, interval);
}

const connections = (): number =>
  [server, shared, ...lingering].reduce((sum, each) => sum + (each?.connections ?? 0), 0);

const isNews = (): boolean =>
  events.length > 0 || connections() !== connected || Object.keys(newest).length > 0 || consoles.isNews;

/**
 * Tells what happened since the last time. Nothing is told twice, and nothing is left out of the sums.
 *
 * @param isLast is told although the last one is not read yet
 */
function flush(isLast = false): void {
  clearTimeout(timer);
  timer = undefined;
  if ((isUnread && !isLast) || !isNews()) return;
  connected = connections();
  const { last: lastRequest } = requests;
  const told = consoles.take();
  const more = { ...(dropped && { dropped }), ...(told && { console: told }), ...newest };
  send({ type: 'traffic', events, connections: connected, lastRequest, ...more });
  isUnread = true;
  events = [];
  dropped = undefined;
  newest = {};
}

/** The uploads that each server told of last. */
const uploads = new Map<Surroundings, readonly UploadProgress[]>();

/** Files on their way to the trash, by the numbers of the questions: also those that nobody waits for any more. */
const discarded = new Map<number, (outcome: TrashReply['outcome']) => void>();
let questions = 0;

function trash(path: string, kind: TrashCall['kind']): Promise<boolean> {
  if (discarded.size >= mostQuestions) return Promise.reject(new Error('The trash of the editor does not answer.'));
  const id = ++questions;
  send({ type: 'trash', id, path, kind });
  return new Promise((resolve, reject) => {
    discarded.set(id, (outcome) => {
      if (outcome === 'failed') reject(new Error('The trash of the editor failed.'));
      else resolve(outcome === 'trashed');
    });
  });
}

/** Whoever starts this thread without an editor has nothing to advise. */
const { advice = {}, lastRequest = 0 } = (workerData ?? {}) as Partial<Data>;

/** Both servers have the same. Numbers of requests go on where those of the thread before ended. */
const requests = new RequestStore(defaultLimits, lastRequest);
const desk = new RequestDesk(requests, destinationOf);

function destinationOf(isShared: boolean): Destination | undefined {
  const asked = isShared ? shared : server;
  return asked && { ...asked.address, secure: asked.isSecure };
}

/** Both servers have the same. */
const live = new Live((pages) => tell({ pages }));

/** What was stored, named from the folder that is served. @param below the shared folder's name from there; empty for that one */
const namedFrom = (below: string, event: LogEvent): LogEvent =>
  event.stored === undefined || below === ''
    ? event
    : { ...event, stored: event.stored.map((file) => join(below, file)) };

/** What one server, of perhaps two, tells and asks. @param below as that of {@link namedFrom} */
function surroundings(isShared: boolean, below = ''): Surroundings {
  const own: Surroundings = {
    onExchange: (event) => gather(requests.add(namedFrom(below, event))),
    recorder: requests.recorder(isShared),
    isPassing: isShared,
    onConnections: flushSoon,
    onUploads: (told) => {
      uploads.set(own, told);
      if (told.length === 0) uploads.delete(own);
      tell({ uploads: [...uploads.values()].flat() });
    },
    onNoPrivateFolder: () => send({ type: 'uploadTrouble', trouble: { kind: 'noPrivateFolder' } }),
    onLeftover: (path, code) => send({ type: 'uploadTrouble', trouble: { kind: 'leftover', path, code } }),
    trash,
    advice,
    live,
    onConsole: (report) => {
      consoles.add(report);
      flushSoon();
    },
  };
  return own;
}

async function share(options: Options): Promise<Server> {
  if (server === undefined) throw new Error('The server is not started.');
  if (shared === undefined)
    return (shared = await serve(options, surroundings(true, relative(served, options.directory))));
  shared.configure(options);
  return shared;
}

async function unshare(grace?: number): Promise<void> {
  await shared?.stop(grace);
  shared = undefined;
}

/** No visitor is let in any more, but an upload that is under way need not begin anew. */
function letGo(): void {
  if (shared === undefined) return;
  const last = shared;
  shared = undefined;
  lingering.add(last);
  void last.stop(longestLinger).then(() => {
    lingering.delete(last);
    flushSoon();
  });
}

async function answer(call: Call): Promise<Reply> {
  const { id } = call;
  switch (call.type) {
    case 'start':
      if (server !== undefined) throw new Error('The server is started already.');
      server = await serve(call.options, surroundings(false));
      served = call.options.directory;
      return { type: 'listening', id, listening: server.address };
    case 'configure':
      if (server === undefined) throw new Error('The server is not started.');
      server.configure(call.options);
      served = call.options.directory;
      return { type: 'done', id };
    case 'share':
      return { type: 'listening', id, listening: (await share(call.options)).address };
    case 'unshare':
      if (call.lingers) letGo();
      else await unshare();
      return { type: 'done', id };
    case 'stop':
      await Promise.all([
        server?.stop(call.grace),
        unshare(call.grace),
        ...[...lingering].map((each) => each.stop(call.grace)),
      ]);
      desk.endWaits();
      server = undefined;
      flush(true);
      return { type: 'done', id };
    case 'ask':
      return { type: 'answer', id, answer: await desk.answer(call.question, id) };
  }
}

function failureOf(error: unknown): Failure {
  const { message } = error as Error;
  if (error instanceof OptionsError) return { code: 'OPTIONS', message, option: error.option };
  return { code: error instanceof RequestError ? error.code : (errnoOf(error) ?? 'INTERNAL'), message };
}

function respond(call: Call): void {
  answer(call).then(send, (error: unknown) => send({ type: 'failed', id: call.id, failure: failureOf(error) }));
}

port.on('message', (message: ToWorker) => {
  switch (message.type) {
    case 'cancelUpload':
      for (const each of [server, shared, ...lingering]) each?.cancelUpload(message.upload);
      break;
    case 'cancelQuestion':
      desk.cancel(message.id);
      break;
    case 'trashed':
      discarded.get(message.id)?.(message.outcome);
      discarded.delete(message.id);
      break;
    case 'read':
      isUnread = false;
      if (isNews()) flushSoon();
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
