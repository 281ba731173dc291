/**
 * Keeps what is answered out of pages of other origins (Fetch §3.7, `Cross-Origin-Resource-Policy`) where the browser may
 * not have said that one asks: by plain HTTP to anything but loopback there is no Fetch Metadata. Another port of the same
 * host gets the cookie sent for it, and another site may get the password of the browser's dialog.
 */
import type { Endpoint, FieldLine, Response } from '../../http/message/message';
import type { Options } from '../../options';
import { merge } from '../common/fieldLines';

const policy: readonly FieldLine[] = [['Cross-Origin-Resource-Policy', 'same-origin']];

/** Whether browsers may come by plain HTTP, and no page elsewhere is to show anything of ours. */
export const isKept = ({ token, allowedHosts, cors }: Options): boolean =>
  cors.length === 0 && (token !== '' || allowedHosts.length > 0);

/** What lasting responses became: they last, too. */
const kept = new WeakMap<Response, Response>();

/** `endpoint`, whose answers no page of another origin can use, unless the settings say so. */
export function keeping(endpoint: Endpoint): Endpoint {
  return (request) => {
    const response = endpoint(request);
    return response instanceof Promise ? response.then(keep) : keep(response);
  };
}

function keep(response: Response): Response {
  if (response.lasting !== true) return dress(response);
  const known = kept.get(response) ?? dress(response);
  kept.set(response, known);
  return known;
}

const dress = (response: Response): Response => ({ ...response, fields: merge(policy, response.fields) });
