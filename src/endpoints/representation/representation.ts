/** What a URL shows now, in one content coding, and the answer it gives to conditions and ranges. */
import { evaluate, ifRange, type Validators } from '../../http/message/conditional';
import { formatHttpDate } from '../../http/message/date';
import { HttpError } from '../../http/message/httpError';
import type { FieldLine, Request, Response } from '../../http/message/message';
import { contentRange, parseRange, unsatisfiedRange, type ByteRange } from '../../http/message/range';
import { closeContent, isSliceable, rangeOf, sizeOf, wholeOf, type Content, type Sliceable } from './content';
import { merge } from '../common/fieldLines';
import { multipartRanges } from './multipartRanges';

interface Description {
  readonly mediaType: string;
  readonly validators: Validators;
  /** Further fields of every answer, a 304 (RFC 9110 §15.4.5) and an error among them. */
  readonly fields: readonly FieldLine[];
  /** Value of Content-Encoding. */
  readonly coding: string | undefined;
}

export class Representation {
  /** The answer that takes neither conditions nor ranges into account: always this very value. */
  readonly whole: Response;
  private readonly unchanged: Response;

  /** @param content closed by whoever sends the answer, or by the answer itself if there is no content in it */
  constructor(
    private readonly description: Description,
    readonly content: Content,
  ) {
    const { mediaType, validators, fields, coding } = description;
    const validatorFields: FieldLine[] = [['ETag', validators.etag], ...lastModified(validators.modified)];
    const own: FieldLine[] = [['Content-Type', mediaType], ...validatorFields];
    if (coding !== undefined) own.push(['Content-Encoding', coding]);
    if (isSliceable(content)) own.push(['Accept-Ranges', 'bytes']);
    const response: Response = { status: 200, fields: merge(own, fields), body: wholeOf(content) };
    this.whole = content instanceof Buffer ? { ...response, lasting: true } : response;
    this.unchanged = { status: 304, fields: merge(validatorFields, fields), lasting: true };
  }

  /**
   * The answer to a GET or HEAD.
   *
   * @throws {@link HttpError} 412 or 416
   */
  answer(request: Request): Response {
    let response: Response | undefined;
    try {
      response = this.conditional(request);
      return response;
    } finally {
      if (response?.body === undefined) closeContent(this.content);
    }
  }

  private conditional(request: Request): Response {
    const { validators, fields } = this.description;
    const outcome = evaluate(request.method, request.fields, validators);
    if (outcome === 'failed') {
      throw new HttpError(412, 'The file is not in the state that the request asks for.', fields);
    }
    if (outcome === 'notModified') return this.unchanged;
    // RFC 9110 §14.2: Range is defined for GET alone.
    const range = request.method === 'GET' ? request.fields.get('range') : undefined;
    if (range === undefined || !isSliceable(this.content) || !ifRange(request.fields, validators)) return this.whole;
    return this.partial(this.content, range);
  }

  private partial(content: Sliceable, field: string): Response {
    const size = sizeOf(content);
    const ranges = parseRange(field, size);
    if (ranges === undefined) return this.whole;
    const [first, second] = ranges;
    if (first === undefined) {
      const fields: FieldLine[] = [...this.description.fields, ['Content-Range', unsatisfiedRange(size)]];
      throw new HttpError(416, `The file has ${size} octets, none of which is in the range.`, fields);
    }
    return second === undefined ? this.one(content, first) : this.several(content, ranges);
  }

  private one(content: Sliceable, range: ByteRange): Response {
    const line: FieldLine = ['Content-Range', contentRange(range, sizeOf(content))];
    return { status: 206, fields: [...this.whole.fields, line], body: rangeOf(content, range) };
  }

  private several(content: Sliceable, ranges: readonly ByteRange[]): Response {
    const { mediaType, body } = multipartRanges(content, ranges, this.description.mediaType);
    return { status: 206, fields: merge(this.whole.fields, [['Content-Type', mediaType]]), body };
  }
}

/** RFC 9110 §8.8.2.1: not later than the response itself. A time that HTTP cannot tell is left out. */
function lastModified(ms: number | undefined): FieldLine[] {
  const date = ms === undefined || ms > Date.now() ? undefined : formatHttpDate(ms);
  return date === undefined ? [] : [['Last-Modified', date]];
}
