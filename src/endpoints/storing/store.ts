/** `/files/{path}`: files are stored, whole or not at all. */
import type { UploadSource } from '../../files/writing/progress';
import type { Root } from '../../files/root';
import type { Goal } from '../../files/writing/uploads';
import type { Stored, Upload } from '../../files/writing/write';
import { HttpError } from '../../http/message/httpError';
import type { Request, Response } from '../../http/message/message';
import type { Limits } from '../../options';
import { codingOf, Decoders } from './decoding';
import { Form } from './form';
import { checkTrailers, digestFields, Expectations, verified } from './integrity';
import { boundaryOf } from './multipart';
import { parsePath, splitFirst } from '../common/path';
import { refuseCoding, refusePart, refuseUnknownLength } from './refusals';
import type { CreatingRequest } from './noting';
import type { Again, UploadRegistry } from './uploadRegistry';
import { locationOf, openTerms, type Terms } from './terms';
import { completeOf, withCompleteness } from './uploadFields';
import { grantedLines, wishesOf } from './wishes';

export class Store {
  private readonly decoders: Decoders;

  constructor(
    private readonly root: Root,
    private readonly registry: UploadRegistry,
    private readonly limits: Limits,
    private readonly terms: Terms = openTerms(root),
  ) {
    this.decoders = new Decoders(limits.decoders, limits.body);
  }

  /** Answers 201, whether the file is a new one or not. @param rest the raw path behind `/files` */
  async post(request: Request, rest: string): Promise<Response> {
    const form = this.postForm(request, rest);
    if (form !== undefined) return form;
    return this.store(request, rest, posted);
  }

  /** Answers 201 for a new file, 204 for a replaced one. */
  async put(request: Request, rest: string): Promise<Response> {
    return this.store(request, rest, put);
  }

  /** How resumable uploads that an earlier server has left are judged: as if they were begun now. */
  get again(): Again {
    const { root, limits, terms } = this;
    const { explain } = terms;
    const judge: Again['judge'] = (request) => {
      const respond = request.method === 'POST' ? posted : put;
      return { explain, ...this.aim(request, splitFirst(request.path).rest, respond) };
    };
    return { root, limits, judge, explain };
  }

  /** A form goes to a folder; to the path of a file it is stored as it comes. */
  private postForm(request: Request, rest: string): Promise<Response> | undefined {
    const { segments, isFolder } = parsePath(rest);
    // Whether an upload can be gone on with is told of one file.
    if (completeOf(request.fields) !== undefined) return undefined;
    const boundary = isFolder ? boundaryOf(request.fields.get('content-type')) : undefined;
    if (boundary === undefined) return undefined;
    refusePart(request);
    const { registry, terms } = this;
    const form = new Form({ root: this.root, uploads: registry.uploads, terms, request, folder: segments });
    return form.store(this.contentOf(request), boundary);
  }

  /**
   * The content, decoded. What is said of it by digests is said of what was sent (RFC 9530 §§2, 3).
   *
   * @throws {@link HttpError} 415, 400; the same and 413 and 503 when it is iterated
   */
  private contentOf({ body, fields, signal }: Request): AsyncIterable<Uint8Array> {
    const coding = codingOf(fields);
    const content = verified(body, fields);
    return coding === undefined ? content : this.decoders.decode({ content, coding, body, signal });
  }

  private async store(request: Request, rest: string, respond: Answer): Promise<Response> {
    try {
      if (completeOf(request.fields) !== undefined) return await this.storeInParts(request, rest, respond);
      return await this.storeWhole(request, rest, respond);
    } catch (error) {
      throw this.terms.explain(error);
    }
  }

  private async storeWhole(request: Request, rest: string, respond: Answer): Promise<Response> {
    const { body, fields } = request;
    const { uploads } = this.registry;
    const { goal, answer } = this.judge(request, rest, respond);
    const wishes = wishesOf(fields);
    const isCoded = codingOf(fields) !== undefined;
    const sent = Expectations.of(fields, digestFields, isCoded ? [] : wishes.algorithms);
    const kept = isCoded ? Expectations.of(fields, [], wishes.algorithms) : sent;
    const isPlain = sent.none && wishes.modified === undefined && !isCoded;
    const whole = isPlain ? body.whole() : undefined;
    if (whole !== undefined)
      return answer(this.root.isSynced ? await uploads.storeOnDisk(goal, whole) : uploads.storeNow(goal, whole));
    const fill = async (upload: Upload): Promise<void> => {
      upload.modified = wishes.modified;
      await this.receive(request, upload, sent, kept);
    };
    const response = answer(await uploads.store(goal, fill, sourceOf(request)));
    return { ...response, fields: [...response.fields, ...grantedLines(wishes, kept)] };
  }

  /**
   * @param sent digests of what is sent (RFC 9530 §§2, 3), coded or not
   * @param kept those of what is stored: the same where that is what is sent
   * @throws {@link HttpError} 400 if the content is not what its digests say; FileError; whatever reading it throws
   */
  private async receive(request: Request, upload: Upload, sent: Expectations, kept: Expectations): Promise<void> {
    const { body, fields, signal } = request;
    const coding = codingOf(fields);
    const content = watched(body, sent);
    const decoded =
      coding === undefined ? content : watched(this.decoders.decode({ content, coding, body, signal }), kept);
    for await (const bytes of decoded) await upload.write(bytes);
    sent.check();
    if (kept !== sent) kept.check();
    const pieces = coding === undefined ? () => upload.pieces(0) : unchecked;
    await checkTrailers({ trailers: body.trailers, signal }, digestFields, pieces);
  }

  /** As a resumable upload. Whoever is refused one learns that nothing is complete. */
  private async storeInParts(request: Request, rest: string, respond: Answer): Promise<Response> {
    const { explain } = this.terms;
    try {
      refuseCoding(request);
      return await this.registry.create(request, { explain, ...this.judge(request, rest, respond) }, this.limits);
    } catch (error) {
      throw withCompleteness(explain(error), false);
    }
  }

  /** @throws what can be told beforehand against storing the content of `request` */
  private judge(request: Request, rest: string, respond: Answer): Judged {
    const judged = this.aim(request, rest, respond);
    refusePart(request);
    codingOf(request.fields);
    refuseUnknownLength(request);
    return judged;
  }

  private aim(request: CreatingRequest, rest: string, respond: Answer): Judged {
    const segments = fileSegments(rest);
    const answer = (stored: Stored): Response => respond(stored, this.locate(request, segments, stored));
    return { goal: this.terms.goal(request, segments), answer };
  }

  /** Two slashes at the beginning of a reference would be those of an authority (RFC 3986 §4.2). */
  private locate({ path }: CreatingRequest, segments: readonly string[], stored: Stored): string {
    const name = this.terms.nameOf(segments, stored);
    return name === segments.at(-1) ? path.replace(/^\/+/, '/') : locationOf(segments, name);
  }
}

/** @param location path by which the file is found */
type Answer = (stored: Stored, location: string) => Response;

interface Judged {
  readonly goal: Goal;
  readonly answer: (stored: Stored) => Response;
}

/** Where the content comes from; nobody knows how much a coded upload comes to. */
const sourceOf = ({ body, fields }: Request): UploadSource =>
  codingOf(fields) === undefined ? body : { length: undefined, fail: (error) => body.fail(error) };

async function* watched(
  content: AsyncIterable<Uint8Array>,
  digests: Expectations,
): AsyncGenerator<Uint8Array, undefined> {
  for await (const bytes of content) {
    digests.update(bytes);
    yield bytes;
  }
}

function unchecked(): never {
  throw new HttpError(400, 'A digest behind coded content cannot be checked: send it before the content.');
}

const posted: Answer = ({ path }, location) => made(location, path);

const put: Answer = ({ path, created }, location) =>
  created ? made(location, path) : { status: 204, fields: [], stored: [path] };

const made = (location: string, path: string): Response => ({
  status: 201,
  fields: [['Location', location]],
  stored: [path],
});

function fileSegments(rest: string): readonly string[] {
  const { segments, isFolder } = parsePath(rest);
  if (isFolder) throw new HttpError(409, 'The path is that of a folder.');
  return segments;
}
