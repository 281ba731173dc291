/** The files that are on their way to the server: which are sent now, and what becomes of each. */
import type { Asked, Choice } from '../common/choice';
import type { Harvest } from './gather';
import { KeptUploads } from './kept';
import { Rate } from './rate';
import { forget, largeFrom, transfer, type TransferOutcome, type TransferWish } from './fileTransfer';
import type { Place } from '../list/place';

/** `away`: the network or the server, which is tried again. `lost`: the page was loaded again and has no file. */
export type UploadPhase =
  | 'waiting'
  | 'sending'
  | 'asking'
  | 'away'
  | 'paused'
  | 'lost'
  | 'done'
  | 'skipped'
  | 'cancelled'
  | 'refused';

const over: readonly UploadPhase[] = ['done', 'skipped', 'cancelled', 'refused'];

/** What was dropped or chosen at once: what is chosen for all of them is for no others. */
interface ForAll {
  choice?: Choice;
}

export interface QueuedUpload {
  readonly number: number;
  /** The folder that it goes into. */
  readonly place: Place;
  name: string;
  /** As it is shown. */
  readonly path: string;
  readonly size: number;
  readonly modified: number;
  file: File | undefined;
  phase: UploadPhase;
  /** Octets that are there. */
  sent: number;
  wish: TransferWish;
  /** Why it was refused. */
  sentence: string;
  id: string | undefined;
  readonly rate: Rate;
  readonly forAll: ForAll;
  /** Tries without an answer. */
  tries: number;
  /** Whether something of it was sent under its name. */
  isBegun: boolean;
}

/** What a queue needs of the page. */
interface QueueSurroundings {
  /** Called for a name that exists. */
  readonly onExists: (name: string) => Promise<Asked>;
  /** A name like that one, which is free. */
  readonly freeName: (place: Place, name: string) => Promise<string>;
  /** Called when something has arrived in a folder. */
  readonly onArrival: (place: Place) => void;
  readonly onFolder: (place: Place, path: readonly string[]) => Promise<void>;
  /** What is sent whether a name is free or not. */
  readonly wish: TransferWish;
}

/** Sent at the same time: a browser has six connections to a host, and others want some. */
const atOnce = 3;
/** How long is waited for the network, in milliseconds. */
const longestWait = 30_000;

export class Queue {
  uploads: readonly QueuedUpload[] = [];
  readonly rate = new Rate();
  private readonly kept: KeptUploads;
  private readonly running = new Map<QueuedUpload, AbortController>();
  private readonly listeners = new Set<() => void>();
  private count = 0;
  private question: Promise<unknown> = Promise.resolve();
  private isTold = false;

  constructor(
    private readonly base: string,
    private readonly surroundings: QueueSurroundings,
  ) {
    this.kept = new KeptUploads(base);
    addEventListener('online', () => this.wake());
  }

  /** @returns what ends it */
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  get isBusy(): boolean {
    return this.uploads.some(({ phase }) => !over.includes(phase) && phase !== 'lost');
  }

  async add(place: Place, { files, folders }: Harvest): Promise<void> {
    const forAll: ForAll = {};
    const fresh = files.flatMap(({ file, path }) => this.begin(place, file, path, forAll) ?? []);
    this.uploads = [...this.uploads, ...fresh];
    this.pump();
    for (const path of folders) await this.surroundings.onFolder(place, path);
  }

  /** Those that an earlier page did not finish. @param placeAt of a folder's segments */
  recall(placeAt: (segments: readonly string[]) => Place): void {
    const lost = this.kept.lost().map(({ id, folder, name, size, modified }) => {
      const upload = this.make(placeAt(folder), { name, size, modified, path: name });
      return Object.assign(upload, { id, phase: 'lost' as const });
    });
    this.uploads = [...this.uploads, ...lost];
    this.tell();
  }

  /** @returns whether it is that file */
  supply(upload: QueuedUpload, file: File): boolean {
    const { name, size, modified } = upload;
    if (file.name !== name || file.size !== size || file.lastModified !== modified) return false;
    Object.assign(upload, { file, phase: 'waiting' });
    this.pump();
    return true;
  }

  pause(upload: QueuedUpload): void {
    if (over.includes(upload.phase) || upload.phase === 'lost') return;
    upload.phase = 'paused';
    this.running.get(upload)?.abort(new Error('paused'));
    this.tell();
  }

  resume(upload: QueuedUpload): void {
    if (!['paused', 'away', 'refused', 'cancelled'].includes(upload.phase) || upload.file === undefined) return;
    Object.assign(upload, { phase: 'waiting', sentence: '', tries: 0 });
    this.pump();
  }

  cancel(upload: QueuedUpload): void {
    if (over.includes(upload.phase)) return;
    upload.phase = 'cancelled';
    this.running.get(upload)?.abort(new Error('cancelled'));
    if (upload.id !== undefined) {
      void forget(this.base, upload.id);
      this.noteId(upload, undefined);
    }
    this.pump();
  }

  /** Takes those from the list that are over. */
  clear(): void {
    this.uploads = this.uploads.filter(({ phase }) => !over.includes(phase));
    this.tell();
  }

  private begin(to: Place, file: File, path: readonly string[], forAll: ForAll): QueuedUpload | undefined {
    const place = to.within(...path.slice(0, -1));
    const name = path.at(-1) ?? file.name;
    const lost = this.uploads.find(
      (each) => each.phase === 'lost' && each.place.path === place.path && this.supply(each, file),
    );
    if (lost !== undefined) return undefined;
    const upload = this.make(place, { name, size: file.size, modified: file.lastModified, path: path.join('/') });
    return Object.assign(upload, { file, forAll });
  }

  private make(place: Place, what: Pick<QueuedUpload, 'name' | 'size' | 'modified' | 'path'>): QueuedUpload {
    return {
      ...{ number: ++this.count, place, ...what, file: undefined, phase: 'waiting', sent: 0, sentence: '' },
      ...{ wish: this.surroundings.wish, id: undefined, rate: new Rate(), forAll: {}, tries: 0, isBegun: false },
    };
  }

  private pump(): void {
    for (const upload of this.uploads) {
      if (this.running.size >= atOnce) break;
      if (upload.phase === 'waiting' && !this.running.has(upload)) void this.run(upload);
    }
    this.tell();
  }

  private async run(upload: QueuedUpload): Promise<void> {
    const controller = new AbortController();
    this.running.set(upload, controller);
    upload.phase = 'sending';
    upload.rate.reset();
    try {
      await this.settle(upload, await this.send(upload, controller.signal));
    } catch (error) {
      // It was paused or cancelled, which its phase says.
      if (!controller.signal.aborted) Object.assign(upload, { phase: 'refused', sentence: String(error) });
    } finally {
      this.running.delete(upload);
      this.pump();
    }
  }

  private async send(upload: QueuedUpload, signal: AbortSignal): Promise<TransferOutcome> {
    const { file, place, name, wish, id, isBegun } = upload;
    if (file === undefined) return { kind: 'away' };
    upload.isBegun = true;
    return transfer({
      ...{ url: place.api(name), base: this.base, file, wish, signal, id, isAgain: isBegun },
      onId: (next) => this.noteId(upload, next),
      onProgress: (sent) => this.note(upload, sent),
    });
  }

  private note(upload: QueuedUpload, sent: number): void {
    upload.tries = 0;
    upload.sent = sent;
    upload.rate.note(performance.now(), sent);
    this.rate.note(
      performance.now(),
      this.uploads.reduce((sum, each) => sum + each.sent, 0),
    );
    if (upload.id !== undefined) this.noteId(upload, upload.id);
    this.tell();
  }

  private noteId(upload: QueuedUpload, id: string | undefined): void {
    const { place, name, size, modified } = upload;
    if (id === undefined && upload.id !== undefined) this.kept.drop(upload.id);
    upload.id = id;
    if (id !== undefined && size >= largeFrom) this.kept.put({ id, folder: place.segments, name, size, modified });
  }

  private async settle(upload: QueuedUpload, outcome: TransferOutcome): Promise<void> {
    if (outcome.kind === 'exists') return this.decide(upload);
    if (outcome.kind === 'away') {
      this.await(upload);
      return;
    }
    this.noteId(upload, undefined);
    if (outcome.kind === 'refused') Object.assign(upload, { phase: 'refused', sentence: outcome.sentence });
    else {
      Object.assign(upload, { phase: 'done', sent: upload.size });
      this.surroundings.onArrival(upload.place);
    }
  }

  /** One question at a time. */
  private decide(upload: QueuedUpload): Promise<void> {
    Object.assign(upload, { phase: 'asking', isBegun: false });
    this.noteId(upload, undefined);
    const decided = this.question.then(() => this.obey(upload));
    this.question = decided.catch(() => undefined);
    return decided;
  }

  private async obey(upload: QueuedUpload): Promise<void> {
    if (upload.phase !== 'asking') return;
    const { forAll } = upload;
    let { choice } = forAll;
    if (choice === undefined) {
      const asked = await this.surroundings.onExists(upload.path);
      choice = asked.choice;
      if (asked.isForAll) forAll.choice = choice;
    }
    if (choice === 'keepBoth') upload.name = await this.surroundings.freeName(upload.place, upload.name);
    if (choice === 'replace') upload.wish = 'replace';
    upload.phase = choice === 'skip' ? 'skipped' : 'waiting';
  }

  private await(upload: QueuedUpload): void {
    upload.phase = 'away';
    const wait = Math.min(500 * 2 ** upload.tries++, longestWait);
    setTimeout(() => this.comeBack(upload), wait);
  }

  private comeBack(upload: QueuedUpload): void {
    if (upload.phase === 'away') upload.phase = 'waiting';
    this.pump();
  }

  /** The network is there again. */
  private wake(): void {
    for (const upload of this.uploads) if (upload.phase === 'away') upload.phase = 'waiting';
    this.pump();
  }

  /** Progress comes more often than anybody can see. */
  private tell(): void {
    if (this.isTold) return;
    this.isTold = true;
    setTimeout(() => {
      this.isTold = false;
      for (const listener of this.listeners) listener();
    }, 100);
  }
}
