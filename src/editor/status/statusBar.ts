/** The status item: the port and the traffic, or what is the matter. */
import { env, l10n, MarkdownString, StatusBarAlignment, ThemeColor, window, workspace } from 'vscode';
import type { Disposable, StatusBarItem } from 'vscode';
import type { Controller } from '../server/controller';
import type { CommandId } from '../manifest/ids';
import type { Sharing } from '../sharing/share';
import { diskFolders } from '../server/plan';
import { goingOn } from '../server/problem';
import type { StateKind, State } from '../server/state';
import { tooltip } from './tooltip';
import { Meter } from './traffic';

/** Milliseconds between two looks at the traffic. */
const pace = 1000;

/** Milliseconds between two tooltips: the editor blinks when it replaces one that is being read. */
const tooltipPace = 5000;

const commands: Readonly<Record<StateKind, CommandId | undefined>> = {
  stopped: 'httpServer.start',
  starting: undefined,
  running: 'httpServer.menu',
  stopping: undefined,
  failed: 'httpServer.menu',
};

export class StatusBar implements Disposable {
  readonly #item: StatusBarItem = window.createStatusBarItem('httpServer', StatusBarAlignment.Left, 0);
  readonly #meter = new Meter();
  readonly #controller: Controller;
  readonly #sharing: Sharing;
  readonly #now: () => number;
  readonly #subscriptions: readonly Disposable[];
  #timer: NodeJS.Timeout | undefined;
  /** When the tooltip was made. */
  #told = -Infinity;

  /** @param now milliseconds since 1970 */
  constructor(controller: Controller, sharing: Sharing, now = () => Date.now()) {
    this.#controller = controller;
    this.#sharing = sharing;
    this.#now = now;
    this.#item.name = 'HTTP Server';
    this.#subscriptions = [
      controller.onDidChangeState((state) => this.#changed(state)),
      sharing.onDidChange(() => this.#draw()),
      controller.onDidTraffic((traffic) => {
        this.#meter.record(traffic, this.#now());
        this.#follow();
      }),
      window.onDidChangeActiveColorTheme(() => this.#draw()),
      workspace.onDidChangeWorkspaceFolders(() => this.#offer()),
    ];
    this.#draw();
    this.#offer();
  }

  /** Whether it is there: where there is nothing to serve, a click on it could only fail. */
  get isOffered(): boolean {
    return diskFolders().length > 0;
  }

  get text(): string {
    return this.#item.text;
  }

  get tooltip(): string {
    const { tooltip } = this.#item;
    return tooltip instanceof MarkdownString ? tooltip.value : (tooltip ?? '');
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const item of [...this.#subscriptions, this.#item]) item.dispose();
  }

  #offer(): void {
    if (this.isOffered) this.#item.show();
    else this.#item.hide();
  }

  #changed(state: State): void {
    if (state.kind !== 'running') this.#meter.disconnect();
    this.#draw();
  }

  /** Draws at once, then at a steady pace until the last minute was quiet. */
  #follow(): void {
    if (this.#timer !== undefined) return;
    this.#draw();
    this.#timer = setTimeout(() => this.#again(), pace);
  }

  #again(): void {
    this.#timer = undefined;
    const now = this.#now();
    if (!this.#meter.lastMinute(now).some((count) => count > 0)) {
      this.#draw();
      return;
    }
    if (Math.abs(now - this.#told) < tooltipPace) this.#drawText();
    else this.#draw();
    this.#timer = setTimeout(() => this.#again(), pace);
  }

  #draw(): void {
    const { state } = this.#controller;
    const { share } = this.#sharing;
    this.#told = this.#now();
    this.#item.tooltip = tooltip(state, this.#meter, this.#told, share);
    this.#drawText();
  }

  #drawText(): void {
    const { state } = this.#controller;
    const item = this.#item;
    const isShared = this.#sharing.share !== undefined;
    item.text = text(state, this.#meter.total.count, isShared);
    item.command = commands[state.kind];
    // Nobody should forget that others get in.
    const isConcern = state.kind === 'running' && state.concern !== undefined;
    const isWarning = isShared || isConcern || state.kind === 'failed';
    item.backgroundColor = isWarning ? new ThemeColor('statusBarItem.warningBackground') : undefined;
    item.accessibilityInformation = { label: spoken(state, this.#meter.total.count, isShared), role: 'button' };
  }
}

const compact = new Intl.NumberFormat(env.language, { notation: 'compact', maximumFractionDigits: 1 });

const counted = (requests: number): string => (requests === 0 ? '' : ` $(arrow-swap) ${compact.format(requests)}`);

function text(state: State, requests: number, isShared: boolean): string {
  switch (state.kind) {
    case 'stopped':
      return '$(play) HTTP Server';
    case 'starting':
    case 'stopping':
      return '$(loading~spin) HTTP Server';
    case 'running':
      return `$(${state.concern === undefined ? 'globe' : 'warning'}) ${state.site.port}${isShared ? ' $(device-mobile)' : ''}${counted(requests)}`;
    case 'failed':
      return '$(warning) HTTP Server';
  }
}

function spoken(state: State, requests: number, isShared: boolean): string {
  switch (state.kind) {
    case 'stopped':
      return l10n.t('HTTP Server, stopped');
    case 'starting':
      return l10n.t('HTTP Server, starting');
    case 'stopping':
      return l10n.t('HTTP Server, stopping');
    case 'running':
      return [
        isShared
          ? l10n.t('HTTP Server on port {0}, shared on the local network, requests: {1}', state.site.port, requests)
          : l10n.t('HTTP Server on port {0}, requests: {1}', state.site.port, requests),
        state.concern === undefined ? [] : goingOn(state.concern).message,
      ]
        .flat()
        .join('. ');
    case 'failed':
      return l10n.t('HTTP Server, failed: {0}', state.problem.message);
  }
}
