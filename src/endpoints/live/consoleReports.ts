/** Live reload's second path: what pages of ours tell of their consoles, and nobody else. */
import { StringDecoder } from 'node:string_decoder';
import { consoleLevels, type ConsoleLevel, type ConsoleLine, type ConsoleReport } from '../../consoleReport';
import { HttpError } from '../../http/message/httpError';
import type { Request, Response } from '../../http/message/message';
import { KiB, originOf, type Options } from '../../options';

type Bounds = Pick<Options['limits'], 'consoleReport' | 'consoleRate' | 'consolePageRate'>;

/** Octets of one line, and of a path. */
const longest = 4 * KiB;
/** Reports that are read at once. */
const mostReaders = 16;

/** What a page sends, before anything of it is known. */
interface Sent {
  readonly id?: unknown;
  readonly page?: unknown;
  readonly dropped?: unknown;
  readonly lines?: unknown;
}

const refused = (why: string): HttpError => new HttpError(400, `That is no report of a console: ${why}.`);

export class ConsoleReports {
  private second = -1;
  private told = 0;
  /** By page, how many lines it has told in this second: no more pages than lines are let in. */
  private readonly pages = new Map<string, number>();
  private readers = 0;

  /**
   * @param tell what has to be done with a report
   * @param now in milliseconds
   */
  constructor(
    private readonly tell: (report: ConsoleReport) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /**
   * The answer to a POST.
   *
   * @param shows whether anybody may ask for what is at a path
   * @throws {@link HttpError} 403 for whoever is not a page of ours, 400, 413, 503
   */
  async take(request: Request, { cors, limits }: Options, shows: (path: string) => boolean): Promise<Response> {
    assertOwnPage(request, cors);
    if (this.readers >= mostReaders) throw new HttpError(503, 'Too many pages tell of their consoles at once.');
    this.readers++;
    try {
      const report = this.bounded(parse(await textOf(request, limits.consoleReport)), limits, shows);
      if (report.lines.length > 0 || report.dropped > 0) this.tell(report);
    } finally {
      this.readers--;
    }
    return { status: 204, fields: [] };
  }

  private bounded({ id, page, dropped, lines }: Sent, bounds: Bounds, shows: (path: string) => boolean): ConsoleReport {
    if (!isText(id) || !isText(page) || !Array.isArray(lines)) throw refused('a page and lines are needed');
    const teller = cut(id);
    const told = lines.slice(0, bounds.consolePageRate).filter(() => this.mayTell(teller, bounds));
    const untold = lines.length - told.length;
    return {
      page: cut(page),
      lines: told.map((line) => lineOf(line, shows)),
      dropped: untold + (isCount(dropped) ? dropped : 0),
    };
  }

  /** Whether a page may tell one line more in this second. */
  private mayTell(page: string, { consoleRate, consolePageRate }: Bounds): boolean {
    const second = Math.floor(this.now() / 1000);
    if (second !== this.second) {
      this.second = second;
      this.told = 0;
      this.pages.clear();
    }
    const count = this.pages.get(page) ?? 0;
    if (this.told >= consoleRate || count >= consolePageRate) return false;
    this.told++;
    this.pages.set(page, count + 1);
    return true;
  }
}

/** The guard has let in our own pages, those of guests, and whoever says no origin. */
function assertOwnPage({ fields, authority }: Request, cors: readonly string[]): void {
  const origin = fields.get('origin');
  const isOwn = ['http', 'https'].some((scheme) => originOf(`${scheme}://${authority}`) === origin);
  const isGuest = cors.some((each) => originOf(each) === origin);
  if (origin !== undefined && origin !== 'null' && (isOwn || !isGuest)) return;
  throw new HttpError(403, 'Only pages of this site tell of their consoles.');
}

async function textOf({ body }: Request, most: number): Promise<string> {
  const pieces: Buffer[] = [];
  if ((body.length ?? 0) > most) throw tooLarge();
  let length = 0;
  for await (const piece of body) {
    length += piece.length;
    if (length > most) throw tooLarge();
    pieces.push(Buffer.from(piece));
  }
  return Buffer.concat(pieces).toString();
}

const tooLarge = (): HttpError => new HttpError(413, 'The report is too large.');

function parse(text: string): Sent {
  try {
    const sent: unknown = JSON.parse(text);
    if (typeof sent === 'object' && sent !== null) return sent;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw refused('it is no JSON object');
}

function lineOf(sent: unknown, shows: (path: string) => boolean): ConsoleLine {
  const { level, text, place } = (sent ?? {}) as Readonly<Record<string, unknown>>;
  if (!isLevel(level) || !isText(text)) throw refused('a line has a level and a text');
  const { path, line, column } = (place ?? {}) as Readonly<Record<string, unknown>>;
  const isPlace = isText(path) && path.length <= longest && isCount(line) && isCount(column);
  // What nobody can ask for, nobody is told of.
  return { level, text: cut(text), place: isPlace && shows(path) ? { path, line, column } : undefined };
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isCount = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) < 1e9;
const isLevel = (value: unknown): value is ConsoleLevel => consoleLevels.some((level) => level === value);

function cut(text: string): string {
  // A character of a string is one octet at least.
  const octets = Buffer.from(text.slice(0, longest + 1));
  // The decoder keeps back a character of which only a part is left.
  return octets.length <= longest ? text : `${new StringDecoder().write(octets.subarray(0, longest))}…`;
}
