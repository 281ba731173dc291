/** `POST /files/{folder}/` with `multipart/form-data`: every part with a file name becomes a file, or none does. */
import { comparable } from '../../files/names';
import type { Root } from '../../files/root';
import type { Uploads } from '../../files/writing/uploads';
import { checkParent, type Stored, type Upload } from '../../files/writing/write';
import { HttpError } from '../../http/message/httpError';
import type { Request, Response } from '../../http/message/message';
import { prefersHtml } from '../../http/message/negotiate';
import { httpErrorOf } from '../common/errorResponse';
import { readParts, type Part } from './multipart';
import { inPart } from './partHeader';
import { parseName, upToRoot } from '../common/path';
import { locationOf, type Terms } from './terms';

const json = 'application/json';

/** Most octets of a part that is no file, and is not kept. */
const mostOfField = 1024 * 1024;
/** Most octets of a field that is a number. */
const mostOfNumber = 20;

/** What the answer tells of each file. */
interface StoredFile {
  /** As it was sent: a path relative to the folder of the URL. */
  readonly name: string;
  /** Path of its URL. */
  readonly location: string;
  /** In octets. */
  readonly size: number;
}

/** As it came. */
interface TakenFile extends Omit<StoredFile, 'location'> {
  readonly segments: readonly string[];
}

interface FormTask {
  readonly root: Root;
  readonly uploads: Uploads;
  readonly terms: Terms;
  readonly request: Request;
  /** The segments that its file names are relative to. */
  readonly folder: readonly string[];
}

/** A form that is being stored. */
export class Form {
  private readonly files: TakenFile[] = [];
  private readonly paths = new Set<string>();
  private readonly labels = new Map<Upload, string>();

  constructor(private readonly task: FormTask) {}

  /** @throws {@link HttpError}; FileError: then none of its files is stored */
  async store(content: AsyncIterable<Uint8Array>, boundary: string): Promise<Response> {
    this.checkBeforehand();
    const stored = await this.task.uploads.storeAll(
      async (uploads) => {
        await readParts(content, boundary, (part) => this.take(part, uploads));
        if (uploads.length === 0) throw new HttpError(400, 'The form has no file in it.');
      },
      (error, upload) => this.ofPart(this.labels.get(upload) ?? '', error),
    );
    return { ...this.answer(stored), stored: stored.map(({ path }) => path) };
  }

  /** Whoever posted the form from a page wants to see what the folder has now. */
  private answer(stored: readonly Stored[]): Response {
    const { fields, path } = this.task.request;
    const { nameOf, hasPages } = this.task.terms;
    if (prefersHtml(fields.get('accept'), json)) {
      const page = hasPages ? folderReference(path) : `./${upToRoot(path)}files/`;
      return { status: 303, fields: [['Location', page]] };
    }
    const list = this.files.map(({ name, segments, size }, i): StoredFile => {
      const one = stored[i];
      const location = locationOf(segments, one === undefined ? '' : nameOf(segments, one));
      return { name, location, size };
    });
    const body = Buffer.from(JSON.stringify(list));
    return { status: 201, fields: [['Content-Type', json]], body };
  }

  /** Who waits for a 100 is to hear what can be known beforehand. */
  private checkBeforehand(): void {
    const { root, folder, terms } = this.task;
    try {
      checkParent(root, folder);
    } catch (error) {
      throw terms.explain(error);
    }
  }

  /** The failure as it is told of one part: a form may have hundreds. */
  private ofPart(label: string, error: unknown): unknown {
    const known = httpErrorOf(this.task.terms.explain(error));
    if (known === undefined) return error;
    const { status, message, fields, reason, option } = known;
    return new HttpError(status, inPart(label) + message, fields, { reason: inPart(label) + reason, option });
  }

  private async take(part: Part, uploads: Upload[]): Promise<void> {
    try {
      await this.takePart(part, uploads);
    } catch (error) {
      throw this.ofPart(part.label, error);
    }
  }

  private async takePart({ name, fileName, content }: Part, uploads: Upload[]): Promise<void> {
    if (fileName === undefined) refuseChunk(name, await readField(content));
    // A file input in which nothing was chosen.
    else if (fileName === '') await refuseContent(content);
    else await this.takeFile(fileName, content, uploads);
  }

  private async takeFile(name: string, content: AsyncIterable<Uint8Array>, uploads: Upload[]): Promise<void> {
    const { root, request, folder, terms } = this.task;
    const segments = [...folder, ...segmentsOf(name)];
    const upload = this.task.uploads.begin(terms.goal(request, segments), request.body);
    uploads.push(upload);
    this.labels.set(upload, name);
    const path = comparable(upload.path, root.platform);
    if (this.paths.has(path)) throw new HttpError(400, 'Two files of the form have the same name.');
    this.paths.add(path);
    for await (const bytes of content) await upload.write(bytes);
    await upload.settle();
    this.files.push({ name, segments, size: upload.size });
  }
}

/** A reference to the folder of this path, with its slash; relative, so that it survives a proxy that puts a prefix before the path. */
function folderReference(path: string): string {
  const last = path.slice(path.lastIndexOf('/') + 1);
  return last === '' ? './' : `./${last}/`;
}

function segmentsOf(name: string): readonly string[] {
  const { segments, isFolder } = parseName(name);
  if (isFolder || name.startsWith('/')) throw new HttpError(400, 'The file name is no relative path of a file.');
  return segments;
}

/** @returns the value of a field, or its beginning: as much as a number takes */
async function readField(content: AsyncIterable<Buffer>): Promise<string> {
  let size = 0;
  let value = '';
  for await (const bytes of content) {
    size += bytes.length;
    if (size > mostOfField) throw new HttpError(413, `The content is longer than ${mostOfField} octets, but no file.`);
    if (value.length < mostOfNumber) value += bytes.toString('latin1', 0, mostOfNumber);
  }
  return value;
}

async function refuseContent(content: AsyncIterable<Buffer>): Promise<void> {
  for await (const bytes of content)
    if (bytes.length > 0) throw new HttpError(400, 'There is content, but no file name.');
}

/**
 * Fields by which upload widgets say in how many forms they send one file: Dropzone, Resumable.js, Flow.js, Fine
 * Uploader, Plupload and WebUploader.
 */
const chunkCounts: readonly string[] = [
  'dztotalchunkcount',
  'resumableTotalChunks',
  'flowTotalChunks',
  'qqtotalparts',
  'chunks',
];

/** As with Content-Range, a part must not be taken for the whole. */
function refuseChunk(name: string, value: string): void {
  if (!chunkCounts.includes(name) || !(Number(value) > 1)) return;
  throw new HttpError(400, 'A part of a file cannot be stored: switch chunks off.');
}
