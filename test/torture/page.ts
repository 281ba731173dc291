/** The parts of docs/reliability.md that are made anew by a run. */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

const page = resolve(__dirname, '../../../docs/reliability.md');
const end = '<!-- end -->';

/** Puts `text` where the page has room for that torture's figures. */
export function writePart(torture: string, text: string): void {
  const old = readFileSync(page, 'utf8');
  const begin = `<!-- ${torture}: npm run torture -- ${torture} --write -->`;
  const from = old.indexOf(begin);
  const to = old.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`docs/reliability.md has no place for ${torture}.`);
  writeFileSync(page, `${old.slice(0, from)}${begin}\n\n${text}\n\n${old.slice(to)}`);
}

/** @param columns those that begin with `#` are of numbers */
export function tableOf(columns: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const lines = [
    columns.map((column) => column.replace('#', '')),
    columns.map((column) => (column.startsWith('#') ? '---:' : '---')),
    ...rows,
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Digits in groups of three. */
export const grouped = (count: number): string => Math.round(count).toLocaleString('en-US');
