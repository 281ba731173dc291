/** `/files/{path}`: the folder's files, to be read verbatim. */
import { FileError } from '../../files/fileError';
import { realFolder } from '../../files/folder';
import { OpenFile } from '../../files/reading/read';
import type { Root } from '../../files/root';
import { readOrOpenSettled } from '../../files/reading/small';
import type { FieldLine, Request, Response } from '../../http/message/message';
import { prefersHtml } from '../../http/message/negotiate';
import type { Options } from '../../options';
import { archivedNames, Archives } from './archives';
import { directoryPage, jsonForm, Rows, rowsForm } from './directoryPage';
import { behindPath, parsePath } from '../common/path';
import { Resource, type View } from '../representation/resource';
import { sourceOf } from '../representation/source';
import type { Workshop } from '../representation/workshop';

const noCache: FieldLine = ['Cache-Control', 'no-cache'];

const json = 'application/json';

export class FileApi {
  private readonly archives: Archives;
  private readonly view: View;

  constructor(
    private readonly root: Root,
    private readonly workshop: Workshop,
    private readonly options: Pick<Options, 'access' | 'liveReload' | 'limits'>,
  ) {
    this.archives = new Archives(root, options.limits);
    const mediaType = 'application/octet-stream';
    this.view = { mediaType, codable: false, fields: [noCache], siblings: undefined, workshop };
  }

  /** GET and HEAD. @param rest the raw path behind `/files`, empty or with its slash */
  async get(request: Request, rest: string): Promise<Response> {
    if (rest === '') return { status: 308, fields: [['Location', `./files/${behindPath(request.query)}`], noCache] };
    const { segments, isFolder } = parsePath(rest);
    if (isFolder) {
      const names = archivedNames(request.query);
      if (names !== undefined) return this.archives.answer(request, segments, names);
      const folder = realFolder(this.root, segments);
      const isForPeople = prefersHtml(request.fields.get('accept'), json);
      return isForPeople ? this.page(request, segments, folder) : this.list(request, folder);
    }
    const file = await readOrOpenSettled(this.root, segments);
    if (file === undefined) throw new FileError('missing', 'There is no such file.');
    const { view, workshop } = this;
    if (file instanceof OpenFile) return new Resource(sourceOf(file), view).answer(request);
    return workshop.responses.keep(request.path, file, () => new Resource(sourceOf(file), view)).answer(request);
  }

  /** @param folder its real path's segments */
  private async list({ signal }: Request, folder: readonly string[]): Promise<Response> {
    const { listings } = this.workshop;
    const rows = await listings.get(this.root, folder, jsonForm, signal);
    const body = new Rows(rows, listings).whole();
    return { status: 200, fields: [['Content-Type', json], ['Vary', 'Accept'], noCache], body };
  }

  /** @param segments as it was asked for; `folder` as in {@link list} */
  private async page(request: Request, segments: readonly string[], folder: readonly string[]): Promise<Response> {
    const rows = await this.workshop.listings.get(this.root, folder, rowsForm, request.signal);
    const custom: FieldLine[] = [['Vary', 'Accept, Accept-Encoding']];
    const page = { segments, request, isFiles: true, options: this.options };
    return directoryPage(request, rows, { page, custom, workshop: this.workshop });
  }
}
