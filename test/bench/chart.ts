/** The figures as a picture: a bar for each server, beside those of the same work. Pure. */
import { show, statisticsOf, variantsOf } from './report';
import type { Measured } from './rounds';

const width = 720;
const left = 130;
const right = 110;
const bar = 15;
const gap = 26;

/** Grey enough for a light page and for a dark one: a picture in a README does not know which it is on. */
const text = '#808890';
const others = '#8b98a8';
const own = '#2f9e6e';

const escaped = (value: string): string => value.replace(/&/g, '&amp;').replace(/</g, '&lt;');

/** The works that say most in the least room. Each has a figure `rate`. */
const shown = ['small', 'page-pipelined', 'big', 'upload'];

export function chartOf(all: readonly Measured[]): string {
  let y = 8;
  const parts: string[] = [];
  for (const measured of all.filter(({ work }) => shown.includes(work.name))) {
    const bars = barsOf(measured, y + 22);
    parts.push(`<text class="title" x="0" y="${y + 14}">${escaped(measured.work.title)}</text>`, ...bars);
    y += 22 + bars.length * (bar + 4) + gap;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" role="img" aria-label="Throughput of several servers">
<style>text { font: 12px system-ui, sans-serif; fill: ${text}; } .title { font-weight: bold; font-size: 13px; } .name { text-anchor: end; }</style>
${parts.join('\n')}
</svg>
`;
}

/** One bar for each server: of other servers' configurations the best, of ours the one in the editor. */
function barsOf(measured: Measured, top: number): string[] {
  const unit = measured.work.figures.rate?.unit ?? 'requests/s';
  const medianOf = (peer: string): number => statisticsOf(measured, peer, 'rate')?.median ?? 0;
  const names = [...measured.samples.keys()].filter((peer) => !peer.includes(' ('));
  const medians = names.map((peer) => {
    const variants = peer === 'ours' ? [peer] : variantsOf(measured, peer);
    return { peer, median: Math.max(...variants.map(medianOf)) };
  });
  const most = Math.max(...medians.map(({ median }) => median));
  return medians.map(({ peer, median }, index) => {
    const y = top + index * (bar + 4);
    const length = Math.max(1, Math.round(((width - left - right) * median) / most));
    const colour = peer === 'ours' ? own : others;
    return [
      `<text class="name" x="${left - 8}" y="${y + 12}">${escaped(peer)}</text>`,
      `<rect x="${left}" y="${y}" width="${length}" height="${bar}" rx="2" fill="${colour}"/>`,
      `<text x="${left + length + 6}" y="${y + 12}">${show(median, unit)}${unit === 'requests/s' ? '/s' : ''}</text>`,
    ].join('');
  });
}
