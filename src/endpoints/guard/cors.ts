/** Answers that pages of other origins may read (WHATWG Fetch, "CORS protocol"). */
import type { FieldLine, Request, Response } from '../../http/message/message';
import { merge } from '../common/fieldLines';

/** Whether a browser asks if it may ask, which it does without any credentials. */
export const isPreflight = ({ method, fields }: Request): boolean =>
  method === 'OPTIONS' && fields.has('origin') && fields.has('access-control-request-method');

/** What lasting responses became, by guest: they last, too. */
const dressed = new WeakMap<Response, Map<string | undefined, Response>>();

/**
 * `response`, as the pages of `guest` may read it.
 *
 * @param guest the origin of the request if it is one that may read; without one, caches are told that there are some
 */
export function exposeTo(response: Response, request: Request, guest: string | undefined): Response {
  if (response.lasting !== true) return dress(response, request, guest);
  const known = dressed.get(response) ?? new Map<string | undefined, Response>();
  dressed.set(response, known);
  const made = known.get(guest) ?? dress(response, request, guest);
  known.set(guest, made);
  return made;
}

function dress(response: Response, request: Request, guest: string | undefined): Response {
  const vary: FieldLine = ['Vary', 'Origin'];
  if (guest === undefined) return { ...response, fields: [...response.fields, vary] };
  const answer = isPreflight(request) ? permission(response, request) : exposure(response);
  return { ...response, fields: [...merge(response.fields, [...grant(guest), ...answer]), vary] };
}

/** Lets one origin read, by its name: with credentials there is no wildcard. */
const grant = (guest: string): FieldLine[] => [
  ['Access-Control-Allow-Origin', guest],
  ['Access-Control-Allow-Credentials', 'true'],
];

const fieldName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** What may be done to a resource is what it answers to OPTIONS; any fields may come along. */
function permission(response: Response, { fields }: Request): FieldLine[] {
  const methods = response.fields.find(([name]) => name === 'Allow')?.[1] ?? '';
  const names = fields.list('access-control-request-headers').filter((name) => fieldName.test(name));
  const lines: FieldLine[] = [
    ['Access-Control-Allow-Methods', methods],
    ['Access-Control-Allow-Headers', names.join(', ')],
    ['Access-Control-Max-Age', '600'],
  ];
  // W3C Private Network Access: before a page of the Internet may reach this machine, some browsers want to hear this.
  if (fields.has('access-control-request-private-network'))
    lines.push(['Access-Control-Allow-Private-Network', 'true']);
  return lines;
}

/** Names the fields that pages may read: with credentials there is no wildcard for these either. */
function exposure({ fields }: Response): FieldLine[] {
  const names = new Set(fields.map(([name]) => name));
  return [['Access-Control-Expose-Headers', [...names].join(', ')]];
}
