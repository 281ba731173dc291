/** Marks the requests that the guard has let in, and says which content of theirs is kept. */
import type { Endpoint } from '../http/message/message';
import { Draft } from './draft';

/** Content that is read anyway, and so small that a copy of it costs nothing. */
const small = 64 * 1024;

/** What is sent here is stored, not looked at; only what is refused unread is kept of it. */
const storing = /^\/(?:files|\.http-server\/uploads)(?:\/|$)/;

/** `endpoint`, for those whom the guard lets in. */
export function recorded(endpoint: Endpoint): Endpoint {
  return (request) => {
    const { recording } = request;
    if (recording instanceof Draft) {
      recording.admitted = true;
      const isCheap = request.body.length !== undefined && request.body.length <= small;
      recording.wanted = isCheap || !storing.test(request.path) ? 'all' : 'unread';
    }
    return endpoint(request);
  };
}
