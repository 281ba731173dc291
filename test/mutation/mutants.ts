/** What a run says of its mutants. */
import { explained, type Explained } from './explained';

/** As in the report of the tool, whose format is “Mutation Testing Elements”. Lines and columns begin with 1; an end is behind. */
export interface Report {
  readonly files: Readonly<Record<string, ReportedFile>>;
}

export interface ReportedFile {
  readonly source: string;
  readonly mutants: readonly (Place & ReportedMutant)[];
}

interface Place {
  readonly location: Readonly<Record<'start' | 'end', { readonly line: number; readonly column: number }>>;
}

interface ReportedMutant {
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly status: string;
}

export interface Mutant {
  /** In `src`. */
  readonly file: string;
  readonly line: number;
  readonly kind: string;
  /** What stood there and what stands there instead, each on one line. */
  readonly code: string;
  readonly becomes: string;
  /** Of the tool: `Killed`, `Timeout`, `Survived`, `NoCoverage`, and what is no mutant in the end. */
  readonly status: string;
  readonly why: string | undefined;
}

const onOneLine = (text: string): string => text.trim().replace(/\s+/g, ' ');

/** Whether a text is the one of an explanation, which may leave out its end. */
const isText = (text: string, said: string): boolean =>
  said.endsWith('…') ? text.startsWith(said.slice(0, -1)) : text === said;

type Change = Pick<Mutant, 'file' | 'code' | 'becomes' | 'line'>;

/** Whether a line of a source is within a block, which ends with a line that is a closing brace alone. */
function isWithin(begin: string, line: number, lines: readonly string[]): boolean {
  const first = lines.findIndex((text) => text.trimStart().startsWith(begin));
  const indent = /^ */.exec(lines[first] ?? '')?.[0] ?? '';
  const last = lines.findIndex((text, index) => index >= first && text.replace(/[;)]+$/, '') === `${indent}}`);
  return first >= 0 && first < line && line <= (last < 0 ? lines.length : last + 1);
}

const isOf = (
  { within, ...row }: Explained,
  { file, code, becomes, line }: Change,
  lines: readonly string[],
): boolean =>
  row.file === file &&
  isText(code, row.code) &&
  (row.becomes === undefined || isText(becomes, row.becomes)) &&
  (within === undefined || isWithin(within, line, lines));

export function mutantsIn(report: Report, rows = explained): Mutant[] {
  return Object.entries(report.files).flatMap(([path, { source, mutants }]) => {
    const lines = source.split('\n');
    return mutants.map(({ location: { start, end }, mutatorName, replacement = '', status }) => {
      const text = lines.slice(start.line - 1, end.line);
      text[text.length - 1] = (text.at(-1) ?? '').slice(0, end.column - 1);
      text[0] = (text[0] ?? '').slice(start.column - 1);
      const file = path.replace(/^src\//, '');
      const change = { file, line: start.line, code: onOneLine(text.join('\n')), becomes: onOneLine(replacement) };
      const why = rows.find((row) => isOf(row, change, lines))?.why;
      return { ...change, kind: mutatorName, status, why };
    });
  });
}

export interface Score {
  readonly noticed: number;
  /** Of these: by a test that came to no end. */
  readonly timedOut: number;
  readonly explained: number;
  readonly survived: number;
}

const isNoticed = ({ status }: Mutant): boolean => status === 'Killed' || status === 'Timeout';
const hasSurvived = ({ status }: Pick<Mutant, 'status'>): boolean => status === 'Survived' || status === 'NoCoverage';

/** Those that nobody noticed and nobody has explained. */
export const unexplained = (mutants: readonly Mutant[]): Mutant[] =>
  mutants.filter((mutant) => hasSurvived(mutant) && mutant.why === undefined);

/** A mutant that does not compile or load is none. */
export function scoreOf(mutants: readonly Mutant[]): Score {
  const count = (is: (mutant: Mutant) => boolean): number => mutants.filter(is).length;
  return {
    noticed: count(isNoticed),
    timedOut: count(({ status }) => status === 'Timeout'),
    explained: count((mutant) => hasSurvived(mutant) && mutant.why !== undefined),
    survived: unexplained(mutants).length,
  };
}

/** In per cent of all mutants, and of those that nobody has explained. Rounded down: 100 means all. */
export function percentages({ noticed, explained: known, survived }: Score): [all: string, open: string] {
  const share = (of: number): string => (of === 0 ? '–' : (Math.floor((noticed / of) * 1000) / 10).toFixed(1));
  return [share(noticed + known + survived), share(noticed + survived)];
}

export const lineOf = ({ file, line, kind, status, code, becomes }: Mutant): string =>
  `  src/${file}:${line} ${kind}${status === 'NoCoverage' ? ', which no test runs' : ''}\n    ${code}\n    → ${becomes}`;

const isToTryAgain = ({ status }: ReportedMutant): boolean => hasSurvived({ status }) || status === 'Timeout';

/**
 * What of a file is to be tried again, as patterns of the tool, whose columns begin with 0: what was not noticed, or came to no
 * end, which on a busy machine tells little.
 */
export const patternsAgain = (path: string, { mutants }: ReportedFile): string[] => [
  ...new Set(
    mutants
      .filter(isToTryAgain)
      .map(({ location: { start, end } }) => `${path}:${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`),
  ),
];

const keyOf = ({ location, mutatorName, replacement }: Place & ReportedMutant): string =>
  JSON.stringify([location, mutatorName, replacement]);

/** A report with what a later one says of those mutants that were to be tried again. */
export function laterReport(report: Report, later: Report): Report {
  const files = Object.entries(report.files).map(([path, file]): [string, ReportedFile] => {
    const news = new Map(later.files[path]?.mutants.map((mutant) => [keyOf(mutant), mutant]));
    const newsOf = (mutant: ReportedMutant & Place): ReportedMutant & Place =>
      (isToTryAgain(mutant) ? news.get(keyOf(mutant)) : undefined) ?? mutant;
    return [path, { ...file, mutants: file.mutants.map(newsOf) }];
  });
  return { files: { ...later.files, ...Object.fromEntries(files) } };
}
