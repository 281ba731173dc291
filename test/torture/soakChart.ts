/** What a soak saw, as a picture: a panel for each thing that is sampled, and one for each kind of request. All begin at zero. */
import type { Sample } from './soak';

interface Line {
  readonly title: string;
  readonly of: (sample: Sample) => number;
  /** How the most of it is told. */
  readonly shown: (most: number) => string;
}

const width = 720;
const left = 8;
/** Grey enough for a light page and for a dark one. */
const text = '#808890';
const own = '#2f9e6e';
const axis = '#8b98a8';

const megabytes = (octets: number): string => `${(octets / 1e6).toFixed(octets < 1e8 ? 1 : 0)} MB`;
const milliseconds = (value: number): string => `${Math.round(value)} ms`;

const sampled: readonly Line[] = [
  { title: 'resident memory', of: ({ resident }) => resident, shown: megabytes },
  { title: 'heap', of: ({ heap }) => heap, shown: megabytes },
  { title: 'descriptors', of: ({ descriptors }) => descriptors, shown: String },
  { title: 'threads', of: ({ threads }) => threads, shown: String },
  { title: 'timers', of: ({ timers }) => timers, shown: String },
  { title: 'unfinished files', of: ({ temporary }) => temporary, shown: String },
  { title: 'lateness of the event loop, p99', of: ({ lateness }) => lateness.p99, shown: milliseconds },
  { title: 'lateness of the event loop, most', of: ({ lateness }) => lateness.most, shown: milliseconds },
];

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);

export const answersIn = ({ answers }: Sample): number =>
  Object.values(answers).reduce((all, each) => all + sum(each), 0);

export const answersOf = (samples: readonly Sample[]): number =>
  samples.reduce((all, sample) => all + answersIn(sample), 0);

/** How many answers of each kind there were in each round. */
const linesOfKinds = (samples: readonly Sample[]): readonly Line[] =>
  Object.keys(samples[0]?.answers ?? {}).map((kind) => ({
    title: kind,
    of: ({ answers }) => sum(answers[kind] ?? {}),
    shown: String,
  }));

export function chartOf(samples: readonly Sample[]): string {
  const [top, bottom] = [grid(samples, sampled, { y: 24, columns: 2, high: 56 }), linesOfKinds(samples)];
  const kinds = grid(samples, bottom, { y: top.end + 30, columns: 4, high: 22 });
  const seconds = samples.at(-1)?.at ?? 0;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${kinds.end}" width="${width}" height="${kinds.end}" role="img" aria-label="What a server has during a soak">
<style>text { font: 11px system-ui, sans-serif; fill: ${text}; } .title { font-weight: bold; font-size: 13px; } .most { text-anchor: end; } path { fill: none; stroke: ${axis}; stroke-width: 0.5; } polyline { fill: none; stroke: ${own}; stroke-width: 1.2; }</style>
<text class="title" x="0" y="14">${seconds} seconds, ${samples.length} samples, ${answersOf(samples)} answers</text>
${top.parts}
<text class="title" x="0" y="${top.end + 20}">answers a round, by kind</text>
${kinds.parts}
</svg>
`;
}

interface Grid {
  readonly y: number;
  readonly columns: number;
  /** Of the part of a panel that has the line. */
  readonly high: number;
}

/** Panels beside and below each other. */
function grid(
  samples: readonly Sample[],
  lines: readonly Line[],
  { y, columns, high }: Grid,
): { parts: string; end: number } {
  const [wide, row] = [width / columns, high + 30];
  const parts = lines.map((line, i) => {
    const at = { x: (i % columns) * wide + left, y: y + Math.floor(i / columns) * row, wide: wide - 2 * left, high };
    return panel(line.title, line.shown, samples.map(line.of), at);
  });
  return { parts: parts.join('\n'), end: y + Math.ceil(lines.length / columns) * row };
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly wide: number;
  readonly high: number;
}

function panel(title: string, shown: Line['shown'], values: readonly number[], { x, y, wide, high }: Box): string {
  const most = Math.max(...values);
  const [top, step] = [y + 16, wide / Math.max(values.length - 1, 1)];
  const points = values.map(
    (value, i) => `${(x + i * step).toFixed(1)},${(top + high * (1 - value / Math.max(most, 1))).toFixed(1)}`,
  );
  return `<text x="${x}" y="${y + 10}">${title}</text><text class="most" x="${x + wide}" y="${y + 10}">${shown(most)}</text>
<path d="M${x} ${top}v${high}h${wide}"/><polyline points="${points.join(' ')}"/>`;
}
