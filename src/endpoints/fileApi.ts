/** `/files/{path}`: the folder's files, to be read verbatim. */
import { FileError } from '../files/errors';
import { OpenFile } from '../files/read';
import type { Root } from '../files/root';
import { readOrOpenSettled } from '../files/small';
import type { FieldLine, Request, Response } from '../http/message';
import { Coalesced } from './coalesced';
import { directoryJson } from './directoryPage';
import type { Memory } from './memory';
import { parsePath } from './path';
import { Resource, type View } from './resource';
import { sourceOf } from './source';

const noCache: FieldLine = ['Cache-Control', 'no-cache'];

const view: View = {
  mediaType: 'application/octet-stream',
  codable: false,
  fields: [noCache],
  siblings: undefined,
};

export class FileApi {
  private readonly listings = new Coalesced<Buffer>();

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
    if (file instanceof OpenFile) return new Resource(sourceOf(file), view).answer(request);
    return this.memory.keep(request.path, file, () => new Resource(sourceOf(file), view)).answer(request);
  }

  private async list(segments: readonly string[]): Promise<Response> {
    const body = await this.listings.get(segments.join('/'), () => directoryJson(this.root, segments));
    return { status: 200, fields: [['Content-Type', 'application/json'], noCache], body };
  }
}
