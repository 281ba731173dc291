/** A request that differs from the one received: what was asked, as somebody within the server asks it. */
import { Fields } from '../../http/message/fields';
import type { Request } from '../../http/message/message';

/** RFC 9110 §§13.1, 14.2: what makes an answer less than the whole. */
const selective = /^(?:range|if-.*)$/;

/** `request` as a GET or HEAD for the whole content, whatever the client has of it. */
export function wholeOfRequest(request: Request): Request {
  const { names, values } = request.fields;
  const kept = names.map((name) => !selective.test(name));
  const method = request.method === 'HEAD' ? 'HEAD' : 'GET';
  if (method === request.method && kept.every(Boolean)) return request;
  const fields = new Fields(
    names.filter((_, i) => kept[i]),
    values.filter((_, i) => kept[i]),
  );
  const { target, path, query, authority, minorVersion, body, peer, batch, interim } = request;
  return {
    ...{ method, fields, target, path, query, authority, minorVersion, body, peer, batch, interim },
    get signal() {
      return request.signal;
    },
    whenForsaken: (listener) => request.whenForsaken(listener),
  };
}
