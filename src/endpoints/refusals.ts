/** What an upload must not be, told by its head. Pure. */
import { evaluate } from '../http/conditional';
import { HttpError } from '../http/errors';
import type { Request } from '../http/message';

/** @throws {@link HttpError} 415 if the content is coded */
export function refuseCoding({ fields }: Request): void {
  if (fields.list('content-encoding').every((name) => name.toLowerCase() === 'identity')) return;
  // RFC 9110 §15.5.16: Accept-Encoding tells what would have been taken.
  throw new HttpError(415, 'Files are stored as they come: send it without a content coding.', [
    ['Accept-Encoding', 'identity'],
  ]);
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

const withoutVersions = { etag: '', etags: [], modified: undefined };

/** For a resource that is there, but has no validators. @throws {@link HttpError} 412 if a precondition fails */
export function refuseUnmet({ method, fields }: Request): void {
  if (evaluate(method, fields, withoutVersions) === 'proceed') return;
  throw new HttpError(412, 'The upload is not in the state that the request asks for.');
}
