/** Reads everything a server said on one connection as a sequence of responses, strictly. */

export interface Answer {
  readonly status: number;
  /** One octet per character. */
  readonly body: string;
}

const head =
  /^HTTP\/1\.1 (\d{3}) [\t \x21-\x7e]*\r\n((?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+: ?[\t\x20-\x7e\x80-\xff]*\r\n)*)\r\n/;

/** @param text one octet per character; throws if it is anything but whole responses, or a response follows `close` */
export function answersIn(text: string): Answer[] {
  const answers: Answer[] = [];
  let closed = false;
  while (text !== '') {
    if (closed) throw new Error(`something follows a response with close: ${JSON.stringify(text.slice(0, 200))}`);
    const [all, status, fields = ''] = head.exec(text) ?? [];
    if (all === undefined) throw new Error(`not a response: ${JSON.stringify(text.slice(0, 200))}`);
    text = text.slice(all.length);
    const [body, wire] = contentOf(Number(status), fields, text);
    text = text.slice(wire);
    closed = /^connection: close\r$/im.test(fields);
    answers.push({ status: Number(status), body });
  }
  return answers;
}

/** The content at the beginning of `text`, and how many octets of the wire it takes. */
function contentOf(status: number, fields: string, text: string): [body: string, wire: number] {
  if (status < 200 || status === 204 || status === 304) return ['', 0];
  const length = /^content-length: (\d+)\r$/im.exec(fields)?.[1];
  if (length !== undefined) {
    if (text.length < Number(length)) throw new Error('the content is short');
    return [text.slice(0, Number(length)), Number(length)];
  }
  if (/^transfer-encoding: chunked\r$/im.test(fields)) return chunksOf(text);
  return [text, text.length];
}

function chunksOf(text: string): [body: string, wire: number] {
  let at = 0;
  let body = '';
  for (;;) {
    const end = text.indexOf('\r\n', at);
    const size = Number.parseInt(text.slice(at, end), 16);
    if (end < 0 || Number.isNaN(size) || text.length < end + 4 + size) throw new Error('a chunk is short');
    body += text.slice(end + 2, end + 2 + size);
    at = end + 4 + size;
    if (size === 0) return [body, at];
  }
}
