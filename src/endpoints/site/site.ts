/** Everything that is no other endpoint: the workspace's files, as a web site. */
import { FileError } from '../../files/fileError';
import { realFolder } from '../../files/folder';
import { OpenFile } from '../../files/reading/read';
import type { Root } from '../../files/root';
import { Siblings } from '../../files/reading/siblings';
import { readOrOpenSettled, type SmallFile } from '../../files/reading/small';
import { HttpError } from '../../http/message/httpError';
import type { FieldLine, Request, Response } from '../../http/message/message';
import { prefersHtml } from '../../http/message/negotiate';
import type { Options } from '../../options';
import { sniffSize } from './charset';
import { Coalesced } from './coalesced';
import { startOf } from '../representation/content';
import { directoryPage, directoryRows } from './directoryPage';
import { errorResponse, httpErrorOf } from '../common/errorResponse';
import { merge } from '../common/fieldLines';
import { fileTypeOf, isCodable, syntaxOf } from './mediaType';
import { Draftable, type Draft, type Overlay } from '../representation/overlay';
import { isPageLoad, Page, scriptTag, varyUnsaid } from '../representation/page';
import { parsePath, type RequestPath } from '../common/path';
import { codedExtensions, Resource, type Answering, type View } from '../representation/resource';
import { sourceOf, type Source } from '../representation/source';
import type { Workshop } from '../representation/workshop';

/** A server for development is always asked again, and answers cheaply (RFC 9111 §5.2.2.4). */
const noCache: FieldLine = ['Cache-Control', 'no-cache'];

/** Fields that decide what a browser makes of a page, which the settings may change. */
const decisive = new Set(['content-type', 'content-encoding', 'content-disposition']);

/** In how many ways one draft may be remembered: the script lies elsewhere for each depth of the path. */
const mostShown = 8;

export class Site {
  private readonly listings = new Coalesced<Buffer>();
  private readonly drafts = new WeakMap<Draft, Map<string, Answering>>();
  /** The fields of the settings. */
  private readonly custom: readonly FieldLine[];
  private readonly fields: readonly FieldLine[];
  private readonly injects: boolean;

  constructor(
    private readonly options: Options,
    private readonly root: Root,
    private readonly workshop: Workshop,
    /** Drafts of files, if they are to be shown. */
    private readonly overlay: Overlay | undefined,
  ) {
    this.custom = Object.entries(options.headers);
    this.fields = merge([noCache], this.custom);
    this.injects = options.liveReload && !this.custom.some(([name]) => decisive.has(name.toLowerCase()));
  }

  /** The answer to a GET or HEAD. */
  async answer(request: Request): Promise<Response> {
    try {
      return await this.find(request, parsePath(request.path));
    } catch (error) {
      const fallback = (await this.fallBack(request, error)) ?? this.absence(request, error);
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
    const { path } = request;
    if (file instanceof OpenFile) return this.current(path, segments, file).answer(request);
    return this.workshop.responses.keep(path, file, () => this.lasting(path, segments, file)).answer(request);
  }

  /** What shows a file, or the draft in its place, for one request. */
  private current(path: string, segments: readonly string[], file: SmallFile | OpenFile): Answering {
    const draft = this.overlay?.find(file.real);
    if (draft === undefined) return this.saved(path, segments, file);
    if (file instanceof OpenFile) file.close();
    return this.shown(path, segments, draft);
  }

  /** What is made of a draft lasts as long as the draft, not as long as the many paths that lead to its file. */
  private shown(path: string, segments: readonly string[], draft: Draft): Answering {
    const known = this.drafts.get(draft) ?? new Map<string, Answering>();
    this.drafts.set(draft, known);
    const key = `${segments.at(-1) ?? ''} ${scriptTag(path, segments)}`;
    const made = known.get(key) ?? this.resourceOf(path, segments, draft);
    if (known.size >= mostShown) known.clear();
    known.set(key, made);
    return made;
  }

  /** What shows the file, or its draft, for as long as the file stays as it is, whatever becomes of drafts. */
  private lasting(path: string, segments: readonly string[], file: SmallFile): Answering {
    const saved = this.saved(path, segments, file);
    if (this.overlay === undefined) return saved;
    return new Draftable(saved, file.real, this.overlay, (draft) => this.shown(path, segments, draft));
  }

  private saved(path: string, segments: readonly string[], file: SmallFile | OpenFile): Answering {
    return this.resourceOf(path, segments, sourceOf(file), file.stat.mtimeNs);
  }

  /**
   * @param path that was asked for
   * @param segments of the file that it shows
   * @param modified when the file was, in nanoseconds since the epoch; undefined if these are not the file's octets
   */
  private resourceOf(path: string, segments: readonly string[], source: Source, modified?: bigint): Answering {
    const { content } = source;
    const start = (): Buffer => startOf(content, sniffSize);
    const { mediaType, coding } = fileTypeOf(segments.at(-1) ?? '', start, modified === undefined);
    const codable = coding === undefined && isCodable(mediaType);
    // `gzip -k` makes a copy of the same age.
    const hasSiblings = codable && modified !== undefined;
    const siblings = hasSiblings ? new Siblings(this.root, segments, codedExtensions, modified) : undefined;
    const view: View = { mediaType, coding, codable, fields: this.fields, siblings, workshop: this.workshop };
    const syntax = this.injects && coding === undefined ? syntaxOf(mediaType) : undefined;
    if (syntax === undefined) return new Resource(source, view);
    return new Page(source, view, { tag: scriptTag(path, segments), syntax });
  }

  private async index(request: Request, segments: readonly string[]): Promise<Response> {
    const path = [...segments, 'index.html'];
    const file = await this.ifThere(path);
    if (file !== undefined) return this.show(request, path, file);
    // One reading for all, by whatever path they have come to the folder.
    const real = realFolder(this.root, segments);
    const { workshop } = this;
    const rows = await this.listings.get(real.join('/'), request.signal, (signal) =>
      workshop.listings.make(() => directoryRows(this.root, real, signal)),
    );
    const page = { segments, request, isFiles: false, options: this.options };
    return directoryPage(request, rows, { page, custom: this.custom, workshop });
  }

  private async ifThere(segments: readonly string[]): Promise<SmallFile | OpenFile | undefined> {
    try {
      return await readOrOpenSettled(this.root, segments);
    } catch (error) {
      if (isAbsence(error) || (error instanceof FileError && error.kind === 'badPath')) return undefined;
      throw error;
    }
  }

  /** Leads to the path of a folder, with its slash; relative, so that it survives a proxy that puts a prefix before the path. */
  private redirect({ path, query }: Request, segments: readonly string[]): Response {
    realFolder(this.root, segments);
    const location = `./${path.slice(path.lastIndexOf('/') + 1)}/${query === undefined ? '' : `?${query}`}`;
    return { status: 308, fields: [['Location', location], ...this.fields] };
  }

  /** Answers for a page that is not there by the page that knows all paths, if the settings name one. */
  private async fallBack(request: Request, error: unknown): Promise<Response | undefined> {
    if (this.options.spaFallback === '' || !isAbsence(error)) return undefined;
    if (!prefersHtml(request.fields.get('accept'))) return undefined;
    const segments = this.options.spaFallback.split(/[\\/]/).filter((name) => name !== '' && name !== '.');
    const file = await this.ifThere(segments);
    return file && this.current(request.path, segments, file).answer(request);
  }

  /** Answers for a page that is not there, or not now, as while it is built anew, by one that reloads when it is. */
  private absence(request: Request, error: unknown): Response | undefined {
    if (!this.injects || !isAbsence(error) || !isPageLoad(request)) return undefined;
    const { segments, isFolder } = parsePath(request.path);
    const response = errorResponse(error, request, { tag: scriptTag(request.path, segments, isFolder) });
    return { ...response, fields: merge(response.fields, [varyUnsaid, ...this.custom]) };
  }

  private customized(error: unknown): unknown {
    const known = httpErrorOf(error);
    return known === undefined
      ? error
      : new HttpError(known.status, known.message, merge(known.fields, this.custom), known);
  }
}

/** Whether there is nothing for whoever asks. What is hidden must not differ from what is missing. */
const isAbsence = (error: unknown): boolean => error instanceof FileError && ['missing', 'hidden'].includes(error.kind);
