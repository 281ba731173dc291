/** How far uploads have come, in few words. */
import * as path from 'node:path';
import { env, l10n } from 'vscode';
import { formatBytes } from '../../accessLog';
import type { UploadProgress } from '../../messages';
import { visible } from '../common/words';

/** Most characters of a name where there is little room. */
const longest = 30;

type Figures = Pick<UploadProgress, 'received' | 'length' | 'rate'>;

/** `backup.zip: 42% of 1.2 GB, 31 MB/s`; of several, their number and their sum. */
export function summaryOf(uploads: readonly UploadProgress[]): string {
  const [first, ...others] = uploads;
  if (first === undefined) return '';
  const what = others.length === 0 ? shortened(nameOf(first)) : l10n.t('{0} uploads', uploads.length);
  return `${what}: ${figuresOf(sumOf(uploads))}`;
}

/** The file, the last one of a form, and how many there were before it. */
export const nameOf = ({ path: file, files }: UploadProgress): string =>
  visible(path.posix.basename(file)) + (files > 1 ? ` (+${files - 1})` : '');

/** Percent, size and rate. */
export function figuresOf({ received, length, rate }: Figures): string {
  const pace = l10n.t('{0}/s', formatBytes(rate));
  if (length === undefined || length === 0) return `${formatBytes(received)}, ${pace}`;
  const percent = new Intl.NumberFormat(env.language, { style: 'percent' }).format(
    Math.floor((Math.min(received, length) * 100) / length) / 100,
  );
  return l10n.t('{0} of {1}, {2}', percent, formatBytes(length), pace);
}

/** The figures of several together: their whole is only known if all parts are. */
function sumOf(uploads: readonly UploadProgress[]): Figures {
  const sum = (value: (upload: UploadProgress) => number): number =>
    uploads.reduce((total, upload) => total + value(upload), 0);
  const isKnown = uploads.every(({ length }) => length !== undefined);
  return {
    received: sum(({ received }) => received),
    length: isKnown ? sum(({ length }) => length ?? 0) : undefined,
    rate: sum(({ rate }) => rate),
  };
}

/** A long name without its middle: its end says what kind of file it is. */
function shortened(name: string): string {
  const characters = Array.from(name);
  if (characters.length <= longest) return name;
  return `${characters.slice(0, longest - 11).join('')}…${characters.slice(-10).join('')}`;
}
