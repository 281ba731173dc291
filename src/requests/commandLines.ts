/** A request as a line for a shell, or for a script. Secrets are masked. Pure. */
import type { FieldLine } from '../http/message/message';
import { linesOf, readable, requestLineOf, textOf, type RequestLine } from './heads';
import { maskHead } from './masking';
import type { KeptRequest } from './requestStore';

/** What each program says of the connection and the content itself. */
const framing = /^(?:host|connection|content-length|expect|keep-alive|te|trailer|transfer-encoding|upgrade)$/i;

/** What scripts may not set (Fetch, "forbidden request-header"). */
const forbidden =
  /^(?:accept-charset|accept-encoding|access-control-.*|cookie|date|dnt|origin|proxy-.*|referer|sec-.*|set-cookie|via)$/i;

interface Parts extends RequestLine {
  readonly url: string;
  readonly fields: readonly FieldLine[];
  readonly bytes: Uint8Array;
  /** Undefined if it is none, or what a terminal might take for a command. */
  readonly text: string | undefined;
}

/** @param site where the server is, such as `http://localhost:4221/` */
function partsOf({ requestHead, content }: KeptRequest, site: string): Parts {
  const head = linesOf(maskHead(requestHead));
  const line = requestLineOf(head);
  // Half of the content would be another request.
  const bytes = content.kind === 'whole' ? content.bytes : new Uint8Array(0);
  const text = textOf(bytes);
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  const isPlain = text !== undefined && !/[\x00-\x08\x0b-\x1f\x7f-\x9f]/.test(text);
  const path = line.target.startsWith('/') ? line.target.slice(1) : line.target.replace(/^[a-z]+:\/\/[^/]*\//i, '');
  return {
    ...line,
    url: site.replace(/\/?$/, '/') + path,
    fields: head.fields.filter(([name]) => !framing.test(name)),
    bytes,
    text: isPlain ? text : undefined,
  };
}

/** For a POSIX shell: nothing in single quotes means anything. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

export function curlOf(request: KeptRequest, site: string): string {
  const { method, url, fields, bytes, text } = partsOf(request, site);
  const given = fields.map(([name, value]) => (value === '' ? `${name};` : `${name}: ${readable(value)}`));
  // What curl would add of its own.
  const own = ['Accept', 'User-Agent', ...(bytes.length > 0 ? ['Content-Type'] : [])];
  const absent = own.filter((name) => !fields.some(([each]) => each.toLowerCase() === name.toLowerCase()));
  const parts = [
    `curl --globoff --path-as-is ${quoted(url)}`,
    ...(method === 'GET' ? [] : [method === 'HEAD' ? '--head' : `--request ${quoted(method)}`]),
    ...[...given, ...absent.map((name) => `${name}:`)].map((line) => `-H ${quoted(line)}`),
    ...(bytes.length === 0 ? [] : [text === undefined ? '--data-binary @-' : `--data-raw ${quoted(text)}`]),
  ];
  const line = parts.join(' \\\n  ');
  return bytes.length > 0 && text === undefined ? `echo ${base64(bytes)} | base64 -d |\n${line}` : line;
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

export function fetchOf(request: KeptRequest, site: string): string {
  const { method, url, fields, bytes, text } = partsOf(request, site);
  const headers = fields.filter(([name]) => !forbidden.test(name)).map(([name, value]) => [name, readable(value)]);
  const hasBody = bytes.length > 0 && method !== 'GET' && method !== 'HEAD';
  const body = text === undefined ? `Uint8Array.from(atob('${base64(bytes)}'), (c) => c.charCodeAt(0))` : json(text);
  return [
    `await fetch(${json(url)}, {`,
    `  method: ${json(method)},`,
    `  headers: ${json(headers)},`,
    ...(hasBody ? [`  body: ${body},`] : []),
    '});',
  ].join('\n');
}

const json = (value: unknown): string => JSON.stringify(value);
