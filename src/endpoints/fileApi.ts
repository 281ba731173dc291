/** `/files/{path}`: the folder's files, to be read, stored and removed verbatim. */
import { FileError } from '../files/errors';
import { OpenFile } from '../files/read';
import type { Root } from '../files/root';
import { readOrOpen, readOrOpenSettled } from '../files/small';
import { remove, store, type Check } from '../files/write';
import { evaluate, type Validators } from '../http/conditional';
import { HttpError } from '../http/errors';
import type { FieldLine, Request, Response } from '../http/message';
import { directoryJson } from './directoryPage';
import type { Memory } from './memory';
import { parsePath } from './path';
import { Resource, type View } from './resource';
import { validatorsOf } from './validators';

const noCache: FieldLine = ['Cache-Control', 'no-cache'];

const view: View = {
  mediaType: 'application/octet-stream',
  codable: false,
  fields: [noCache],
  siblings: undefined,
};

const preconditions = ['if-match', 'if-none-match', 'if-unmodified-since'];

export class FileApi {
  constructor(
    private readonly root: Root,
    private readonly memory: Memory,
  ) {}

  /** GET and HEAD. @param rest the raw path behind `/files`, empty or with its slash */
  async get(request: Request, rest: string): Promise<Response> {
    if (rest === '') return { status: 308, fields: [['Location', './files/'], noCache] };
    const { segments, isFolder } = parsePath(rest);
    if (isFolder) return this.list(segments);
    const file = await readOrOpenSettled(this.root, segments);
    if (file === undefined) throw new FileError('missing', 'There is no such file.');
    if (file instanceof OpenFile) return new Resource(file, view).answer(request);
    return this.memory.keep(request.path, file, () => new Resource(file, view)).answer(request);
  }

  /** Answers 201, whether the file is a new one or not. */
  async post(request: Request, rest: string): Promise<Response> {
    const { path } = await this.store(request, rest);
    return { status: 201, fields: [['Location', request.path]], stored: path };
  }

  /** Answers 201 for a new file, 204 for a replaced one. */
  async put(request: Request, rest: string): Promise<Response> {
    // RFC 9110 §14.5: a part must not be taken for the whole.
    if (request.fields.has('content-range')) throw new HttpError(400, 'A part of a file cannot be stored by PUT.');
    const { path, created } = await this.store(request, rest);
    if (!created) return { status: 204, fields: [], stored: path };
    return { status: 201, fields: [['Location', request.path]], stored: path };
  }

  delete(request: Request, rest: string): Response {
    const segments = fileSegments(rest);
    remove(this.root, segments, this.check(request, segments));
    return { status: 204, fields: [] };
  }

  private store(request: Request, rest: string): ReturnType<typeof store> {
    const segments = fileSegments(rest);
    const coding = request.fields.list('content-encoding').find((name) => name.toLowerCase() !== 'identity');
    if (coding !== undefined) {
      // RFC 9110 §15.5.16: Accept-Encoding tells what would have been taken.
      throw new HttpError(415, 'Files are stored as they come: send it without a content coding.', [
        ['Accept-Encoding', 'identity'],
      ]);
    }
    return store(this.root, segments, request.body, this.check(request, segments));
  }

  private async list(segments: readonly string[]): Promise<Response> {
    const body = await directoryJson(this.root, segments);
    return { status: 200, fields: [['Content-Type', 'application/json'], noCache], body };
  }

  /** RFC 9110 §13.2: throws 412 if the file is not in the state that the request asks for. */
  private check(request: Request, segments: readonly string[]): Check {
    const { method, fields } = request;
    if (!preconditions.some((name) => fields.has(name))) return () => undefined;
    return () => {
      if (evaluate(method, fields, this.currentValidators(segments)) !== 'proceed') {
        throw new HttpError(412, 'The file is not in the state that the request asks for.');
      }
    };
  }

  private currentValidators(segments: readonly string[]): Validators | undefined {
    try {
      const file = readOrOpen(this.root, segments);
      if (file instanceof OpenFile) file.close();
      return file && validatorsOf(file, []);
    } catch (error) {
      if (error instanceof FileError && error.kind === 'missing') return undefined;
      throw error;
    }
  }
}

function fileSegments(rest: string): readonly string[] {
  const { segments, isFolder } = parsePath(rest);
  if (isFolder) throw new HttpError(409, 'The path is that of a folder.');
  return segments;
}
