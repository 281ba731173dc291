/** One finished exchange as a line for the Output panel. */
import * as path from 'node:path';
import { l10n } from 'vscode';
import { escapeLog, formatBytes, formatDuration, isOwn } from '../../accessLog';
import type { LogEvent, Tally } from '../../accessLog';
import { adviceOn } from '../common/settingAdvice';
import { forLog } from '../common/words';

type Level = 'debug' | 'info' | 'warn' | 'error';

export function levelOf({ status, target }: Pick<LogEvent, 'status' | 'target'>): Level {
  if (status >= 400) return status >= 500 ? 'error' : 'warn';
  return isOwn(target) ? 'debug' : 'info';
}

/** The panel puts `[debug]`, `[info]`, `[warning]` or `[error]` before a line; this makes the columns meet again. */
const indent: Readonly<Record<Level, string>> = { debug: '  ', info: '   ', warn: '', error: '  ' };

/** Characters of what a client chose that a line has room for; a target may have 8,192. */
const longest = 500;

/** The panel does not link a target with an ellipsis: the rest of it is not there. */
const shortened = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most)}…` : text);

/**
 * Status, method, time, size and target in columns, then what else there is to say.
 * @param directory absolute path of the served folder; what was stored is named by its full path, which the panel links
 */
export function logLine(event: LogEvent, directory: string): string {
  const size = event.bytesIn > 0 ? event.bytesIn : event.bytesOut;
  const columns = [
    indent[levelOf(event)] + String(event.status).padStart(3),
    shortened(escapeLog(event.method || '-'), 16).padEnd(7),
    formatDuration(event.ms).padStart(7),
    formatBytes(size).padStart(7),
    shortened(escapeLog(event.target || '-'), longest),
  ];
  return columns.join(' ') + peer(event) + remarks(event, directory);
}

/** Most files of a form that are told one by one. */
const mostFiles = 20;

/** The files beyond the first that an exchange stored, one per line. */
export function furtherLines({ stored = [] }: LogEvent, directory: string): string[] {
  const [, ...others] = stored;
  const lines = others.slice(0, mostFiles).map((file) => arrowTo(file, directory));
  const rest = others.length - lines.length;
  return [...lines, ...(rest > 0 ? [l10n.t('… and {0} more files', rest)] : [])].map((line) => indent.info + line);
}

const arrowTo = (file: string, directory: string): string => `→ ${forLog(path.join(directory, file))}`;

const peer = (event: LogEvent): string =>
  /^(?:127\.|::1$|::ffff:127\.)/.test(event.peer) || event.peer === '' ? '' : ` ← ${escapeLog(event.peer)}`;

function remarks(event: LogEvent, directory: string): string {
  const [first] = event.stored ?? [];
  const stored = first === undefined ? '' : ` ${arrowTo(first, directory)}`;
  const reason = event.reason === undefined ? [] : [forLog(shortened(event.reason, longest))];
  const help = adviceOn(event.option) ?? [];
  const aborted = event.aborted ? [cutOff()] : [];
  const sentences = [reason, help, aborted].flat();
  const rule = event.rule === undefined ? '' : ` (${l10n.t('rule {0}', event.rule)})`;
  return stored + rule + (sentences.length === 0 ? '' : remark(sentences));
}

const cutOff = (): string => l10n.t('Cut off.');
const remark = (sentences: readonly string[]): string => ` — ${sentences.join(' ')}`;

/** All that a line may say behind what was stored. */
export const cutOffRemark = (): string => remark([cutOff()]);

/** The line that stands for exchanges that were too many to be told one by one. */
export function summaryLine(tally: Readonly<Tally>): string {
  const classes = tally.classes.flatMap((count, i) => (count === 0 ? [] : [`${count} × ${i}xx`])).join(', ');
  const bytes = l10n.t('{0} in, {1} out', formatBytes(tally.bytesIn), formatBytes(tally.bytesOut));
  return indent.info + l10n.t('… and {0} more: {1} ({2})', tally.count, classes, bytes);
}
