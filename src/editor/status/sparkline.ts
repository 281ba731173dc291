/** A small picture of numbers over time. Pure. */

const bar = 4;
const gap = 1;
const height = 36;

interface Colors {
  readonly bars: string;
  readonly line: string;
}

/** The width of a picture of `count` bars, in pixels. */
const widthOf = (count: number): number => count * (bar + gap) - gap;

/** An SVG of one bar per value, the highest as high as the picture; a value that is not 0 is always visible. */
export function sparkline(values: readonly number[], colors: Colors): string {
  const most = Math.max(1, ...values);
  const width = widthOf(values.length);
  const bars = values.map((value, i) => {
    const tall = value === 0 ? 0 : Math.max(2, Math.round((value / most) * (height - 2)));
    return tall === 0 ? '' : `M${i * (bar + gap)} ${height - 1}v-${tall}h${bar}v${tall}z`;
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `<path fill="${colors.line}" d="M0 ${height - 1}h${width}v1h-${width}z"/>` +
    `<path fill="${colors.bars}" d="${bars.join('')}"/></svg>`
  );
}

/** `svg` as the target of a Markdown image. */
export const dataUri = (svg: string): string => `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
