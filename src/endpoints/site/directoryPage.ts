/** A folder without an index, as a page and as JSON. Long ones are made in short slices. */
import type { Entry } from '../../files/reading/list';
import type { Pace } from '../../files/pace';
import type { Body, FieldLine, Request, Response } from '../../http/message/message';
import { codingFor } from '../../http/message/negotiate';
import { formatBytes } from '../../accessLog';
import { codedAtOnce, codings, encodeNow, type Original } from '../representation/coding';
import { Composite } from '../representation/content';
import { merge } from '../common/fieldLines';
import { escapeHtml } from '../common/html';
import { fieldsOfPage, startOfPage, type FolderPage } from './folderPage';
import type { ListForm, Listings } from '../representation/listings';
import { encodeSegment } from '../common/path';
import type { Workshop } from '../representation/workshop';

/** The rows of the page, which are the same for all who see the folder. */
export const rowsForm: ListForm = {
  name: 'rows',
  write: (entries, pace) => join(entries, { start: '', row: rowOf, end: `</table>\n${whole}`, long: folded }, pace),
};

/** By it a script knows that nothing of the page is missing. */
const whole = '<template id="listed"></template>\n';

/** Rows that are shown at once. A script draws the others: for those who have none they are behind these. */
const shownAtOnce = 1000;
const folded = { start: '</table>\n<noscript><table><tbody>\n', end: `</table></noscript>\n${whole}` };

/** In its attributes is what JSON would say: the script of the page takes it from there (`page/list/listed.ts`). */
function rowOf({ name, type, size, modified }: Entry): string {
  const mark = type === 'directory' ? '/' : '';
  // A name may look like a scheme, `a:b`, but not behind a dot segment.
  const link = `<a href="./${escapeHtml(encodeSegment(name))}${mark}">${escapeHtml(name)}${mark}</a>`;
  const shown = type === 'directory' ? '' : formatBytes(size);
  const time = isoDate(modified);
  return `<tr><td>${link}<td data-size="${size}">${shown}<td data-time="${time}">${time.slice(0, 16).replace('T', ' ')}\n`;
}

/** `[{"name","type","size","modified"}]`. */
export const jsonForm: ListForm = {
  name: 'json',
  write(entries, pace) {
    let separator = '[\n';
    const row = ({ name, type, size, modified }: Entry): string => {
      const before = separator;
      separator = ',\n';
      return `${before}{"name":${JSON.stringify(name)},"type":"${type}","size":${size},"modified":"${isoDate(modified)}"}`;
    };
    return join(entries, { start: entries.length === 0 ? '[' : '', row, end: '\n]\n' }, pace);
  },
};

let last = { second: NaN, text: '' };

/**
 * A time as `toISOString` has it, but much faster for the many files of one second.
 *
 * @param ms since the epoch; a file system can hold times that no calendar can, which become the epoch
 */
export function isoDate(ms: number): string {
  const time = new Date(ms).getTime() || 0;
  const second = Math.floor(time / 1000);
  if (second !== last.second) last = { second, text: new Date(second * 1000).toISOString().slice(0, -4) };
  return `${last.text}${String(time - second * 1000).padStart(3, '0')}Z`;
}

/** Rows per buffer: {@link shownAtOnce} is a multiple. */
const batch = 250;

interface Layout {
  readonly start: string;
  readonly row: (entry: Entry) => string;
  readonly end: string;
  /** What stands before those rows that are too many to be shown at once, and behind them instead of `end`. */
  readonly long?: { readonly start: string; readonly end: string };
}

async function join(entries: readonly Entry[], { start, row, end, long }: Layout, pace: Pace): Promise<Buffer> {
  const pieces = [Buffer.from(start)];
  const isLong = long !== undefined && entries.length > shownAtOnce;
  for (let i = 0; i < entries.length; i += batch) {
    if (isLong && i === shownAtOnce) pieces.push(Buffer.from(long.start));
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
  return Buffer.concat([...pieces, Buffer.from(isLong ? long.end : end)]);
}

/** How one request sees a folder. */
interface FolderView {
  readonly page: FolderPage;
  /** Fields of the settings. */
  readonly custom: readonly FieldLine[];
  readonly workshop: Pick<Workshop, 'encoders' | 'listings'>;
}

/** Fewer octets are not worth a coding. */
const smallestCoded = 1024;

/**
 * @param rows as {@link rowsForm} makes them
 * @throws HttpError 503 if there are too many long ones
 */
export function directoryPage(request: Request, rows: Buffer, { page: shown, custom, workshop }: FolderView): Response {
  const fields = merge([...fieldsOfPage(shown), ['Vary', 'Accept-Encoding']], custom);
  const page = new Rows(rows, workshop.listings, startOfPage(shown));
  const coding = page.size < smallestCoded ? undefined : codingFor(request.fields, codings);
  const coded =
    coding && (page.size <= codedAtOnce ? encodeNow(coding, page.bytes()) : workshop.encoders.encode(page, coding));
  if (coded === undefined) return { status: 200, fields, body: page.whole() };
  return { status: 200, fields: [...fields, ['Content-Encoding', coding ?? '']], body: coded };
}

/** The rows that several may be reading, behind a start of one's own. To be closed once, as itself or as its {@link whole}. */
export class Rows implements Original {
  readonly size: number;
  readonly close: () => void;

  /** @throws HttpError 503 if there are too many long ones */
  constructor(
    private readonly rows: Buffer,
    listings: Listings,
    private readonly start: Buffer = Buffer.alloc(0),
  ) {
    this.size = start.length + rows.length;
    this.close = listings.hold(rows);
  }

  bytes(): Buffer {
    return Buffer.concat([this.start, this.rows]);
  }

  /** The whole page as a body; what is long is not copied. */
  whole(): Body {
    const { start, rows, close } = this;
    if (rows.length <= codedAtOnce) return this.bytes();
    return new Composite(rows, [start, { start: 0, end: rows.length - 1 }], close);
  }

  read(into: Buffer, position: number): number {
    const { start, rows } = this;
    return position < start.length ? start.copy(into, 0, position) : rows.copy(into, 0, position - start.length);
  }
}
