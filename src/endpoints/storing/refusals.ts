/** What an upload must not be, told by its head. Pure. */
import { evaluate } from '../../http/message/conditional';
import { HttpError } from '../../http/message/httpError';
import type { Request } from '../../http/message/message';
import { booleanOf } from '../../http/message/structuredFields';
import type { Limits } from '../../options';
import { completeOf, interopLine, lengthOf, limitLine } from './uploadFields';

/** RFC 9110 §14.5: a part must not be taken for the whole. @throws {@link HttpError} 400 */
export function refusePart(request: Request): void {
  const { fields, body } = request;
  // Upload-Incomplete is what older versions of the draft have for Upload-Complete.
  if (fields.has('content-range') || booleanOf(fields, 'upload-incomplete') === true)
    throw new HttpError(400, 'A part of a file cannot be stored: send it whole.');
  if (completeOf(fields) === undefined) lengthOf(request, 0, body.length);
}

/** Fields by which protocols that are not spoken here say that the content is not the file, or not all of it. */
const foreign: readonly (readonly [field: string, protocol: string])[] = [
  ['tus-resumable', 'tus'],
  ['x-upload-content-length', 'resumable uploads as Google has them'],
  ['x-goog-upload-command', 'resumable uploads as Google has them'],
  ['x-goog-upload-protocol', 'resumable uploads as Google has them'],
  ['oc-chunked', 'uploads in chunks as ownCloud has them'],
  ['x-amz-copy-source', 'copies as Amazon S3 has them'],
  ['x-ms-copy-source', 'copies as Azure has them'],
];

/** Queries that say so, in some protocols only beside a field of theirs. */
const foreignQueries: readonly (readonly [query: RegExp, protocol: string, field?: string])[] = [
  [/(?:^|&)(?:uploads|uploadId|partNumber)(?![^=&])/, 'the queries of Amazon S3'],
  [/(?:^|&)(?:acl|tagging|retention|legal-hold|restore|select)(?![^=&])/, 'the queries of Amazon S3', 'x-amz-date'],
  [/(?:^|&)uploadType=(?!media)/, 'the queries of Google'],
  [/(?:^|&)comp=/, 'the queries of Azure', 'x-ms-version'],
];

const overrides = ['x-http-method-override', 'x-http-method', 'x-method-override'];

/**
 * For a request that would change a file: what it means in another protocol must not be taken for what it means here.
 *
 * @throws {@link HttpError} 400 that says what is spoken here
 */
export function refuseForeign({ method, query = '', fields }: Request, limits: Limits): void {
  const [, protocol] =
    foreign.find(([field]) => fields.has(field)) ??
    foreignQueries.find(([asked, , field]) => asked.test(query) && (field === undefined || fields.has(field))) ??
    [];
  if (protocol !== undefined) {
    const spoken = 'PUT, POST, forms, and resumable uploads by draft-ietf-httpbis-resumable-upload';
    throw new HttpError(400, `The server does not speak ${protocol}: it takes ${spoken}.`, [
      interopLine,
      limitLine(limits),
    ]);
  }
  const meant = overrides.map((field) => fields.get(field)).find((value) => value !== undefined) ?? method;
  if (kindOf(meant) !== kindOf(method)) {
    throw new HttpError(400, `A ${method} cannot stand for another method: send that method.`);
  }
}

/** Either of the two stores the content. */
const kindOf = (method: string): string => method.toUpperCase().replace('POST', 'PUT');

/** Where an upload may come in parts: what is coded has no offsets. @throws {@link HttpError} 415 if it is coded */
export function refuseCoding({ fields }: Request): void {
  if (fields.list('content-encoding').every((name) => name.toLowerCase() === 'identity')) return;
  // RFC 9110 §15.5.16: Accept-Encoding tells what would have been taken.
  throw new HttpError(
    415,
    'An upload that can be gone on with is stored as it comes: send it without a content coding.',
    [['Accept-Encoding', 'identity']],
  );
}

/**
 * RFC 1945 §7.2.2: in HTTP/1.0 content needs a length. Without it, whatever was sent would be stored as nothing.
 *
 * @throws {@link HttpError} 411
 */
export function refuseUnknownLength({ minorVersion, fields }: Request): void {
  if (minorVersion === 1 || fields.has('content-length')) return;
  throw new HttpError(411, 'What is sent by HTTP/1.0 needs a Content-Length.');
}

/** Validators of a resource that is there, but has none. */
export const withoutVersions = { etag: '', etags: [], modified: undefined };

/** For a resource that is there, but has no validators. @throws {@link HttpError} 412 if a precondition fails */
export function refuseUnmet({ method, fields }: Request): void {
  if (evaluate(method, fields, withoutVersions) === 'proceed') return;
  throw new HttpError(412, 'The upload is not in the state that the request asks for.');
}
