/** `GET /files/{folder}/?zip`: the folder, or some of its entries, as one ZIP archive. */
import { FileError } from '../../files/fileError';
import { Pace } from '../../files/pace';
import { Archive } from '../../files/reading/archive';
import { planArchive } from '../../files/reading/archivePlan';
import type { Root } from '../../files/root';
import { HttpError } from '../../http/message/httpError';
import type { FieldLine, Request, Response } from '../../http/message/message';
import type { Limits } from '../../options';
import { disposition } from './disposition';

/** Entries of the folder that are wanted, none for all; undefined if no archive is. */
export function archivedNames(query: string | undefined): readonly string[] | undefined {
  if (query?.startsWith('zip') !== true && query?.includes('&zip') !== true) return undefined;
  const parameters = new URLSearchParams(query);
  if (!parameters.has('zip')) return undefined;
  return [...new Set(parameters.getAll('zip'))].filter((name) => name !== '');
}

export class Archives {
  /** How many are made or sent. */
  private under = 0;

  constructor(
    private readonly root: Root,
    private readonly limits: Pick<Limits, 'archives' | 'archived'>,
  ) {}

  /**
   * @param segments of the folder
   * @param names as {@link archivedNames} has them
   * @throws {@link HttpError} 503 if there are too many; FileError
   */
  async answer({ signal }: Request, segments: readonly string[], names: readonly string[]): Promise<Response> {
    // A name is one segment: what it leads to elsewhere is not an entry.
    if (names.some((name) => /[\0/\\]|^\.{1,2}$/.test(name))) throw new FileError('missing', 'There is no such file.');
    const leave = this.enter();
    try {
      const pace = await Pace.begin(signal);
      const plan = await planArchive({ root: this.root, segments, names, most: this.limits.archived }, pace);
      const body = new Archive(plan, pace, leave);
      return { status: 200, fields: fieldsFor(nameOf(segments, names)), body };
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** @returns what is to be called at the end; once more does nothing */
  private enter(): () => void {
    if (this.under >= this.limits.archives) throw tooMany();
    this.under++;
    let left = false;
    return () => {
      if (!left) this.under--;
      left = true;
    };
  }
}

/** What the served folder is called is nobody's business. */
const nameOf = (segments: readonly string[], names: readonly string[]): string =>
  `${(names.length === 1 ? names[0] : segments.at(-1)) ?? 'files'}.zip`;

const fieldsFor = (name: string): FieldLine[] => [
  ['Content-Type', 'application/zip'],
  ['Content-Disposition', disposition(name)],
  ['Accept-Ranges', 'none'],
  ['Cache-Control', 'no-store'],
];

const tooMany = (): HttpError =>
  new HttpError(503, 'Too many archives are being made at the moment.', [['Retry-After', '10']]);
