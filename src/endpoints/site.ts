/** Everything that is no other endpoint: the workspace's files, as a web site. */
import { FileError } from '../files/errors';
import { checkFolder } from '../files/folder';
import { OpenFile } from '../files/read';
import type { Root } from '../files/root';
import { Siblings } from '../files/siblings';
import { readOrOpenSettled, type SmallFile } from '../files/small';
import { HttpError } from '../http/errors';
import type { FieldLine, Request, Response } from '../http/message';
import { prefersHtml } from '../http/negotiate';
import type { Options } from '../options';
import { directoryPage } from './directoryPage';
import { httpErrorOf } from './errorResponse';
import { merge } from './fieldLines';
import { isCodable, mediaTypeOf, sniffSize } from './mediaType';
import type { Memory } from './memory';
import { parsePath, type RequestPath } from './path';
import { codedExtensions, Resource } from './resource';

/** A server for development is always asked again, and answers cheaply (RFC 9111 §5.2.2.4). */
const noCache: FieldLine = ['Cache-Control', 'no-cache'];

export class Site {
  /** Those of the settings. */
  private readonly custom: readonly FieldLine[];
  private readonly fields: readonly FieldLine[];

  constructor(
    private readonly options: Options,
    private readonly root: Root,
    private readonly memory: Memory,
  ) {
    this.custom = Object.entries(options.headers);
    this.fields = merge([noCache], this.custom);
  }

  /** The answer to a GET or HEAD. */
  async answer(request: Request): Promise<Response> {
    try {
      return await this.find(request, parsePath(request.path));
    } catch (error) {
      const fallback = await this.fallBack(request, error);
      if (fallback !== undefined) return fallback;
      throw this.customized(error);
    }
  }

  private async find(request: Request, { segments, isFolder }: RequestPath): Promise<Response> {
    if (isFolder) return this.index(request, segments);
    const file = await readOrOpenSettled(this.root, segments);
    return file === undefined ? this.redirect(request, segments) : this.show(request, segments, file);
  }

  private show(
    request: Request,
    segments: readonly string[],
    file: SmallFile | OpenFile,
  ): Response | Promise<Response> {
    if (file instanceof OpenFile) return this.resourceOf(segments, file).answer(request);
    return this.memory.keep(request.path, file, () => this.resourceOf(segments, file)).answer(request);
  }

  private resourceOf(segments: readonly string[], file: SmallFile | OpenFile): Resource {
    const firstOctets = (): Uint8Array =>
      file instanceof OpenFile ? file.readSync(sniffSize) : file.bytes.subarray(0, sniffSize);
    const mediaType = mediaTypeOf(segments.at(-1) ?? '', firstOctets);
    const codable = isCodable(mediaType);
    // `gzip -k` makes a copy of the same age.
    const siblings = codable ? new Siblings(this.root, segments, codedExtensions, file.stat.mtimeNs) : undefined;
    return new Resource(file, { mediaType, codable, fields: this.fields, siblings });
  }

  private async index(request: Request, segments: readonly string[]): Promise<Response> {
    const path = [...segments, 'index.html'];
    const file = await this.ifThere(path);
    if (file !== undefined) return this.show(request, path, file);
    return directoryPage(request, this.root, segments, this.custom);
  }

  private async ifThere(segments: readonly string[]): Promise<SmallFile | OpenFile | undefined> {
    try {
      return await readOrOpenSettled(this.root, segments);
    } catch (error) {
      if (error instanceof FileError && ['missing', 'hidden', 'badPath'].includes(error.kind)) return undefined;
      throw error;
    }
  }

  /** Relative, so that it survives a proxy that puts a prefix before the path. */
  private redirect({ path, query }: Request, segments: readonly string[]): Response {
    checkFolder(this.root, segments);
    const location = `./${path.slice(path.lastIndexOf('/') + 1)}/${query === undefined ? '' : `?${query}`}`;
    return { status: 308, fields: [['Location', location], ...this.fields] };
  }

  /** For a page that is not there: the page that knows all paths, if the settings name one. */
  private async fallBack(request: Request, error: unknown): Promise<Response | undefined> {
    if (this.options.spaFallback === '' || !(error instanceof FileError) || error.kind !== 'missing') return undefined;
    if (!prefersHtml(request.fields.get('accept'))) return undefined;
    const segments = this.options.spaFallback.split(/[\\/]/).filter((name) => name !== '' && name !== '.');
    const file = await this.ifThere(segments);
    return file && this.resourceOf(segments, file).answer(request);
  }

  private customized(error: unknown): unknown {
    const known = httpErrorOf(error);
    return known === undefined ? error : new HttpError(known.status, known.message, merge(known.fields, this.custom));
  }
}
