/** A folder without an index, as a page and as JSON. Long ones are made in short slices. */
import { listFolder, type Entry } from '../files/list';
import { Pace } from '../files/pace';
import type { Root } from '../files/root';
import type { FieldLine, Request, Response } from '../http/message';
import { selectCoding } from '../http/negotiate';
import { formatBytes } from '../accessLog';
import { CodedContent, codedAtOnce, codings, encodeNow, originalOf } from './coding';
import { merge } from './fieldLines';
import { escapeHtml, livePageFields, pageFields, pageStart } from './html';
import { encodeSegment } from './path';

/**
 * The page's HTML; its links are relative, so that they survive a proxy that puts a prefix before the path.
 *
 * @param tag the element that loads the script of live reload, if it is wanted
 */
export async function directoryHtml(root: Root, segments: readonly string[], tag?: string): Promise<Buffer> {
  const entries = await listFolder(root, segments);
  const start = `${pageStart(`/${segments.map((name) => `${name}/`).join('')}`, tag)}${tableStart}`;
  const up = segments.length === 0 ? '' : '<tr><td><a href="../">../</a><td><td>\n';
  return join(entries, start + up, rowOf, '</table>\n');
}

const tableStart =
  '<table>\n<thead><tr><th scope="col">Name<th scope="col">Size<th scope="col">Modified (UTC)<tbody>\n';

function rowOf({ name, type, size, modified }: Entry): string {
  const mark = type === 'directory' ? '/' : '';
  // A name may look like a scheme, `a:b`, but not behind a dot segment.
  const link = `<a href="./${escapeHtml(encodeSegment(name))}${mark}">${escapeHtml(name)}${mark}</a>`;
  const shown = type === 'directory' ? '' : formatBytes(size);
  return `<tr><td>${link}<td>${shown}<td>${isoDate(modified).slice(0, 16).replace('T', ' ')}\n`;
}

/** `[{"name","type","size","modified"}]`. */
export async function directoryJson(root: Root, segments: readonly string[]): Promise<Buffer> {
  const entries = await listFolder(root, segments);
  let separator = '[\n';
  const row = ({ name, type, size, modified }: Entry): string => {
    const before = separator;
    separator = ',\n';
    return `${before}{"name":${JSON.stringify(name)},"type":"${type}","size":${size},"modified":"${isoDate(modified)}"}`;
  };
  return join(entries, entries.length === 0 ? '[' : '', row, '\n]\n');
}

let last = { second: NaN, text: '' };

/**
 * As `toISOString` has it, but much faster for the many files of one second.
 *
 * @param ms since the epoch; a file system can hold times that no calendar can, which become the epoch
 */
export function isoDate(ms: number): string {
  const time = new Date(ms).getTime() || 0;
  const second = Math.floor(time / 1000);
  if (second !== last.second) last = { second, text: new Date(second * 1000).toISOString().slice(0, -4) };
  return `${last.text}${String(time - second * 1000).padStart(3, '0')}Z`;
}

/** Rows per buffer. */
const batch = 256;

async function join(
  entries: readonly Entry[],
  start: string,
  row: (entry: Entry) => string,
  end: string,
): Promise<Buffer> {
  const pace = new Pace();
  const pieces = [Buffer.from(start)];
  for (let i = 0; i < entries.length; i += batch) {
    pieces.push(
      Buffer.from(
        entries
          .slice(i, i + batch)
          .map(row)
          .join(''),
      ),
    );
    if (pace.due()) await pace.rest();
  }
  return Buffer.concat([...pieces, Buffer.from(end)]);
}

/** @param isLive whether the HTML has the script of live reload */
export function directoryPage(request: Request, html: Buffer, isLive: boolean, custom: readonly FieldLine[]): Response {
  const own = isLive ? livePageFields : pageFields;
  return coded(request, html, merge([...own, ['Vary', 'Accept-Encoding']], custom));
}

function coded(request: Request, bytes: Buffer, fields: readonly FieldLine[]): Response {
  const coding = selectCoding(request.fields.get('accept-encoding'), codings);
  if (coding === undefined || bytes.length < 1024) return { status: 200, fields, body: bytes };
  const body = bytes.length <= codedAtOnce ? encodeNow(coding, bytes) : new CodedContent(originalOf(bytes), coding);
  return { status: 200, fields: [...fields, ['Content-Encoding', coding]], body };
}
