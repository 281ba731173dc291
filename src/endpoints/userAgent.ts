/** `/user-agent`: what the client calls itself. */
import type { FieldLine, Request, Response } from '../http/message/message';

/** RFC 9110 §12.5.5, RFC 9111 §5.2.2.5: the content is the request's, so no cache may give it to another client. */
const fields: readonly FieldLine[] = [
  ['Content-Type', 'text/plain'],
  ['Vary', 'User-Agent'],
  ['Cache-Control', 'no-store'],
];

export function userAgent(request: Request): Response {
  const value = request.fields.get('user-agent') ?? '';
  return { status: 200, fields, body: Buffer.from(value, 'latin1') };
}
