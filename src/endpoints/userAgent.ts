/** `/user-agent`: what the client calls itself. */
import type { Request, Response } from '../http/message';

export function userAgent(request: Request): Response {
  const value = request.fields.get('user-agent') ?? '';
  return { status: 200, fields: [['Content-Type', 'text/plain']], body: Buffer.from(value, 'latin1') };
}
