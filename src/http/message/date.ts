/** HTTP-date (RFC 9110 §5.6.7). Pure. */

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const month = `(?<month>${months.join('|')})`;
const time = '(?<hour>[0-9]{2}):(?<minute>[0-9]{2}):(?<second>[0-9]{2})';
const day = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const longDay = '(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)';

/** IMF-fixdate, and the two obsolete forms that a recipient must still accept. */
const forms = [
  new RegExp(`^${day}, (?<day>[0-9]{2}) ${month} (?<year>[0-9]{4}) ${time} GMT$`),
  new RegExp(`^${longDay}, (?<day>[0-9]{2})-${month}-(?<year>[0-9]{2}) ${time} GMT$`),
  new RegExp(`^${day} ${month} (?<day>[ 0-9][0-9]) ${time} (?<year>[0-9]{4})$`),
];

/**
 * @param now for two-digit years, in milliseconds since the epoch
 * @returns milliseconds since the epoch; undefined if `value` is no HTTP-date
 */
export function parseHttpDate(value: string, now = Date.now()): number | undefined {
  for (const form of forms) {
    const groups = form.exec(value)?.groups;
    if (groups !== undefined) return fromParts(groups, now);
  }
  return undefined;
}

function fromParts(groups: Readonly<Record<string, string>>, now: number): number | undefined {
  const part = (name: string): number => Number(groups[name]);
  const monthIndex = months.indexOf(groups.month ?? '');
  const year = groups.year?.length === 2 ? fullYear(part('year'), now) : part('year');
  // A leap second is valid in the grammar; Date carries it over.
  if (part('hour') > 23 || part('minute') > 59 || part('second') > 60) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, monthIndex, part('day'));
  // A day that its month does not have is another day of another month.
  if (date.getUTCDate() !== part('day')) return undefined;
  return date.setUTCHours(part('hour'), part('minute'), part('second'));
}

/** A year that seems to be more than 50 years in the future is the latest past one with these digits. */
function fullYear(twoDigits: number, now: number): number {
  const thisYear = new Date(now).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + twoDigits;
  return year > thisYear + 50 ? year - 100 : year;
}

/** The IMF-fixdate of a time in milliseconds since the epoch, rounded down to a second; undefined if its year has not four digits. */
export function formatHttpDate(ms: number): string | undefined {
  const date = new Date(Math.floor(ms / 1000) * 1000);
  const year = date.getUTCFullYear();
  return year >= 0 && year <= 9999 ? date.toUTCString() : undefined;
}
