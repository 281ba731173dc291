/** Canned answers. */
import { setTimeout } from 'node:timers/promises';
import type { Respond } from '../../ruleAction';
import { HttpError } from '../../http/message/httpError';
import type { FieldLine, Request, Response } from '../../http/message/message';
import { wholeOfRequest } from '../common/derivedRequest';
import { merge } from '../common/fieldLines';
import { encodeSegment, parseName } from '../common/path';
import type { SiteFunction } from '../common/shown';
import { Dress, isOwed } from './dress';

const noCache: FieldLine = ['Cache-Control', 'no-cache'];

/** What answers for one rule; made once, so that an answer from memory is encoded once. */
export type Responder = (request: Request) => Response | Promise<Response>;

/** @param rule its number */
export function responderOf(action: Respond, rule: number | undefined, site: SiteFunction): Responder {
  const { delay, file } = action;
  const answer = file === undefined ? fromMemory(action, rule) : fromFile(action, file, { rule, site });
  if (delay === 0) return answer;
  return async (request) => {
    await setTimeout(delay, undefined, { signal: request.signal });
    return answer(request);
  };
}

function fromMemory({ status = 200, headers, body }: Respond, rule: number | undefined): Responder {
  const type: FieldLine[] = body === undefined ? [] : [['Content-Type', body.type]];
  const response: Response = {
    status,
    fields: merge([...type, noCache], headers.filter(isOwed)),
    ...(body !== undefined && { body: Buffer.from(body.text) }),
    ...(rule !== undefined && { rule }),
    lasting: true,
  };
  return () => response;
}

/** Whatever was asked, with whatever method, it is that file. With a status of the rule's, it is no answer to a condition. */
function fromFile(
  { status, headers }: Respond,
  file: string,
  { rule, site }: { rule: number | undefined; site: SiteFunction },
): Responder {
  const { segments } = parseName(`/${file.replaceAll('\\', '/')}`);
  const path = `/${segments.map(encodeSegment).join('/')}`;
  const dress = new Dress(headers, rule);
  return async (request) => {
    const isCondition = status === undefined && (request.method === 'GET' || request.method === 'HEAD');
    const asked = isCondition ? request : wholeOfRequest(request);
    const found = await site(asked, { path, ifThere: true, ...dress.shown });
    if (found === undefined || found.status === 308) {
      throw new HttpError(404, `The file of rule ${rule ?? 0} is not there.`);
    }
    const { lasting: _, ...response } = dress.wear(found);
    return { ...response, status: status ?? found.status };
  };
}
