/**
 * What a browser tells about who had it ask (W3C Fetch Metadata Request Headers). No page can forge these fields; other
 * clients, and browsers that ask over an insecure connection, do not send them.
 */
import type { Fields } from '../../http/message/fields';
import type { Request } from '../../http/message/message';

/** Whether another origin than ours had the browser ask. */
export function isCrossOrigin(fields: Fields): boolean {
  const site = fields.get('sec-fetch-site');
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}

/** RFC 9110 §9.2.1. */
export const isSafe = (method: string): boolean => method === 'GET' || method === 'HEAD' || method === 'OPTIONS';

/** Whether what is asked for is to be shown within a page. */
export const isFrame = (fields: Fields): boolean => (fields.get('sec-fetch-dest') ?? '').endsWith('frame');

/** Whether that is to be shown within a page of another origin, which may have its visitor click on what is not seen. */
export const isForeignFrame = (fields: Fields): boolean => isFrame(fields) && isCrossOrigin(fields);

/** Whether the answer is to be a page of its own, in a window or a frame, which the page that asked cannot look into. */
export function isNavigation({ method, fields }: Request): boolean {
  if (fields.get('sec-fetch-mode') !== 'navigate' || (method !== 'GET' && method !== 'HEAD')) return false;
  const destination = fields.get('sec-fetch-dest');
  return destination !== 'object' && destination !== 'embed';
}
