/**
 * The fields of resumable uploads: draft-ietf-httpbis-resumable-upload-12 and what came after it, interop version 8.
 */
import type { Fields } from '../../http/message/fields';
import { HttpError } from '../../http/message/httpError';
import type { FieldLine, Request, Response } from '../../http/message/message';
import { booleanOf, integerOf } from '../../http/message/structuredFields';
import type { Limits } from '../../options';
import { httpErrorOf } from '../common/errorResponse';
import { merge } from '../common/fieldLines';

export const partialUpload = 'application/partial-upload';

/** The version of the draft that the client must speak, too, to be sent a 104 (its appendix on draft versions). */
const interopVersion = 8;
export const interopLine: FieldLine = ['Upload-Draft-Interop-Version', String(interopVersion)];

/** Upload-Complete; undefined for a request that is about no resumable upload. */
export const completeOf = (fields: Fields): boolean | undefined => booleanOf(fields, 'upload-complete');

/** Upload-Offset, in octets. */
export const offsetOf = (fields: Fields): number | undefined => sizeOf(fields, 'upload-offset');

function sizeOf(fields: Fields, name: string): number | undefined {
  const value = integerOf(fields, name);
  return value === undefined || value < 0 ? undefined : value;
}

export const wantsInterim = ({ fields }: Request): boolean =>
  integerOf(fields, 'upload-draft-interop-version') === interopVersion;

/** How often a client hears how much has come, in milliseconds. */
const tellEvery = 1000;

/** Whether the client is to hear of the offset: if it wants to know, but not too often. */
export function teller(request: Request): () => boolean {
  if (!wantsInterim(request)) return () => false;
  let told = performance.now();
  return () => {
    const now = performance.now();
    if (now - told < tellEvery) return false;
    told = now;
    return true;
  };
}

/**
 * The length of the whole upload, in octets, as far as it is known by now.
 *
 * @param offset where the content of the request begins
 * @param known from earlier requests
 * @throws {@link HttpError} 400 if the indications contradict each other
 */
export function lengthOf({ fields, body }: Request, offset: number, known: number | undefined): number | undefined {
  const told = sizeOf(fields, 'upload-length');
  const implied = completeOf(fields) === true && body.length !== undefined ? offset + body.length : undefined;
  const [length, ...others] = [known, told, implied].filter((each) => each !== undefined);
  if (others.some((other) => other !== length)) throw inconsistent();
  return length;
}

export const inconsistent = (): HttpError =>
  new HttpError(400, 'The lengths told of the upload contradict each other.');

export const completeLine = (complete: boolean): FieldLine => ['Upload-Complete', complete ? '?1' : '?0'];
export const offsetLine = (offset: number): FieldLine => ['Upload-Offset', String(offset)];

export const limitLine = ({ body, resumeTimeout }: Limits): FieldLine => [
  'Upload-Limit',
  `max-size=${body}, max-age=${Math.floor(resumeTimeout / 1000)}`,
];

/** A refusal of what is too large says what is not, whoever refused it. */
export const withLimit = (response: Response, limits: Limits): Response =>
  response.status === 413 ? { ...response, fields: merge(response.fields, [limitLine(limits)]) } : response;

/** The client is to know whether it was the transfer that failed. */
export function withCompleteness(error: unknown, complete: boolean): unknown {
  const known = httpErrorOf(error);
  if (known === undefined || known.fields.some(([name]) => name === 'Upload-Complete')) return error;
  return new HttpError(known.status, known.message, [...known.fields, completeLine(complete)], known);
}
