/** `/files/{path}`: files are stored and removed, whole or not at all. */
import { removable, remove } from '../files/remove';
import type { Root } from '../files/root';
import type { Check, Stored } from '../files/write';
import { HttpError } from '../http/errors';
import type { Request, Response } from '../http/message';
import type { Limits } from '../options';
import { Form } from './form';
import { verified } from './integrity';
import { boundaryOf } from './multipart';
import { parsePath } from './path';
import { preconditionOf } from './precondition';
import { refuseCoding, refuseUnknownLength } from './refusals';
import type { Resumables } from './resumables';
import { inTime, type Trash } from './trash';
import { completeOf } from './uploadFields';

export class Store {
  constructor(
    private readonly root: Root,
    private readonly resumables: Resumables,
    private readonly limits: Limits,
    private readonly trash?: Trash,
  ) {}

  /** Answers 201, whether the file is a new one or not. @param rest the raw path behind `/files` */
  async post(request: Request, rest: string): Promise<Response> {
    const form = this.postForm(request, rest);
    if (form !== undefined) return form;
    return this.store(request, rest, ({ path }) => made(request, path));
  }

  /** Answers 201 for a new file, 204 for a replaced one. */
  async put(request: Request, rest: string): Promise<Response> {
    // RFC 9110 §14.5: a part must not be taken for the whole.
    if (request.fields.has('content-range')) throw new HttpError(400, 'A part of a file cannot be stored by PUT.');
    return this.store(request, rest, ({ path, created }) =>
      created ? made(request, path) : { status: 204, fields: [], stored: path },
    );
  }

  async delete(request: Request, rest: string): Promise<Response> {
    const segments = fileSegments(rest);
    const check = preconditionOf(request, this.root, segments);
    // Meanwhile the file may have become another one: then that is in the trash, or is judged anew.
    if (!(await this.moveToTrash(segments, check))) remove(this.root, segments, check);
    return { status: 204, fields: [] };
  }

  private async moveToTrash(segments: readonly string[], check: Check): Promise<boolean> {
    if (this.trash === undefined) return false;
    const path = removable(this.root, segments, check);
    return path !== undefined && inTime(this.trash, path, this.limits.trashTimeout);
  }

  /** A form goes to a folder; to the path of a file it is stored as it comes. */
  private postForm(request: Request, rest: string): Promise<Response> | undefined {
    const { segments, isFolder } = parsePath(rest);
    // Whether an upload can be gone on with is told of one file.
    if (completeOf(request.fields) !== undefined) return undefined;
    const boundary = isFolder ? boundaryOf(request.fields.get('content-type')) : undefined;
    if (boundary === undefined) return undefined;
    refuseCoding(request);
    const content = verified(request.body, request.fields);
    return new Form(this.root, this.resumables.uploads, request, segments).store(content, boundary);
  }

  private async store(request: Request, rest: string, answer: (stored: Stored) => Response): Promise<Response> {
    const { root, limits, resumables } = this;
    const segments = fileSegments(rest);
    refuseCoding(request);
    refuseUnknownLength(request);
    const check = preconditionOf(request, root, segments);
    if (completeOf(request.fields) !== undefined) {
      return resumables.create({ request, root, segments, check, answer }, limits);
    }
    const { body, fields } = request;
    const content = verified(body, fields);
    const whole = content === body ? body.whole() : undefined;
    if (whole !== undefined) return answer(resumables.uploads.storeNow(root, segments, whole, check));
    return answer(await resumables.uploads.store(root, segments, content, check, body));
  }
}

/** Two slashes at the beginning of a reference would be those of an authority (RFC 3986 §4.2). */
const made = ({ path }: Request, stored: string): Response => ({
  status: 201,
  fields: [['Location', path.replace(/^\/+/, '/')]],
  stored,
});

function fileSegments(rest: string): readonly string[] {
  const { segments, isFolder } = parsePath(rest);
  if (isFolder) throw new HttpError(409, 'The path is that of a folder.');
  return segments;
}
