/** The resumable uploads of one server: `/.http-server/uploads/{id}` for each. */
import { randomBytes } from 'node:crypto';
import type { Root } from '../../files/root';
import type { Goal, Ledger, Uploads } from '../../files/writing/uploads';
import type { Stored, Upload } from '../../files/writing/write';
import { HttpError } from '../../http/message/httpError';
import type { FieldLine, Request, Response } from '../../http/message/message';
import type { Limits } from '../../options';
import { Expectations } from './integrity';
import { refuseCoding, refusePart, refuseUnknownLength, refuseUnmet } from './refusals';
import { FinishedUpload, type Final } from './finishedUpload';
import { noSuchUpload, ResumableUpload, type RespondToStored } from './resumableUpload';
import { aboutOf, Noting, requestOf, type About, type CreatingRequest } from './noting';
import { grantedLines, wishesOf } from './wishes';
import {
  completeLine,
  completeOf,
  interopLine,
  limitLine,
  offsetLine,
  offsetOf,
  partialUpload,
  wantsInterim,
  withCompleteness,
} from './uploadFields';

/** Most of them at once, each of which holds a file open. */
const most = 100;

type Resumable = ResumableUpload | FinishedUpload;

interface Kept {
  readonly resumable: Resumable;
  readonly root: Root;
  readonly terms: About['terms'];
  readonly expiry: NodeJS.Timeout;
  /** Where it is noted, if it is. */
  readonly ledger: Ledger | undefined;
}

interface Beginning {
  readonly id: string;
  readonly begin: () => Upload;
  /** What is known of it from an earlier server. */
  readonly earlier?: About;
}

/** What is to be kept, beside the upload itself. */
interface Keeping {
  readonly id: string;
  readonly root: Root;
  readonly limits: Limits;
  readonly upload: Upload | undefined;
  readonly request: CreatingRequest;
}

/** What happens to an upload that is kept. */
type Hears = Pick<ConstructorParameters<typeof ResumableUpload>[2], 'onSign' | 'onNews' | 'keep'>;

/** How an upload of an earlier server is judged anew. */
export interface Again {
  readonly root: Root;
  readonly limits: Limits;
  /** @throws {@link HttpError}; FileError */
  readonly judge: (request: CreatingRequest) => Omit<Creation, 'request'>;
  readonly explain: Creation['explain'];
}

/** How a request creates an upload. */
interface Creation {
  readonly request: CreatingRequest;
  readonly goal: Goal;
  readonly answer: (stored: Stored) => Response;
  /** What its client hears of a failure at the end. */
  readonly explain: (error: unknown) => unknown;
}

interface Idle {
  readonly id: string;
  readonly resumable: Resumable;
}

const longestIdle = (longest: Idle | undefined, each: Idle): Idle =>
  longest === undefined || each.resumable.idle > longest.resumable.idle ? each : longest;

export class UploadRegistry {
  private readonly kept = new Map<string, Kept>();
  private terms: Kept['terms'] = 'open';

  /** Those of earlier servers that are just being gone on with. */
  private readonly reviving = new Map<string, Promise<void>>();

  /** @param isLasting whether uploads outlive this server, where there is a place to note them */
  constructor(
    readonly uploads: Uploads,
    private readonly isLasting = false,
  ) {}

  /**
   * Answers a request with Upload-Complete.
   *
   * @throws {@link HttpError}; FileError; whatever reading the content throws
   */
  async create(request: Request, judged: Omit<Creation, 'request'>, limits: Limits): Promise<Response> {
    const creation = { request, ...judged };
    const { id, resumable } = this.begin(creation, limits);
    const place: FieldLine[] = [['Location', `/.http-server/uploads/${id}`], limitLine(limits)];
    const tell = wantsInterim(request) ? request.interim : undefined;
    tell?.(104, [...place, interopLine]);
    try {
      const done = await resumable.append(request, 0);
      if (done !== undefined && tell === undefined) await this.drop(id);
      return done ?? { status: 201, fields: [...place, offsetLine(resumable.offset), completeLine(false)] };
    } catch (error) {
      // Nobody can come back to what nobody has been told of.
      if (tell === undefined) await this.drop(id);
      throw error;
    }
  }

  /** Answers HEAD and GET. @param id as in the path of the upload */
  async describe(id: string, again: Again): Promise<Response> {
    return (await this.find(id, again)).describe();
  }

  /** Answers PATCH. */
  async append(request: Request, id: string, again: Again): Promise<Response> {
    const resumable = await this.find(id, again);
    const { fields } = request;
    if (!new RegExp(`^${partialUpload}[ \\t]*(?:;|$)`, 'i').test(fields.get('content-type') ?? '')) {
      throw new HttpError(415, `An upload takes ${partialUpload}.`, [['Accept-Patch', partialUpload]]);
    }
    const offset = offsetOf(fields);
    if (offset === undefined || completeOf(fields) === undefined) {
      throw new HttpError(400, 'To append to an upload takes Upload-Offset and Upload-Complete.');
    }
    refusePart(request);
    refuseCoding(request);
    refuseUnknownLength(request);
    refuseUnmet(request);
    this.uploads.watch();
    const done = await resumable.append(request, offset);
    return done ?? { status: 204, fields: [completeLine(false), offsetLine(resumable.offset)] };
  }

  /** Answers DELETE. */
  async cancel(id: string, again: Again): Promise<Response> {
    await (await this.find(id, again)).cancel();
    return { status: 204, fields: [] };
  }

  /** Cancels those that belong to another folder than `root`, or were begun on other terms than uploads are from now on. */
  keepOnly(root: Root, terms: About['terms']): void {
    this.terms = terms;
    for (const [id, kept] of this.kept) if (kept.root.path !== root.path || kept.terms !== terms) void this.drop(id);
  }

  /** Ends all: those that outlive it are left as they are, of the others nothing is. Resolves when no upload is under way. */
  async end(): Promise<void> {
    await Promise.all(
      [...this.kept].map(([id, kept]) => (kept.ledger === undefined ? this.drop(id) : this.park(id, kept))),
    );
    await this.uploads.end();
  }

  private begin(creation: Creation, limits: Limits): { id: string; resumable: ResumableUpload } {
    this.makeRoom();
    const id = randomBytes(16).toString('hex');
    return { id, resumable: this.keep({ id, begin: () => this.uploads.begin(creation.goal) }, creation, limits) };
  }

  private keep({ id, begin, earlier }: Beginning, creation: Creation, limits: Limits): ResumableUpload {
    const { request, goal, answer, explain } = creation;
    const wishes = wishesOf(request.fields);
    const digests = Expectations.of(request.fields, ['repr-digest'], wishes.algorithms);
    const upload = begin();
    upload.modified = wishes.modified;
    const respond: RespondToStored = (stored, checked) => {
      const response = answer(stored);
      return { ...response, fields: [...response.fields, ...grantedLines(wishes, checked)] };
    };
    const keeping: Keeping = { id, root: goal.root, limits, upload, request };
    return this.enter(keeping, (hears) => {
      const finish = (whole: Upload): Promise<Stored> => this.uploads.finish(whole);
      const ways = { limits, finish, respond, explain, ...hears };
      const resumable = new ResumableUpload(upload, digests, ways, earlier);
      upload.source = resumable;
      return resumable;
    });
  }

  /** @param make is not told of anything before it has returned */
  private enter<R extends Resumable>({ id, root, limits, upload, request }: Keeping, make: (hears: Hears) => R): R {
    const expiry = setTimeout(() => void this.drop(id), limits.resumeTimeout).unref();
    const ledger = this.isLasting ? this.uploads.ledger(root) : undefined;
    const { terms } = this;
    const noted = { id, upload, request, terms, lasts: limits.resumeTimeout };
    const noting = ledger && new Noting(ledger, noted, root.isSynced);
    const onSign = (): void => {
      expiry.refresh();
      noting?.refresh(resumable);
    };
    const onNews = (size?: number): void => {
      noting?.note(resumable, size);
      if (resumable.hasEnded) this.forget(id);
    };
    const keep = root.isSynced && noting ? () => noting.keep(resumable) : undefined;
    const resumable = make({ onSign, onNews, keep });
    noting?.note(resumable);
    this.kept.set(id, { resumable, root, terms, expiry, ledger });
    return resumable;
  }

  /** It has no place any more, and no timer. */
  private forget(id: string): void {
    clearTimeout(this.kept.get(id)?.expiry);
    this.kept.delete(id);
  }

  /**
   * Makes room for one more. Uploads that are complete are only kept so that a client can learn that they are; of the others,
   * the one goes that nobody has gone on with for longest.
   */
  private makeRoom(): void {
    if (this.kept.size < most) return;
    const all = [...this.kept].map(([id, { resumable }]) => ({ id, resumable }));
    const complete = all.find(({ resumable }) => !resumable.isIncomplete);
    const idle = all.filter(({ resumable }) => resumable.idle > 0);
    const leaving = complete ?? idle.reduce<(typeof all)[number] | undefined>(longestIdle, undefined);
    if (leaving === undefined) throw new HttpError(503, 'Too many uploads are under way.', [['Retry-After', '60']]);
    void this.drop(leaving.id);
  }

  private async find(id: string, again: Again): Promise<Resumable> {
    if (!this.kept.has(id)) await this.revive(id, again);
    const kept = this.kept.get(id);
    if (kept === undefined) throw noSuchUpload();
    return kept.resumable;
  }

  /** Whoever comes meanwhile waits. */
  private async revive(id: string, again: Again): Promise<void> {
    const work = this.reviving.get(id) ?? this.tryRevive(id, again).finally(() => this.reviving.delete(id));
    this.reviving.set(id, work);
    await work;
  }

  /** @throws what stands against it now: then nothing is left of it */
  private async tryRevive(id: string, { root, limits, judge, explain }: Again): Promise<void> {
    const ledger = this.isLasting ? this.uploads.ledger(root) : undefined;
    if (ledger?.knows(id) !== true) return;
    this.makeRoom();
    const record = await ledger.find(id);
    const about = record && aboutOf(record.about);
    if (record === undefined || about === undefined) return;
    const request = requestOf(about);
    const { temporary } = record;
    if (temporary === undefined) {
      if (about.final !== undefined) this.enterFinished({ id, root, limits, upload: undefined, request }, about.final);
      return;
    }
    const found = { ...record, temporary };
    try {
      // In its place the visitor would replace what is there.
      if (about.terms === 'dropBox' && this.terms === 'open') throw noSuchUpload();
      const creation = { request, ...judge(request) };
      const begin = (): Upload => this.uploads.adopt(creation.goal, found);
      this.keep({ id, begin, earlier: about }, creation, limits);
    } catch (error) {
      this.uploads.abandon(found);
      ledger.remove(id);
      throw withCompleteness(explain(error), false);
    }
  }

  /** The file is in its place: there is nothing to be judged but who asks. */
  private enterFinished(keeping: Keeping, final: Final): void {
    this.enter(keeping, (hears) => new FinishedUpload(final, { limits: keeping.limits, ...hears }));
  }

  private async park(id: string, { resumable }: Kept): Promise<void> {
    this.forget(id);
    await resumable.park();
  }

  private async drop(id: string): Promise<void> {
    const kept = this.kept.get(id);
    this.forget(id);
    await kept?.resumable.drop();
  }
}
