/** The resumable uploads of one server: `/.http-server/uploads/{id}` for each. */
import { randomBytes } from 'node:crypto';
import type { Root } from '../../files/root';
import type { Goal, Uploads } from '../../files/writing/uploads';
import type { Stored } from '../../files/writing/write';
import { HttpError } from '../../http/message/httpError';
import type { FieldLine, Request, Response } from '../../http/message/message';
import type { Limits } from '../../options';
import { Expectations } from './integrity';
import { refuseCoding, refusePart, refuseUnknownLength, refuseUnmet } from './refusals';
import { noSuchUpload, ResumableUpload, type Respond } from './resumableUpload';
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
} from './uploadFields';

/** Most of them at once, each of which holds a file open. */
const most = 100;

interface Kept {
  readonly resumable: ResumableUpload;
  readonly root: Root;
  readonly expiry: NodeJS.Timeout;
}

/** How a request creates an upload. */
interface Creation {
  readonly request: Request;
  readonly goal: Goal;
  readonly answer: (stored: Stored) => Response;
  /** What its client hears of a failure at the end. */
  readonly explain: (error: unknown) => unknown;
}

interface Idle {
  readonly id: string;
  readonly resumable: ResumableUpload;
}

const longestIdle = (longest: Idle | undefined, each: Idle): Idle =>
  longest === undefined || each.resumable.idle > longest.resumable.idle ? each : longest;

export class UploadRegistry {
  private readonly kept = new Map<string, Kept>();

  constructor(readonly uploads: Uploads) {}

  /**
   * Answers a request with Upload-Complete.
   *
   * @throws {@link HttpError}; FileError; whatever reading the content throws
   */
  async create(creation: Creation, limits: Limits): Promise<Response> {
    const { request } = creation;
    const { id, resumable } = this.begin(creation, limits);
    const place: FieldLine[] = [['Location', `/.http-server/uploads/${id}`], limitLine(limits)];
    const tell = wantsInterim(request) ? request.interim : undefined;
    tell?.(104, [...place, interopLine]);
    try {
      const done = await resumable.append(request, 0);
      return done ?? { status: 201, fields: [...place, offsetLine(resumable.offset), completeLine(false)] };
    } catch (error) {
      // Nobody can come back to what nobody has been told of.
      if (tell === undefined) await this.drop(id);
      throw error;
    }
  }

  /** Answers HEAD and GET. @param id as in the path of the upload */
  describe(id: string): Promise<Response> {
    return this.find(id).describe();
  }

  /** Answers PATCH. */
  async append(request: Request, id: string): Promise<Response> {
    const resumable = this.find(id);
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
  async cancel(id: string): Promise<Response> {
    await this.find(id).cancel();
    await this.drop(id);
    return { status: 204, fields: [] };
  }

  /** Cancels those that belong to another folder than `root`. */
  keepOnly(root: Root): void {
    for (const [id, kept] of this.kept) if (kept.root.path !== root.path) void this.drop(id);
  }

  /** Cancels all. Resolves when nothing of them is left, nor of any other upload. */
  async end(): Promise<void> {
    await Promise.all([...this.kept.keys()].map((id) => this.drop(id)));
    await this.uploads.end();
  }

  private begin(
    { request, goal, answer, explain }: Creation,
    limits: Limits,
  ): { id: string; resumable: ResumableUpload } {
    this.makeRoom();
    const id = randomBytes(16).toString('hex');
    const wishes = wishesOf(request.fields);
    const digests = Expectations.of(request.fields, ['repr-digest'], wishes.algorithms);
    const upload = this.uploads.begin(goal);
    upload.modified = wishes.modified;
    const respond: Respond = (stored, checked) => {
      const response = answer(stored);
      return { ...response, fields: [...response.fields, ...grantedLines(wishes, checked)] };
    };
    const expiry = setTimeout(() => void this.drop(id), limits.resumeTimeout).unref();
    const ways = { respond, explain, onSign: () => expiry.refresh() };
    const resumable = new ResumableUpload(upload, digests, limits, ways);
    upload.source = resumable;
    this.kept.set(id, { resumable, root: goal.root, expiry });
    return { id, resumable };
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

  private find(id: string): ResumableUpload {
    const kept = this.kept.get(id);
    if (kept === undefined || kept.resumable.hasEnded) throw noSuchUpload();
    return kept.resumable;
  }

  private async drop(id: string): Promise<void> {
    const kept = this.kept.get(id);
    if (kept === undefined) return;
    this.kept.delete(id);
    clearTimeout(kept.expiry);
    await kept.resumable.drop();
  }
}
