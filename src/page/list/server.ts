/** What the page asks of the server about a folder: what is in it, and what may be done. */
import { entriesOf, type Entry } from './entries';
import type { Place } from './place';

/** A request that did not do what it should, with a sentence for the reader. */
export class RefusedRequest extends Error {
  /** @param status 0 if there was no answer */
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** The server's own sentence. */
async function sentenceOf(answer: Response): Promise<string> {
  const text = (answer.headers.get('content-type') ?? '').startsWith('text/plain') ? await answer.text() : '';
  return text.trim() || `${answer.status} ${answer.statusText}`;
}

/** What is asked. */
type Asking = Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> };

/** @throws {@link RefusedRequest} for an answer that is none of `expected`, and for none */
export async function ask(url: string, init: Asking, expected: readonly number[]): Promise<Response> {
  // Of people's browsers it would be taken for one of theirs, who want pages.
  const headers = { Accept: 'application/json, text/plain', ...init.headers };
  const answer = await fetch(url, { ...init, headers }).catch((error: unknown) => {
    if (init.signal?.aborted === true) throw error;
    throw new RefusedRequest(0, '');
  });
  if (!expected.includes(answer.status)) throw new RefusedRequest(answer.status, await sentenceOf(answer));
  return answer;
}

export async function list(place: Place, signal?: AbortSignal): Promise<Entry[]> {
  const answer = await ask(place.api(), { cache: 'no-store', signal: signal ?? null }, [200]);
  return entriesOf((await answer.json()) as Parameters<typeof entriesOf>[0]);
}

/** The methods that the server offers for this folder. */
export async function allowed(place: Place): Promise<ReadonlySet<string>> {
  const answer = await ask(place.api(), { method: 'OPTIONS' }, [200, 204]);
  return new Set((answer.headers.get('allow') ?? '').split(',').map((method) => method.trim()));
}
