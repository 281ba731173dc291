/** What was measured, as text. Pure. */
import type { Measured } from './rounds';
import { summaryOf, type Summary } from './statistics';
import type { Figure, Goal, GoalOver, Unit } from './work';

export function show(value: number, unit: Unit): string {
  if (!Number.isFinite(value)) return '–';
  if (unit === 'requests/s') return Math.round(value).toLocaleString('en');
  if (unit === 'ms' || unit === 'µs') return `${value.toPrecision(3)} ${unit}`;
  const suffix = unit === 'octets/s' ? '/s' : '';
  for (const [name, size] of [
    ['GB', 1e9],
    ['MB', 1e6],
    ['KB', 1e3],
  ] as const) {
    if (Math.abs(value) >= size) return `${(value / size).toPrecision(3)} ${name}${suffix}`;
  }
  return `${Math.round(value)} B${suffix}`;
}

/** Median, and least and most, of one figure of one peer. */
export const statisticsOf = ({ samples }: Measured, peer: string, figure: string): Summary | undefined => {
  const list = samples.get(peer);
  return list === undefined || list.length === 0 ? undefined : summaryOf(list.map((one) => one[figure] ?? NaN));
};

export interface Judged {
  /** Such as `1.05 × nginx`. */
  readonly text: string;
  readonly wanted: string;
  /** Undefined if it could not be measured. */
  readonly reached: boolean | undefined;
}

/** Looks at `goal` with the medians of `peer`, one of our servers. */
export function judge(measured: Measured, goal: Goal, peer = 'ours'): Judged {
  const medianOf = (name: string, figure: string): number => statisticsOf(measured, name, figure)?.median ?? NaN;
  const own = medianOf(peer, goal.figure);
  const unit = measured.work.figures[goal.figure]?.unit ?? 'ms';
  if ('over' in goal || 'peer' in goal) {
    const ratios =
      'over' in goal
        ? [{ name: measured.work.figures[goal.over]?.title ?? '', ratio: ratioOf(measured, goal, peer) }]
        : variantsOf(measured, goal.peer).map((name) => ({ name, ratio: own / medianOf(name, goal.figure) }));
    ratios.sort((a, b) => ('least' in goal ? a.ratio - b.ratio : b.ratio - a.ratio));
    const { name, ratio } = ratios[0] ?? { name: 'peer' in goal ? goal.peer : '', ratio: NaN };
    return {
      text: `${Number.isFinite(ratio) ? ratio.toFixed(2) : '–'} × ${name}`,
      wanted: 'least' in goal ? `≥ ${goal.least} ×` : `≤ ${goal.most} ×${'always' in goal ? ' in every round' : ''}`,
      reached: verdict(ratio, goal),
    };
  }
  return { text: show(own, unit), wanted: `≤ ${show(goal.most, unit)}`, reached: verdict(own, goal) };
}

/** Of two figures of one server. */
function ratioOf({ samples }: Measured, { figure, over, always }: GoalOver, peer: string): number {
  const list = samples.get(peer) ?? [];
  const all = list.map((one) => (one[figure] ?? NaN) / (one[over] ?? NaN));
  if (always === true) return all.length === 0 ? NaN : Math.max(...all);
  const medianOf = (key: string): number => summaryOf(list.map((one) => one[key] ?? NaN)).median;
  return medianOf(figure) / medianOf(over);
}

/** The peers of that name, with whatever configuration. */
export const variantsOf = ({ samples }: Measured, peer: string): string[] =>
  [...samples.keys()].filter((name) => name === peer || name.startsWith(`${peer} (`));

function verdict(value: number, goal: Goal): boolean | undefined {
  if (!Number.isFinite(value)) return undefined;
  return 'least' in goal ? value >= goal.least : value <= goal.most;
}

export const verdictText = (reached: boolean | undefined): string =>
  reached === undefined ? 'not measured' : reached ? 'reached' : 'short';

/** A table for the terminal. */
export function textOf(measured: Measured): string {
  const { work, samples, problems } = measured;
  const lines = ['', work.title];
  for (const [key, figure] of Object.entries(work.figures)) {
    lines.push(`  ${figure.title} (median, least – most)`);
    for (const peer of samples.keys()) lines.push(`    ${peer.padEnd(16)} ${line(measured, peer, key, figure)}`);
  }
  for (const goal of work.goals) {
    const { text, wanted, reached } = judge(measured, goal);
    lines.push(`  ${work.figures[goal.figure]?.title ?? ''}: ${text}, wanted ${wanted}: ${verdictText(reached)}`);
  }
  return [...lines, ...problems.map((problem) => `  without ${problem}`)].join('\n');
}

function line(measured: Measured, peer: string, key: string, { unit }: Figure): string {
  const summary = statisticsOf(measured, peer, key);
  if (summary === undefined) return '–';
  const { median, min, max } = summary;
  const ours = statisticsOf(measured, 'ours', key)?.median ?? NaN;
  // Some figures may be none at all.
  const ratio = peer !== 'ours' && Number.isFinite(ours / median) ? `ours = ${(ours / median).toFixed(2)} ×` : '';
  return `${show(median, unit).padStart(10)}  (${show(min, unit)} – ${show(max, unit)})`.padEnd(46) + ratio;
}

/** The page for people who read. @param head lines about the machine */
export function markdownOf(all: readonly Measured[], head: readonly string[]): string {
  const parts = [
    '# Benchmark',
    'Made by `npm run bench -- --write`. docs/performance.md says how, and what to mind.',
    head.map((text) => `- ${text}`).join('\n'),
    'Medians, with the least and the most of all rounds. “Ours” is the server as the editor runs it, in a worker thread, its log connected.',
    '## What we want, and what we have',
    goalsTable(all),
    '## All figures',
    ...all.flatMap((measured) => [`### ${measured.work.title}`, figuresTable(measured)]),
  ];
  return `${parts.join('\n\n')}\n`;
}

function goalsTable(all: readonly Measured[]): string {
  const rows = all.flatMap((measured) =>
    measured.work.goals.map((goal) => {
      const { text, wanted, reached } = judge(measured, goal);
      const figure = measured.work.figures[goal.figure]?.title ?? '';
      return [`${measured.work.title}: ${figure}`, wanted, text, verdictText(reached)];
    }),
  );
  return table(['Work', 'Wanted', 'Measured', ''], rows);
}

function figuresTable(measured: Measured): string {
  const { work, samples, problems } = measured;
  const figures = Object.entries(work.figures);
  const rows = [...samples.keys()].map((peer) => [
    peer,
    ...figures.map(([key, { unit }]) => {
      const { median, min, max } = statisticsOf(measured, peer, key) ?? summaryOf([]);
      return `${show(median, unit)} (${show(min, unit)} – ${show(max, unit)})`;
    }),
  ]);
  const without = problems.map((problem) => `\n\nWithout ${problem}`).join('');
  return table(['', ...figures.map(([, { title }]) => title)], rows) + without;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
