/** Numbers as people read them, in their language and zone. */

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'] as const;

/** The first of `languages` that is one: a browser may have the system's own name for it, `en-US@posix`. */
const known = (languages: readonly string[]): string | undefined =>
  languages.find((language) => {
    try {
      return Intl.NumberFormat.supportedLocalesOf(language).length > 0;
    } catch {
      return false;
    }
  });

/** Of sizes, rates, times and counts. @param languages of numbers, as the browser has them */
export function formatsFor(languages: readonly string[]) {
  const language = known(languages);
  const counts = new Intl.NumberFormat(language);
  const bySize = units.map((unit, i) => {
    const digits = i === 0 ? 0 : 1;
    return new Intl.NumberFormat(language, {
      ...{ style: 'unit', unit, unitDisplay: i === 0 ? 'long' : 'short' },
      maximumFractionDigits: digits,
    });
  });
  const dates = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
  const exact = new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'long' });
  const percents = new Intl.NumberFormat(language, { style: 'percent' });
  return {
    count: (count: number): string => counts.format(count),
    /** @param octets as a power of 1000 */
    size: (octets: number): string => {
      const power = octets < 1000 ? 0 : Math.min(Math.floor(Math.log10(octets) / 3), units.length - 1);
      return bySize[power]?.format(octets / 1000 ** power) ?? '';
    },
    /** @param ms since the epoch */
    date: (ms: number): string => dates.format(ms),
    exactDate: (ms: number): string => exact.format(ms),
    percent: (part: number): string => percents.format(part),
    /** @param seconds as minutes and seconds, or hours and minutes */
    duration: (seconds: number): string => clock(Math.ceil(seconds)),
  };
}

function clock(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (part: number): string => String(part).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
