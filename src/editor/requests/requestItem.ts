/** One request as a row of the view. */
import { l10n, ThemeColor, ThemeIcon, TreeItem } from 'vscode';
import { formatBytes, formatDuration } from '../../accessLog';
import type { RequestSummary } from '../../requestQuestions';
import type { CommandId } from '../manifest/ids';
import { forLabel, visible } from '../common/words';

/** By the first digit of the status: an icon that is told from the others without its colour, too. */
const icons: Readonly<Record<number, readonly [icon: string, color: string]>> = {
  1: ['plug', 'charts.blue'],
  2: ['pass', 'charts.green'],
  3: ['arrow-circle-right', 'charts.blue'],
  4: ['warning', 'charts.yellow'],
  5: ['error', 'charts.red'],
};

function iconOf({ status, aborted }: RequestSummary): ThemeIcon {
  const [icon, color] = icons[Math.floor(status / 100)] ?? ['circle-outline', 'charts.foreground'];
  return new ThemeIcon(aborted ? 'circle-slash' : icon, new ThemeColor(color));
}

/** Characters of a target that a row has room for. */
const longest = 300;

const shortened = (text: string): string => (text.length > longest ? `${text.slice(0, longest)}…` : text);

const openRequest: CommandId = 'httpServer.openRequest';

export function itemOf(request: RequestSummary): TreeItem {
  const { number, status, method, target, time, ms, bytesIn, bytesOut, peer, shared, aborted } = request;
  const name = shortened(visible(`${method || '-'} ${target || '-'}`));
  const details = [
    new Date(time).toLocaleTimeString(),
    formatDuration(ms),
    formatBytes(bytesIn > 0 ? bytesIn : bytesOut),
    ...(shared ? [l10n.t('shared')] : []),
    ...(aborted ? [l10n.t('Cut off.')] : []),
    visible(peer),
  ];
  const item = new TreeItem(forLabel(`${status} ${name}`));
  item.id = String(number);
  item.description = details.join(' · ');
  item.tooltip = [`${status} ${name}`, visible(request.reason ?? ''), details.join(' · ')].filter(Boolean).join('\n');
  item.iconPath = iconOf(request);
  item.contextValue = 'request';
  item.command = { command: openRequest, title: l10n.t('Open'), arguments: [number] };
  item.accessibilityInformation = { label: `${status} ${name}, ${details.join(', ')}` };
  return item;
}
