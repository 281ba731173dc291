/** What the status item says when pointed at. */
import { ColorThemeKind, l10n, MarkdownString, window } from 'vscode';
import { formatBytes } from '../../accessLog';
import { dataUri, sparkline } from './sparkline';
import type { CommandId } from '../manifest/ids';
import { detourText } from '../server/binding';
import { goingOn } from '../server/problem';
import type { Action, Problem } from '../server/problem';
import type { Share } from '../sharing/share';
import { clockTime } from '../common/clockTime';
import type { State } from '../server/state';
import type { Meter } from './traffic';
import { commandLink, forMarkdown } from '../common/words';

/** The commands that the text may link to. */
const enabledCommands: readonly CommandId[] = [
  'httpServer.open',
  'httpServer.copyUrl',
  'httpServer.stop',
  'httpServer.restart',
  'httpServer.showLog',
  'httpServer.share',
  'httpServer.stopSharing',
];

export function tooltip(state: State, meter: Meter, now: number, share?: Share): MarkdownString {
  const text = new MarkdownString(undefined, true);
  text.isTrusted = { enabledCommands };
  switch (state.kind) {
    case 'running':
      return running(text, state, `${picture(meter, now)}\n\n${figures(meter)}`, share);
    case 'failed':
      return failed(text, state.problem);
    case 'stopped':
      return heading(text, l10n.t('stopped')).appendText(l10n.t('Click to start it.'));
    case 'starting':
      return heading(text, l10n.t('starting…'));
    case 'stopping':
      return heading(text, l10n.t('stopping…'));
  }
}

const heading = (text: MarkdownString, state: string): MarkdownString =>
  text.appendMarkdown(`**HTTP Server** — ${state}\n\n`);

type Running = Extract<State, { readonly kind: 'running' }>;

/** @param traffic Markdown */
function running(text: MarkdownString, { site, concern }: Running, traffic: string, share?: Share): MarkdownString {
  const url = site.external.toString();
  text
    .appendMarkdown('**HTTP Server** — ')
    .appendMarkdown(`[${forMarkdown(site.external.toString(true))}](${url})\n\n`);
  text.appendMarkdown(`$(folder) ${forMarkdown(site.directory)}`);
  if (site.detour !== undefined) text.appendMarkdown(`\n\n$(info) ${forMarkdown(detourText(site.port, site.detour))}`);
  if (concern !== undefined) concerned(text, goingOn(concern));
  if (share !== undefined) shared(text, share);
  text.appendMarkdown(`\n\n${traffic}`);
  return text.appendMarkdown(links());
}

function shared(text: MarkdownString, share: Share): void {
  const until = l10n.t('Shared on the local network until {0}', clockTime(share.until));
  // No link: without the token it leads to a refusal, and with it the secret would be on the screen.
  text.appendMarkdown(`\n\n$(device-mobile) **${forMarkdown(until)}** — \`${share.url}\`\n\n`);
  const show = link('screen-full', l10n.t('Show QR Code'), 'httpServer.share');
  text.appendMarkdown(`${show} &nbsp; ${link('circle-slash', l10n.t('Stop Sharing'), 'httpServer.stopSharing')}`);
}

const help = (actions: readonly Action[]): string =>
  `\n\n${actions.map(({ title, command, args }) => commandLink(forMarkdown(title), command, args)).join(' &nbsp; ')}`;

function failed(text: MarkdownString, { message, actions }: Problem): MarkdownString {
  text.isTrusted = { enabledCommands: actions.map(({ command }) => command) };
  return heading(text, l10n.t('failed')).appendMarkdown(forMarkdown(message)).appendMarkdown(help(actions));
}

function concerned(text: MarkdownString, { message, actions }: Problem): void {
  text.isTrusted = { enabledCommands: [...enabledCommands, ...actions.map(({ command }) => command)] };
  text.appendMarkdown(`\n\n$(warning) ${forMarkdown(message)}${help(actions)}`);
}

function picture(meter: Meter, now: number): string {
  const values = meter.lastMinute(now);
  const peak = Math.max(...values);
  const caption =
    peak === 0 ? l10n.t('no requests in the last minute') : l10n.t('last minute, at most {0} a second', peak);
  return `![${caption}](${dataUri(sparkline(values, colors()))})\n\n${caption}`;
}

/** The picture is an image of its own, which cannot see the theme's colours. */
function colors(): { bars: string; line: string } {
  const { kind } = window.activeColorTheme;
  const light = kind === ColorThemeKind.Light || kind === ColorThemeKind.HighContrastLight;
  return light ? { bars: '#1a6fb5', line: '#00000033' } : { bars: '#4fb0ff', line: '#ffffff44' };
}

function figures({ total, connections }: Meter): string {
  const classes = [2, 3, 4, 5].map((digit) => total.classes[digit as 2 | 3 | 4 | 5]);
  const header = ['2xx', '3xx', '4xx', '5xx', l10n.t('in'), l10n.t('out'), l10n.t('connections')];
  const row = [...classes, formatBytes(total.bytesIn), formatBytes(total.bytesOut), connections];
  const line = (cells: readonly unknown[]): string => `| ${cells.join(' | ')} |\n`;
  const spaced = (cells: readonly unknown[]): string => line(cells.map((cell) => `&emsp;${String(cell)}`));
  return `${spaced(header)}${line(header.map(() => '--:'))}${spaced(row)}\n`;
}

const link = (icon: string, title: string, command: CommandId): string => commandLink(`$(${icon}) ${title}`, command);

function links(): string {
  return [
    link('link-external', l10n.t('Open…'), 'httpServer.open'),
    link('copy', l10n.t('Copy URL'), 'httpServer.copyUrl'),
    link('output', l10n.t('Log'), 'httpServer.showLog'),
    link('debug-restart', l10n.t('Restart'), 'httpServer.restart'),
    link('debug-stop', l10n.t('Stop'), 'httpServer.stop'),
  ].join(' &nbsp; ');
}
