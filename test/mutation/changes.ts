/** Which lines of the sources are others than they were. */
import { execFileSync } from 'node:child_process';
import { projectRoot } from '../support/host/paths';

/** Lines of a file, by its path in the project; the first is 1. */
export interface Lines {
  readonly file: string;
  readonly first: number;
  readonly last: number;
}

/** What has changed since this branch left `commit`, what is not committed yet as well. */
export function linesSince(commit: string): Lines[] {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: projectRoot, encoding: 'utf8', maxBuffer: 2 ** 28 });
  const base = git('merge-base', commit, 'HEAD').trim();
  return linesIn(
    git('diff', '--unified=0', '--no-color', '--no-ext-diff', '--src-prefix=a/', '--dst-prefix=b/', base, '--', 'src'),
  );
}

/** The lines that a unified diff without context adds. */
export function linesIn(diff: string): Lines[] {
  const lines: Lines[] = [];
  let file = '';
  for (const line of diff.split('\n')) {
    file = /^\+\+\+ b\/(.*)$/.exec(line)?.[1] ?? file;
    const [, first, count = '1'] = /^@@ -\S+ \+([0-9]+)(?:,([0-9]+))? @@/.exec(line) ?? [];
    if (first === undefined || count === '0') continue;
    lines.push({ file, first: Number(first), last: Number(first) + Number(count) - 1 });
  }
  return lines;
}
