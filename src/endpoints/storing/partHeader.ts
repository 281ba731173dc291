/** The header of a part of a form (RFC 7578 §4): what is not understood fails the form, for it could be a file. Pure. */
import { HttpError } from '../../http/message/httpError';

/** Most field lines of one part. */
const mostFields = 16;

export interface PartHeader {
  /** What sentences call the part: its file name if it has one, else its name. */
  readonly label: string;
  /** Name of the field of the form; empty without one. */
  readonly name: string;
  /** Its file name as it was sent; undefined for a part that is no file. */
  readonly fileName: string | undefined;
}

export const malformed = (what: string): HttpError => new HttpError(400, `The form is malformed: ${what}.`);

/**
 * Reads what stands between a delimiter and the content of its part.
 *
 * @param text one octet per character, without the empty line at the end
 * @throws {@link HttpError} 400; 415 for content that is not the file itself
 */
export function parsePartHeader(text: string): PartHeader {
  const fields = fieldsOf(text);
  const parameters = dispositionOf(fields);
  const [name = '', fileName] = ['name', 'filename'].map((key) => {
    const value = parameters.get(key);
    return value === undefined ? undefined : decodeName(value);
  });
  const header = { label: fileName ?? name, name, fileName };
  refuseExtended(parameters, header);
  refuseEncoding(fields, header);
  refuseNested(fields, header);
  return header;
}

/** The values of fields, by names in lower case. */
type PartFields = ReadonlyMap<string, string>;

/** RFC 2046 §5.1.1: behind the delimiter there may be padding. A line that begins with a blank goes on with the one before. */
function fieldsOf(text: string): PartFields {
  const start = /^[ \t]*(?:\r\n|$)/.exec(text)?.[0].length;
  if (start === undefined) throw malformed('a delimiter has something behind it');
  const lines = text
    .slice(start)
    .replace(/\r\n(?=[ \t])/g, '')
    .split('\r\n');
  if (lines.length > mostFields) throw malformed(`a part has more than ${mostFields} fields`);
  const fields = new Map<string, string>();
  for (const line of lines) {
    const [, name = '', value = ''] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):([^\r\n]*)$/.exec(line) ?? [];
    if (name === '' || fields.has(name.toLowerCase())) throw malformed('the fields of a part cannot be read');
    fields.set(name.toLowerCase(), value.trim());
  }
  return fields;
}

export const parameter = /;[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))[ \t]*/y;

/** The parameters of Content-Disposition (RFC 7578 §4.2), by names in lower case. */
function dispositionOf(fields: PartFields): ReadonlyMap<string, string> {
  const disposition = fields.get('content-disposition') ?? '';
  const unreadable = malformed('the Content-Disposition of a part cannot be read');
  const start = /^form-data[ \t]*(?=;|$)/i.exec(disposition)?.[0].length;
  if (start === undefined) throw unreadable;
  const parameters = new Map<string, string>();
  for (let at = start; at < disposition.length; at = parameter.lastIndex) {
    parameter.lastIndex = at;
    const [, name = '', quotedValue, plain = ''] = parameter.exec(disposition) ?? [];
    if (name === '' || parameters.has(name.toLowerCase())) throw unreadable;
    // Some clients put a backslash before a quote. Others leave one as it is, which no name may have in it.
    parameters.set(name.toLowerCase(), quotedValue?.replaceAll('\\"', '"') ?? plain);
  }
  return parameters;
}

/**
 * A name in pieces (RFC 2231 §3) is not put together; RFC 7578 §4.2 forbids `filename*`. Beside a plain name the latter
 * repeats it, as some clients do; alone, either would be taken for a field that is no file.
 */
function refuseExtended(parameters: ReadonlyMap<string, string>, { label, fileName }: PartHeader): void {
  const inPieces = [...parameters.keys()].some((key) => /^filename\*\d/.test(key));
  if (!inPieces && (fileName !== undefined || !parameters.has('filename*'))) return;
  throw new HttpError(400, `${inPart(label)}The file name is told in a way that forms do not have: send filename="…".`);
}

/** RFC 7578 §4.7: deprecated; but to store what is coded as if it were not would be a loss. */
function refuseEncoding(fields: PartFields, { label }: PartHeader): void {
  if (/^(?:binary|7bit|8bit)$/i.test(fields.get('content-transfer-encoding') ?? 'binary')) return;
  throw new HttpError(415, `${inPart(label)}The content is encoded: send it as it is.`);
}

/** RFC 7578 §4.3: several files in one part. With a name of its own, a part is a file that holds a multipart body. */
function refuseNested(fields: PartFields, { label, fileName }: PartHeader): void {
  if (fileName !== undefined || !/^multipart\//i.test(fields.get('content-type') ?? '')) return;
  throw new HttpError(415, `${inPart(label)}There are parts within it: send each file as a part of the form.`);
}

/** Browsers send UTF-8 as it is, but percent-encode a quote and a line break. */
function decodeName(octets: string): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(octets, 'latin1'));
    return text.replace(/%(22|0D|0A)/gi, (coded) => decodeURIComponent(coded));
  } catch {
    throw malformed('the name of a part cannot be read');
  }
}

/** Most characters of a label that a sentence shows. */
const mostShown = 200;

/** The beginning of a sentence about a part. What its name could do to a terminal or a reader is escaped. */
export function inPart(label: string): string {
  const shown = label.length > mostShown ? `${label.slice(0, mostShown)}…` : label;
  const escaped = JSON.stringify(shown).replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (mark) => `\\u{${(mark.codePointAt(0) ?? 0).toString(16)}}`,
  );
  return `In the part ${escaped} of the form: `;
}
