/** Every failure becomes a response here. */
import { FileError, type FileErrorKind } from '../../files/fileError';
import { HttpError } from '../../http/message/httpError';
import type { FieldLine, Request, Response } from '../../http/message/message';
import { prefersHtml } from '../../http/message/negotiate';
import { reasonPhrase } from '../../http/message/status';
import type { Advice, Options } from '../../options';
import { merge } from './fieldLines';
import { escapeHtml, livePageFields, pageFields, pageStart } from './html';

const statuses: Readonly<Record<FileErrorKind, number>> = {
  badPath: 400,
  missing: 404,
  hidden: 404,
  protected: 403,
  denied: 403,
  folder: 409,
  parentIsFile: 409,
  nameTooLong: 400,
  full: 507,
  busy: 503,
  noParent: 409,
  occupied: 412,
  fixed: 409,
  failed: 500,
  cancelled: 403,
};

const concealed = { reason: 'It leads out of the folder, or is excluded.', option: 'exclude' } as const;

interface Why {
  readonly reason: string;
  readonly option: keyof Options;
}

/** What a client must not learn, and the log is to tell. */
const why: Partial<Readonly<Record<FileErrorKind, Why>>> = { hidden: concealed, protected: concealed };

/** The failure as HTTP knows it; undefined for one that nobody expected. */
export function httpErrorOf(error: unknown): HttpError | undefined {
  if (error instanceof HttpError) return error;
  if (!(error instanceof FileError)) return undefined;
  const fields: FieldLine[] = error.kind === 'busy' ? [['Retry-After', '1']] : [];
  return new HttpError(statuses[error.kind], error.message, fields, why[error.kind]);
}

interface Additions {
  /** The element that loads the script of live reload, if a page is to have it. */
  readonly tag?: string | undefined;
  readonly advice?: Advice;
}

/**
 * A plain sentence, and perhaps one more, or a small page for a browser that asks for HTML. What nobody expected is an
 * opaque 500, whose reason only the log tells.
 *
 * @param request undefined if it could not be read
 */
export function errorResponse(
  error: unknown,
  request: Request | undefined,
  { tag, advice = {} }: Additions = {},
): Response {
  const expected = httpErrorOf(error);
  const { status, message, fields, option, advise } = expected ?? new HttpError(500, 'The server failed.');
  const help = advise === undefined ? undefined : advice[advise];
  const said = withHelp(message, help);
  const own = prefersHtml(request?.fields.get('accept')) ? page(status, said, tag) : text(said);
  return {
    status,
    fields: [...merge(own.fields, fields), ['Vary', 'Accept']],
    body: own.body,
    reason: withHelp(expected?.reason ?? String(error), option === undefined ? help : undefined),
    ...(option !== undefined && { option }),
  };
}

/** What there is to say of an option, the log says in words of its own. */
const withHelp = (sentence: string, help: string | undefined): string =>
  help === undefined ? sentence : `${sentence} ${help}`;

interface Text {
  readonly fields: readonly FieldLine[];
  readonly body: Buffer;
}

function page(status: number, message: string, tag?: string): Text {
  const html = `${pageStart(`${status} ${reasonPhrase(status)}`, tag)}<p>${escapeHtml(message)}</p>\n`;
  return { fields: tag === undefined ? pageFields : livePageFields, body: Buffer.from(html) };
}

const textFields: readonly FieldLine[] = [
  ['Content-Type', 'text/plain; charset=utf-8'],
  ['Cache-Control', 'no-cache'],
];

const text = (message: string): Text => ({ fields: textFields, body: Buffer.from(`${message}\n`) });
