/** What docs/mutants.md has of runs: the score of each room, and the explanations. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../support/host/paths';
import { explained, type Explained } from './explained';
import { percentages, type Score } from './mutants';
import { mutatedRooms } from './mutatedRooms';

const page = path.join(projectRoot, 'docs/mutants.md');

const between = (name: string): [begin: string, end: string] => [
  `<!-- ${name}: npm run mutation -- --write -->`,
  `<!-- end of ${name} -->`,
];

function replaced(text: string, name: string, lines: readonly string[]): string {
  const [begin, end] = between(name);
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/mutants.md has no place for ${name}.`);
  return `${text.slice(0, from)}${begin}\n\n${lines.join('\n')}\n\n${text.slice(to)}`;
}

function rowOf(room: string, score: Score): string {
  const { noticed, timedOut, explained: known, survived } = score;
  const cells = [`\`${room}\``, noticed + known + survived, noticed, timedOut, known, survived, ...percentages(score)];
  return `| ${cells.join(' | ')} |`;
}

/** The row of a room that was not tried in this run stays as it is. */
function scoreTable(text: string, scores: ReadonlyMap<string, Score>): string[] {
  const rows = mutatedRooms.flatMap(({ room }) => {
    const score = scores.get(room);
    return score === undefined
      ? text.split('\n').filter((line) => line.startsWith(`| \`${room}\` | `) && /%? \|$/.test(line))
      : [rowOf(room, score)];
  });
  const head =
    '| Room | Mutants | Noticed | Of these, by no end | Not noticed, explained | Not noticed | Score | Without the explained |';
  return [head, `| --- |${' ---: |'.repeat(7)}`, ...rows];
}

const codeOf = (text: string): string => (text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``);

function mutantOf({ file, code, becomes, within }: Explained): string {
  const place = within === undefined ? '' : `in ${codeOf(within)}, `;
  const change = becomes === undefined ? '' : ` → ${codeOf(becomes)}`;
  return `  - \`${file}\`: ${place}${code === '…' ? 'anything' : codeOf(code)}${change}`;
}

/** What has the same reason stands together. */
function explanations(): string[] {
  const reasons = [...new Set(explained.map(({ why }) => why))];
  return reasons.flatMap((reason) => [`- ${reason}`, ...explained.filter(({ why }) => why === reason).map(mutantOf)]);
}

/** Puts them in their place. */
export function writeScores(scores: ReadonlyMap<string, Score>): void {
  const text = readFileSync(page, 'utf8');
  const scored = replaced(text, 'scores', scoreTable(text, scores));
  writeFileSync(page, replaced(scored, 'explanations', explanations()));
}
