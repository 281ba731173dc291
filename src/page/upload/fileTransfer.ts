/** How one file gets to the server: small ones in one request, others so that they can be gone on with. */
import { send, type Answer } from './uploadRequest';

/** In octets: more is worth the requests of a resumable upload. */
export const largeFrom = 16 * 1024 * 1024;
/** Octets of one part of it. */
const partSize = 32 * 1024 * 1024;

/** `create`: only if there is none. `number`: the server chooses a name that is free. */
export type TransferWish = 'create' | 'replace' | 'number';

export interface Transfer {
  /** Of the API. */
  readonly url: string;
  /** Where the site begins. */
  readonly base: string;
  readonly file: File;
  readonly wish: TransferWish;
  /** Whether it was tried before, so that it may be there, and only the answer was lost. */
  readonly isAgain: boolean;
  readonly signal: AbortSignal;
  /** @param sent octets of the file that are there */
  readonly onProgress: (sent: number) => void;
  /** Of a resumable upload that was begun before. */
  readonly id: string | undefined;
  /** @param id undefined when there is none any more */
  readonly onId: (id: string | undefined) => void;
}

/** `away`: no answer, or one that says to come back. @see Answer for the others */
export type TransferOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'exists' }
  | { readonly kind: 'away' }
  | { readonly kind: 'refused'; readonly sentence: string };

const away: TransferOutcome = { kind: 'away' };

/**
 * Where the server chooses the name, nobody can look whether a file has arrived whose answer was lost: only an upload that has
 * an id can be asked about. What was begun without an answer stores nothing.
 */
const isInParts = ({ file, wish }: Transfer): boolean => file.size >= largeFrom || wish === 'number';

/** @throws the reason of the signal */
export async function transfer(job: Transfer): Promise<TransferOutcome> {
  const outcome = await (isInParts(job) ? sendInParts(job) : sendWhole(job));
  return outcome.kind === 'exists' && job.isAgain && (await isThere(job)) ? { kind: 'done' } : outcome;
}

const secondsOf = (file: File): number => Math.floor(file.lastModified / 1000);

/** Whether what has the name is that very file, by what tells files apart: its size and its time. */
async function isThere({ url, file, signal }: Transfer): Promise<boolean> {
  const answer = await fetch(url, { method: 'HEAD', cache: 'no-store', signal }).catch(() => undefined);
  signal.throwIfAborted();
  const { headers } = answer ?? {};
  const time = Date.parse(headers?.get('last-modified') ?? '') / 1000;
  return headers?.get('content-length') === String(file.size) && time === secondsOf(file);
}

function headersOf({ file, wish }: Transfer): Record<string, string> {
  return {
    // Files keep their time.
    'X-OC-Mtime': String(secondsOf(file)),
    ...(wish === 'create' && { 'If-None-Match': '*' }),
  };
}

const methodOf = ({ wish }: Transfer): 'PUT' | 'POST' => (wish === 'number' ? 'POST' : 'PUT');

function outcomeOf({ status, sentence }: Answer): TransferOutcome {
  if (status === 201 || status === 204) return { kind: 'done' };
  if (status === 412) return { kind: 'exists' };
  // A gateway answers so for a server that is away, and the server itself when it is busy.
  return status === 0 || status === 408 || (status >= 502 && status <= 504) ? away : { kind: 'refused', sentence };
}

async function sendWhole(job: Transfer): Promise<TransferOutcome> {
  const { url, file: body, signal, onProgress } = job;
  return outcomeOf(await send({ method: methodOf(job), url, headers: headersOf(job), body, signal, onProgress }));
}

async function sendInParts(job: Transfer): Promise<TransferOutcome> {
  const known = job.id === undefined ? undefined : await offsetOf(job, job.id);
  if (known === 'away') return away;
  if (job.id !== undefined && known !== undefined) return sendParts(job, job.id, known);
  const created = await create(job);
  return typeof created === 'string' ? sendParts(job, created, 0) : created;
}

const uploadUrl = ({ base }: Transfer, id: string): string => `${base}.http-server/uploads/${id}`;

/** How much is there; undefined if there is no such upload any more. */
async function offsetOf(job: Transfer, id: string): Promise<number | 'away' | undefined> {
  const { signal } = job;
  const answer = await fetch(uploadUrl(job, id), { method: 'HEAD', cache: 'no-store', signal }).catch(() => undefined);
  signal.throwIfAborted();
  if (answer === undefined || answer.status >= 500) return 'away';
  const offset = answer.ok ? Number(answer.headers.get('upload-offset')) : NaN;
  if (Number.isSafeInteger(offset) && offset <= job.file.size) return offset;
  job.onId(undefined);
  return undefined;
}

/** @returns the upload's id */
async function create(job: Transfer): Promise<string | TransferOutcome> {
  const { url, file, signal } = job;
  const headers = { ...headersOf(job), 'Upload-Complete': '?0', 'Upload-Length': String(file.size) };
  const body = new Blob([]);
  const answer = await send({ method: methodOf(job), url, headers, body, signal, onProgress: () => undefined });
  const id = /\/uploads\/([0-9a-f]+)$/.exec(answer.field('Location') ?? '')?.[1];
  if (answer.status !== 201 || id === undefined) return outcomeOf(answer);
  job.onId(id);
  return id;
}

async function sendParts(job: Transfer, id: string, from: number): Promise<TransferOutcome> {
  let offset = from;
  for (;;) {
    const begin = offset;
    const end = Math.min(begin + partSize, job.file.size);
    job.onProgress(begin);
    const answer = await sendPart(job, id, { begin, end });
    const isDone = end === job.file.size && (answer.status === 201 || answer.status === 204);
    if (isDone) return { kind: 'done' };
    if (answer.status === 204) offset = end;
    else if (answer.status === 409) offset = Number(answer.field('Upload-Offset') ?? NaN);
    else return ended(job, answer);
    if (!Number.isSafeInteger(offset)) return ended(job, answer);
  }
}

function sendPart(job: Transfer, id: string, { begin, end }: { begin: number; end: number }): Promise<Answer> {
  const isLast = end === job.file.size;
  return send({
    ...{ method: 'PATCH', url: uploadUrl(job, id), signal: job.signal, body: job.file.slice(begin, end) },
    headers: {
      'Content-Type': 'application/partial-upload',
      'Upload-Offset': String(begin),
      'Upload-Complete': isLast ? '?1' : '?0',
    },
    onProgress: (sent) => job.onProgress(begin + sent),
  });
}

/** What is refused can never come to a good end; what is gone begins anew. */
function ended(job: Transfer, answer: Answer): TransferOutcome {
  const outcome = answer.status === 404 ? away : outcomeOf(answer);
  if (outcome.kind !== 'away' || answer.status === 404) job.onId(undefined);
  return outcome;
}

/** Tells the server that nobody will come back. */
export async function forget(base: string, id: string): Promise<void> {
  // If it does not hear of that, an hour ends it.
  await fetch(`${base}.http-server/uploads/${id}`, { method: 'DELETE' }).catch(() => undefined);
}
