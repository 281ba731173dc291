/** Everything that is no other endpoint: the workspace's files, as a web site. */
import { FileError } from '../../files/fileError';
import { realFolder } from '../../files/folder';
import { OpenFile } from '../../files/reading/read';
import type { Root } from '../../files/root';
import { Siblings } from '../../files/reading/siblings';
import { readOrOpenSettled, type SmallFile } from '../../files/reading/small';
import type { FieldLine, Request, Response } from '../../http/message/message';
import { prefersHtml } from '../../http/message/negotiate';
import type { Options } from '../../options';
import { sniffSize } from './charset';
import { startOf } from '../representation/content';
import { directoryPage, rowsForm } from './directoryPage';
import { errorResponse } from '../common/errorResponse';
import { wholeOfRequest } from '../common/derivedRequest';
import { merge } from '../common/fieldLines';
import { fileTypeOf, isCodable, syntaxOf } from './mediaType';
import { Draftable, type DraftSource, type Overlay } from '../representation/overlay';
import { isPageLoad, Page, scriptTag, varyUnsaid } from '../representation/page';
import { behindPath, encodeSegment, parsePath, upToRoot, type RequestPath } from '../common/path';
import { codedExtensions, Resource, type Answering, type View } from '../representation/resource';
import { sourceOf, type Source } from '../representation/source';
import type { Described, Shown } from '../common/shown';
import type { Workshop } from '../representation/workshop';

/** A server for development is always asked again, and answers cheaply (RFC 9111 §5.2.2.4). */
const noCache: FieldLine = ['Cache-Control', 'no-cache'];

const fields: readonly FieldLine[] = [noCache];

/** What a folder shows instead of the list of what is in it. */
const indexes: readonly string[] = ['index.html', 'index.htm'];

/** The page of the folder's own that is shown where there is nothing. */
const notFoundPage: readonly string[] = ['404.html'];

/** How a file is shown. */
interface Manner extends Described {
  /** The element that loads the script, if it may go in. */
  readonly tag: string | undefined;
}

/** In how many ways one draft may be remembered: the script lies elsewhere for each depth of the path. */
const mostShown = 8;

export class Site {
  private readonly drafts = new WeakMap<DraftSource, Map<string, Answering>>();
  private readonly injects: boolean;

  constructor(
    private readonly options: Options,
    private readonly root: Root,
    private readonly workshop: Workshop,
    /** Drafts of files, if they are to be shown. */
    private readonly overlay: Overlay | undefined,
  ) {
    this.injects = options.liveReload;
  }

  /** The answer to a GET or HEAD; undefined only as `shown` says. */
  async answer(request: Request, shown: Shown = {}): Promise<Response | undefined> {
    try {
      return await this.find(request, parsePath(shown.path ?? request.path), shown);
    } catch (error) {
      if (shown.ifThere === true && (isAbsence(error) || (shown.path !== undefined && isNoName(error))))
        return undefined;
      const instead = await this.absence(request, error);
      if (instead !== undefined) return instead;
      throw error;
    }
  }

  private async find(request: Request, { segments, isFolder }: RequestPath, shown: Shown): Promise<Response> {
    if (isFolder) return this.index(request, segments, shown);
    const file = await readOrOpenSettled(this.root, segments);
    return file === undefined ? this.redirect(request, segments, shown) : this.show(request, segments, file, shown);
  }

  private show(
    request: Request,
    segments: readonly string[],
    file: SmallFile | OpenFile,
    shown: Shown,
  ): Response | Promise<Response> {
    const { path } = request;
    const manner = (): Manner => ({
      tag: shown.plain === true ? undefined : scriptTag(path, segments),
      ...shown.described,
    });
    // By that path there may be something else one day.
    const isOther = shown.path !== undefined || shown.plain === true;
    if (isOther || file instanceof OpenFile) return this.current(manner(), segments, file).answer(request);
    return this.workshop.responses.keep(path, file, () => this.lasting(manner(), segments, file)).answer(request);
  }

  /** What shows a file, or the draft in its place, for one request. */
  private current(manner: Manner, segments: readonly string[], file: SmallFile | OpenFile): Answering {
    const draft = this.overlay?.find(file.real);
    if (draft === undefined) return this.saved(manner, segments, file);
    if (file instanceof OpenFile) file.close();
    return this.shown(manner, segments, draft);
  }

  /** What is made of a draft lasts as long as the draft, not as long as the many paths that lead to its file. */
  private shown(manner: Manner, segments: readonly string[], draft: DraftSource): Answering {
    const known = this.drafts.get(draft) ?? new Map<string, Answering>();
    this.drafts.set(draft, known);
    const key = JSON.stringify([segments.at(-1), manner]);
    const made = known.get(key) ?? this.resourceOf(manner, segments, draft);
    if (known.size >= mostShown) known.clear();
    known.set(key, made);
    return made;
  }

  /** The same for as long as the file stays as it is, whatever becomes of drafts. */
  private lasting(manner: Manner, segments: readonly string[], file: SmallFile): Answering {
    const saved = this.saved(manner, segments, file);
    if (this.overlay === undefined) return saved;
    return new Draftable(saved, file.real, this.overlay, (draft) => this.shown(manner, segments, draft));
  }

  private saved(manner: Manner, segments: readonly string[], file: SmallFile | OpenFile): Answering {
    return this.resourceOf(manner, segments, sourceOf(file), file.stat.mtimeNs);
  }

  /**
   * @param segments of the file that it shows
   * @param modified when the file was, in nanoseconds since the epoch; undefined if these are not the file's octets
   */
  private resourceOf(manner: Manner, segments: readonly string[], source: Source, modified?: bigint): Answering {
    const { content } = source;
    const start = (): Buffer => startOf(content, sniffSize);
    const told = fileTypeOf(segments.at(-1) ?? '', start, modified === undefined);
    const { tag, mediaType = told.mediaType, coding = told.coding } = manner;
    const codable = coding === undefined && isCodable(mediaType);
    // `gzip -k` makes a copy of the same age.
    const hasSiblings = codable && modified !== undefined;
    const siblings = hasSiblings ? new Siblings(this.root, segments, codedExtensions, modified) : undefined;
    const view: View = { mediaType, coding, codable, fields, siblings, workshop: this.workshop };
    const syntax = this.injects && coding === undefined ? syntaxOf(mediaType) : undefined;
    if (syntax === undefined || tag === undefined) return new Resource(source, view);
    return new Page(source, view, { tag, syntax });
  }

  private async index(request: Request, segments: readonly string[], shown: Shown): Promise<Response> {
    for (const name of indexes) {
      const path = [...segments, name];
      const file = await this.ifThere(path);
      if (file !== undefined) return this.show(request, path, file, shown);
    }
    const real = realFolder(this.root, segments);
    const { workshop } = this;
    const rows = await workshop.listings.get(this.root, real, rowsForm, request.signal);
    const liveReload = this.injects && shown.plain !== true;
    const page = { segments, request, isFiles: false, options: { ...this.options, liveReload } };
    return directoryPage(request, rows, { page, custom: [], workshop });
  }

  private async ifThere(segments: readonly string[]): Promise<SmallFile | OpenFile | undefined> {
    try {
      return await readOrOpenSettled(this.root, segments);
    } catch (error) {
      if (isAbsence(error) || isNoName(error)) return undefined;
      throw error;
    }
  }

  /** Relative, so that it survives a proxy that puts a prefix before the path. */
  private redirect({ path, query }: Request, segments: readonly string[], shown: Shown): Response {
    realFolder(this.root, segments);
    const folder =
      shown.path === undefined
        ? `./${path.slice(path.lastIndexOf('/') + 1)}`
        : `./${upToRoot(path)}${segments.map(encodeSegment).join('/')}`;
    return { status: 308, fields: [['Location', `${folder}/${behindPath(query)}`], ...fields] };
  }

  /** For a page that is not there, or not now, as while it is built anew: one that reloads when it is. */
  private async absence(request: Request, error: unknown): Promise<Response | undefined> {
    if (!isAbsence(error)) return undefined;
    const { segments, isFolder } = parsePath(request.path);
    const tag = this.injects ? scriptTag(request.path, segments, isFolder) : undefined;
    const own = await this.ownNotFound(request, tag, error as FileError);
    if (own !== undefined || tag === undefined || !isPageLoad(request)) return own;
    const response = errorResponse(error, request, { tag });
    return { ...response, fields: merge(response.fields, [varyUnsaid]) };
  }

  /** The folder's own page for what is not there, for who prefers HTML: all of it, since it is no answer to a condition. */
  private async ownNotFound(request: Request, tag: Manner['tag'], error: FileError): Promise<Response | undefined> {
    if (!prefersHtml(request.fields.get('accept'))) return undefined;
    const file = await this.ifThere(notFoundPage);
    if (file === undefined) return undefined;
    const { fields: all, body } = await this.current({ tag }, notFoundPage, file).answer(wholeOfRequest(request));
    const kept = all.filter(([name]) => !/^(?:etag|last-modified|accept-ranges)$/i.test(name));
    const { reason } = errorResponse(error, request);
    return { status: 404, fields: [...kept, ['Vary', 'Accept']], body, ...(reason !== undefined && { reason }) };
  }
}

/** Whether there is nothing for whoever asks. What is hidden must not differ from what is missing. */
const isAbsence = (error: unknown): boolean => error instanceof FileError && ['missing', 'hidden'].includes(error.kind);

/** Whether that could not be the name of a file. */
const isNoName = (error: unknown): boolean => error instanceof FileError && error.kind === 'badPath';
