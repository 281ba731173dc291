/** Mutants that no test notices, and why none has to: all others are to be killed. */

export interface Explained {
  /** In `src`. */
  readonly file: string;
  /** What stands there, on one line; `…` leaves out its end. */
  readonly code: string;
  /** The beginning of a line, from which on all is meant, up to the next line that is a closing brace alone. */
  readonly within?: string;
  /** What the mutant has instead, likewise; without it, whatever that is. */
  readonly becomes?: string;
  readonly why: string;
}

/** Each a file, what stands there, what the mutant has instead, and within what. */
type Row = readonly [file: string, code: string, becomes?: string, within?: string];

const because = (why: string, ...rows: readonly Row[]): Explained[] =>
  rows.map(([file, code, becomes, within]) => ({
    ...{ file, code, why },
    ...(becomes !== undefined && { becomes }),
    ...(within !== undefined && { within }),
  }));

export const explained: readonly Explained[] = [
  ...because(
    'For the compiler, which does not know that a group has matched or a member is there: it never comes to that.',
    ['http/message/conditional.ts', '[]', '["Stryker was here"]'],
    ['http/message/date.ts', "''", '"Stryker was here!"'],
    ['http/message/date.ts', 'groups.year?.length', 'groups.year.length'],
    ['http/message/range.ts', 'other === undefined', 'false'],
    ['http/message/structuredFields.ts', "''", '"Stryker was here!"'],
    ['http/wire/body.ts', "''", '"Stryker was here!"'],
    ['http/wire/body.ts', '[]', '["Stryker was here"]'],
    ['http/wire/framing.ts', "''", '"Stryker was here!"'],
    ['http/wire/head.ts', "''", '"Stryker was here!"'],
    ['http/wire/target.ts', '[]', '["Stryker was here"]'],
    ['http/wire/target.ts', 'authority === undefined || rest === undefined'],
    ['http/wire/target.ts', 'authority === undefined', 'false'],
    ['http/wire/target.ts', 'rest === undefined', 'false'],
  ),
  ...because(
    'For the compiler: what is undefined is no number, no date, no name and no text that means anything.',
    ['http/message/conditional.ts', 'current.modified === undefined', 'false'],
    ['http/message/conditional.ts', 'current?.modified === undefined', 'false'],
    ['http/message/conditional.ts', 'date !== undefined', 'true'],
    ['http/message/conditional.ts', 'value === undefined', 'false'],
    ['http/message/negotiate.ts', 'accept === undefined', 'false'],
    ['http/wire/encode.ts', 'body instanceof Uint8Array', 'true'],
    ['http/wire/head.ts', 'host !== undefined', 'true'],
  ),
  ...because('What is no section has no text by which it could be found.', [
    'http/wire/sections.ts',
    '[]',
    '["Stryker was here"]',
  ]),
  ...because(
    'A short cut: without it the answer is the same, later.',
    ['http/wire/input.ts', '(chunk: Buffer, length: number): boolean => …', '() => undefined'],
    ['http/wire/input.ts', 'length > endOfHead.length && …', 'false'],
    ['http/wire/input.ts', 'length > endOfHead.length', 'length >= endOfHead.length'],
    ['http/wire/input.ts', 'length <= mostText'],
    ['http/wire/input.ts', '4 * 1024', '4 / 1024'],
    ['http/wire/input.ts', 'endsHead(chunk, length)', 'false'],
    ['http/wire/input.ts', "this.text !== '' && this.text.charCodeAt(this.taken) !== CR", 'false'],
    ['http/message/conditional.ts', "current !== undefined && fields.get('if-none-match') === current.etag", 'false'],
    ['http/message/conditional.ts', "'if-none-match'", '""'],
    ['http/message/fields.ts', 'first < 0', 'false'],
    ['http/message/fields.ts', '!this.names.includes(name, first + 1)', 'false'],
    ['http/message/fields.ts', 'first + 1', 'first - 1'],
    ['http/message/negotiate.ts', 'known?.available === available', 'false'],
    ['http/message/negotiate.ts', '{ available, coding }', '{}'],
    ['http/wire/body.ts', "this.trailerText !== ''", 'true'],
    ['http/wire/encode.ts', 'second !== dateSecond', 'true'],
    ['http/wire/head.ts', 'from === 0', 'true'],
    ['http/wire/head.ts', 'lineEnd + 2 > from', 'true'],
    ['http/wire/head.ts', 'lineEnd + 2 > from', 'lineEnd + 2 >= from'],
    ['http/wire/head.ts', 'Math.max(0, from - 1)', 'Math.min(0, from - 1)'],
    ['http/wire/input.ts', 'at > 0'],
  ),
  ...because(
    'What is behind the end is no blank, so the end is found all the same.',
    ['http/message/syntax.ts', 'start < end'],
    ['http/message/syntax.ts', 'end > start'],
    ['http/message/range.ts', 'apart.length - 1', 'apart.length + 1'],
  ),
  ...because('A value with one quote alone equals no tag, and is no date.', [
    'http/message/conditional.ts',
    `value.startsWith('"')`,
    `value.endsWith('"')`,
  ]),
  ...because(
    'What is left of a value that only contains the unit has an equals sign in it, so it is ignored as well.',
    ['http/message/range.ts', '/^bytes=/i', '/bytes=/i'],
  ),
  ...because(
    'Only a defect of the library, or of ours, would come there: it is to be seen as such.',
    ['http/message/structuredFields.ts', 'error instanceof ParseError', 'true'],
    ['http/message/structuredFields.ts', '{ if (error instanceof ParseError) return undefined; throw error; }', '{}'],
    ['http/wire/body.ts', 'error instanceof HttpError', 'true'],
  ),
  ...because(
    'The states that read no line: they have no step, whatever they are called.',
    ['http/wire/body.ts', "'data'", '""'],
    ['http/wire/body.ts', "'done'", '""'],
  ),
  ...because(
    'A head or a target that began so was refused before, or is none.',
    ['http/wire/head.ts', 'lineEnd >= 0', 'lineEnd > 0'],
    ['http/wire/head.ts', 'lineEnd < 0', 'lineEnd <= 0'],
    ['http/wire/head.ts', 'space >= 0', 'space > 0'],
    ['http/wire/input.ts', 'end < 0', 'end <= 0'],
    ['http/wire/target.ts', 'mark < 0', 'mark <= 0'],
  ),
  ...because(
    'It is made anew before it is first looked at.',
    ['http/wire/encode.ts', '-1', '+1'],
    ['http/wire/encode.ts', "''", '"Stryker was here!"'],
  ),
  ...because('There is nothing but ASCII in it.', ['http/wire/encode.ts', "'latin1'", '""']),
  ...because(
    'It saves a copy, or lets go of memory that an idle connection would hold: nothing that is answered depends on it.',
    ['http/wire/input.ts', 'this.bytes.length > 0', 'true'],
    ['http/wire/input.ts', 'this.bytes.length > 0', 'this.bytes.length >= 0'],
    ['http/wire/input.ts', 'length === this.bytes.length', 'false'],
  ),
  ...because('What is no section has no text by which it could be found.', [
    'http/wire/sections.ts',
    '[]',
    '["Stryker was here"]',
  ]),
  ...because(
    'A short cut: without it the answer is the same, later.',
    ['http/wire/input.ts', '(chunk: Buffer, length: number): boolean => …', '() => undefined'],
    ['http/wire/input.ts', 'length > endOfHead.length && …', 'false'],
    ['http/wire/input.ts', 'length > endOfHead.length', 'length >= endOfHead.length'],
    ['http/wire/input.ts', 'length <= mostText'],
    ['http/wire/input.ts', '4 * 1024', '4 / 1024'],
    ['http/wire/input.ts', 'endsHead(chunk, length)', 'false'],
    ['http/wire/input.ts', "this.text !== '' && this.text.charCodeAt(this.taken) !== CR", 'false'],
    ['endpoints/guard/hosts.ts', 'this.known.get(fields) === authority', 'false'],
    ['endpoints/guard/origins.ts', 'this.guests.size === 0', 'false'],
    ['endpoints/guard/origins.ts', 'origin === undefined && !crossOrigin', 'false'],
    ['endpoints/guard/guesses.ts', 'this.tries.size === 0', 'false'],
    ['endpoints/guard/token.ts', "'token='", '""'],
    ['endpoints/guard/token.ts', 'isReading || !isIn', 'true'],
    ['endpoints/guard/cors.ts', 'response.lasting !== true', 'false'],
    ['endpoints/guard/embedding.ts', 'response.lasting !== true', 'false'],
  ),
  ...because(
    'For the compiler, which does not know that a group has matched or a member is there: it never comes to that.',
    ['endpoints/guard/hosts.ts', '[]', '["Stryker was here"]'],
    ['endpoints/guard/guesses.ts', '[]', '["Stryker was here"]'],
    ['endpoints/guard/guesses.ts', 'oldest !== undefined', 'true'],
    ['endpoints/guard/token.ts', '[]', '["Stryker was here"]'],
    ['endpoints/guard/otherUsers.ts', "''", '"Stryker was here!"'],
    ['endpoints/guard/otherUsers.ts', '/^[ \\t]*passwd:([^\\n#]*)/m.exec(nsswitch)?.[1]?.replace'],
    ['endpoints/guard/otherUsers.ts', '/^Uid:\\t([0-9]+(?:\\t[0-9]+){3})/m.exec(status)?.[1]?.split'],
    ['endpoints/guard/otherUsers.ts', '[]', '["Stryker was here"]'],
    ['endpoints/guard/origins.ts', '[]', '["Stryker was here"]'],
    ['endpoints/guard/peerUser.ts', "''", '"Stryker was here!"', 'export function hasOtherClient'],
    ['endpoints/guard/peerUser.ts', "''", '"Stryker was here!"', 'function find'],
    ['endpoints/guard/token.ts', "''", '"Stryker was here!"', 'private isInAuthorization'],
  ),
  ...because(
    'For the compiler: what is undefined is no number, no date, no name and no text that means anything.',
    ['endpoints/guard/origins.ts', 'origin !== undefined', 'true'],
    ['endpoints/guard/origins.ts', 'origin === undefined', 'false'],
    ['endpoints/guard/origins.ts', 'referer !== undefined', 'true'],
  ),
  ...because(
    'A list of the kernel begins with its heading, so nothing is found at its very beginning.',
    ['endpoints/guard/peerUser.ts', 'at >= 0', 'at > 0', 'export function hasOtherClient'],
    ['endpoints/guard/peerUser.ts', 'index >= 0', 'index > 0', 'function find'],
  ),
  ...because('It keeps what is made of the token for the cookie apart from all else: any text would.', [
    'endpoints/guard/token.ts',
    "'cookie'",
    '""',
  ]),
  ...because(
    'What only another platform or another processor has, or another user than the superuser would notice.',
    ['endpoints/guard/peerUser.ts', "process.platform === 'linux'", 'true'],
    ['endpoints/guard/peerUser.ts', "'may'", '""', 'export const mayWrite'],
    ['endpoints/guard/peerUser.ts', "endianness() === 'LE'", 'true'],
    ['endpoints/guard/peerUser.ts', 'process.geteuid?.()', 'process.geteuid()'],
    ['endpoints/guard/peerUser.ts', 'process.geteuid?.() ?? 0', 'process.geteuid?.() && 0'],
  ),
  ...because(
    'It saves readings that would tell the same.',
    ['endpoints/guard/peerUser.ts', 'known !== undefined', 'false', 'private read('],
    ['endpoints/guard/peerUser.ts', "typeof owner === 'number'", 'false', 'private async ownerNow'],
    ['endpoints/guard/peerUser.ts', "'number'", '""', 'private async ownerNow'],
    ['endpoints/guard/peerUser.ts', "first.owner === 'elsewhere'", 'true'],
    ['endpoints/guard/peerUser.ts', "'elsewhere'", '""', 'private async ownerNow'],
  ),
  ...because('For the compiler: an error of another kind has no such member.', [
    'endpoints/guard/peerUser.ts',
    'failure instanceof FileError',
    'true',
  ]),
  ...because(
    'The superuser, as whom this was counted, may write everything: a row of `test/endpoints/move.test.ts` looks at it as anybody else.',
    ['files/changing/move.ts', "kind === 'file'"],
    ['files/changing/move.ts', "'file'", '""'],
  ),
  ...because(
    'In one step or in two: nobody sees a difference but who looks in between, and only Windows needs two.',
    ['files/changing/move.ts', "source.kind !== 'folder' || process.platform === 'win32'", 'true'],
    ['files/changing/move.ts', "'folder'", '""'],
  ),
  ...because(
    'What another platform does.',
    ['files/changing/move.ts', "process.platform === 'win32'"],
    ['files/changing/move.ts', "'win32'", '""'],
    ['files/changing/onDisk.ts', "process.platform === 'win32'"],
    ['files/changing/onDisk.ts', "'win32'", '""'],
  ),
  ...because(
    'Only another program, which takes it away in the same moment, has it come to that.',
    ['files/changing/move.ts', "'busy'", '""'],
    ['files/changing/move.ts', "'Somebody else is moving it.'", '""'],
  ),
  ...because(
    'The cause of an error is for those who look for a defect.',
    ['files/changing/heldEntry.ts', '{ cause: error }', '{}'],
    ['files/changing/move.ts', '{ cause: error }', '{}'],
  ),
  ...because(
    'For the compiler, which does not know that a group has matched or a member is there: it never comes to that.',
    ['files/changing/move.ts', "''", '"Stryker was here!"'],
  ),
];
