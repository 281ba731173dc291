/** What a soak saw, as a picture: each line in parts of its most, so that flat is flat. */
import type { Sample } from './soak';

const width = 900;
const height = 160;
const left = 150;

const lines: readonly (readonly [label: string, of: (sample: Sample) => number, shown: (most: number) => string])[] = [
  ['operations a round', ({ operations }) => operations, String],
  ['heap after collection', ({ heap }) => heap, (most) => `${(most / 1e6).toFixed(1)} MB`],
  ['resident memory', ({ resident }) => resident, (most) => `${(most / 1e6).toFixed(0)} MB`],
  ['descriptors', ({ descriptors }) => descriptors, String],
  ['timers', ({ timers }) => timers, String],
];

export function chartOf(samples: readonly Sample[]): string {
  const panels = lines.map(([label, of, shown], i) => panel(label, samples.map(of), shown, i));
  const total = lines.length * height;
  const seconds = samples.at(-1)?.at ?? 0;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${total + 30}" font-family="sans-serif" font-size="13">
<rect width="100%" height="100%" fill="#fff"/>
${panels.join('\n')}
<text x="${left}" y="${total + 18}">0 s</text>
<text x="${width - 20}" y="${total + 18}" text-anchor="end">${seconds} s</text>
</svg>
`;
}

function panel(label: string, values: readonly number[], shown: (most: number) => string, index: number): string {
  const most = Math.max(...values, 1);
  const top = index * height + 20;
  const [wide, high] = [width - left - 20, height - 40];
  const step = wide / Math.max(values.length - 1, 1);
  const points = values.map(
    (value, i) => `${(left + i * step).toFixed(1)},${(top + high * (1 - value / most)).toFixed(1)}`,
  );
  return `<text x="8" y="${top + 12}">${label}</text>
<text x="8" y="${top + 30}" fill="#555">most: ${shown(most)}</text>
<path d="M${left} ${top}V${top + high}H${width - 20}" fill="none" stroke="#999"/>
<polyline points="${points.join(' ')}" fill="none" stroke="#0b6bcb" stroke-width="2"/>`;
}
