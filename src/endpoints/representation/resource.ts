/** A file as one URL shows it: the identity, and the content codings it can be had in. */
import type { OpenFile } from '../../files/reading/read';
import type { Siblings } from '../../files/reading/siblings';
import type { Validators } from '../../http/message/conditional';
import type { Fields } from '../../http/message/fields';
import type { FieldLine, Request, Response } from '../../http/message/message';
import { acceptsIdentity, codingFor, selectCoding, type Coding } from '../../http/message/negotiate';
import { codingsByExtension } from './codedName';
import { codedAtOnce, codings, encodeNow, originalOf } from './coding';
import { closeContent, sizeOf } from './content';
import { wantedDigest } from './digest';
import { Representation } from './representation';
import { sourceOf, type Source } from './source';
import type { Workshop } from './workshop';
import { entityTag, entityTags, validatorsOf } from './validators';

/** Extensions of content-coded copies that may lie beside a file. */
export const codedExtensions: readonly string[] = Object.keys(codingsByExtension);

export interface View {
  readonly mediaType: string;
  /** Value of Content-Encoding, if the source's own octets are coded. */
  readonly coding?: string | undefined;
  /** Whether the content may be coded at all. */
  readonly codable: boolean;
  /** Further fields of every answer. */
  readonly fields: readonly FieldLine[];
  /** Coded copies beside the file. */
  readonly siblings: Siblings | undefined;
  readonly workshop: Workshop;
}

/** Fields of a request that can make the answer another one than the whole. */
const selective = new Set([
  'accept-encoding',
  'range',
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
  'want-repr-digest',
]);

/** Fewer octets are not worth a coding. */
const smallestCoded = 1024;

/** Whatever a URL of the site shows. */
export interface Answering {
  /** How many uncoded representations of the file it may hold in memory; 1 if it does not say. */
  readonly copies?: number;
  /**
   * The answer to a GET or HEAD.
   *
   * @throws {@link HttpError} 412 or 416
   */
  answer(request: Request): Response | Promise<Response>;
}

export class Resource implements Answering {
  private readonly identity: Representation;
  private readonly negotiable: boolean;
  private readonly fields: readonly FieldLine[];
  /** The codings of content in memory, made when first asked for. */
  private readonly coded = new Map<Coding, Representation>();

  constructor(
    private readonly source: Source,
    private readonly view: View,
  ) {
    this.negotiable = view.codable && sizeOf(source.content) >= smallestCoded;
    this.fields = this.negotiable ? [['Vary', 'Accept-Encoding'], ...view.fields] : view.fields;
    this.identity = this.represent(source.content, validatorsOf(source, this.negotiable ? codings : []), view.coding);
  }

  answer(request: Request): Response | Promise<Response> {
    const { names } = request.fields;
    if (!names.some(isSelective)) return this.identity.whole;
    const chosen = this.choose(request);
    const wanted = wantedDigest(request.fields);
    return wanted === undefined ? chosen.answer(request) : this.view.workshop.digests.answer(request, chosen, wanted);
  }

  private choose(request: Request): Representation {
    const accept = request.fields.get('accept-encoding');
    if (!this.negotiable || accept === undefined) return this.identity;
    // Ranges and digests are of the octets sent: without a coding they are worth most, and known beforehand.
    const { fields, method } = request;
    const exact = (method === 'GET' && fields.has('range')) || fields.has('want-repr-digest');
    return exact && acceptsIdentity(accept) ? this.identity : this.negotiate(fields, accept);
  }

  private negotiate(fields: Fields, accept: string): Representation {
    const siblings = this.view.siblings?.open() ?? [];
    if (siblings.length === 0) return this.encode(codingFor(fields, codings));
    // What is coded already costs nothing.
    const ready = siblings
      .map(({ extension }) => codingsByExtension[extension])
      .filter((coding) => coding !== undefined);
    const coding = selectCoding(accept, [...new Set([...ready, ...codings])]);
    const chosen = siblings[ready.findIndex((each) => each === coding)];
    for (const sibling of siblings) if (sibling !== chosen) sibling.file.close();
    return coding === undefined || chosen === undefined ? this.encode(coding) : this.replace(chosen.file, coding);
  }

  private replace(file: OpenFile, coding: Coding): Representation {
    this.close();
    return this.represent(file, this.codedValidators(entityTag(sourceOf(file), coding)), coding);
  }

  private encode(coding: Coding | undefined): Representation {
    if (coding === undefined) return this.identity;
    const { content } = this.source;
    const validators = this.codedValidators(entityTag(this.source, coding));
    if ('read' in content || content.length > codedAtOnce) {
      const original = 'read' in content ? content : originalOf(content);
      const stream = this.view.workshop.encoders.encode(original, coding);
      return stream === undefined ? this.identity : this.represent(stream, validators, coding);
    }
    const known = this.coded.get(coding) ?? this.represent(encodeNow(coding, content), validators, coding);
    this.coded.set(coding, known);
    return known;
  }

  private codedValidators(etag: string): Validators {
    return { etag, etags: [...entityTags(this.source, codings), etag], modified: this.source.modified };
  }

  private represent(content: Representation['content'], validators: Validators, coding?: string): Representation {
    const { mediaType } = this.view;
    return new Representation({ mediaType, validators, fields: this.fields, coding }, content);
  }

  private close(): void {
    closeContent(this.source.content);
  }
}

const isSelective = (name: string): boolean => selective.has(name);
