/** Tells the server of the page's console: what is written there, errors, and parts that do not load. */
import { formatted, shown } from './consoleText';

type Level = 'debug' | 'log' | 'info' | 'warn' | 'error';

const levels: readonly Level[] = ['debug', 'log', 'info', 'warn', 'error'];

/** How long lines are gathered, in milliseconds, and how many are told in a second: the server counts, too. */
const pace = 250;
const perSecond = 20;
/** Lines, of 4 KiB each, when the page goes. */
const mostLast = 4;

/** Where in a file of the site something is. */
interface Place {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

interface Line {
  readonly level: Level;
  readonly text: string;
  readonly place: Place | undefined;
}

/** What the page may not have changed yet. The script is loaded by workers, too, which have no window. */
const fetch = globalThis.fetch.bind(globalThis);
const setTimeout = globalThis.setTimeout.bind(globalThis);

export class ConsoleForward {
  private readonly url: string;
  private readonly id = Math.random().toString(36).slice(2);
  private lines: Line[] = [];
  private dropped = 0;
  private left = perSecond;
  private phase: 'on' | 'waiting' | 'off' = 'on';
  private isBusy = false;
  private readonly info = console.info.bind(console);

  /**
   * @param base where the site begins, with its slash
   * @param script the address of this script
   * @param page the path of the file that the page is, encoded
   */
  constructor(
    private readonly base: string,
    private readonly script: string,
    private readonly page: string,
  ) {
    this.url = `${base}.http-server/console`;
    for (const level of levels) this.wrap(level);
    addEventListener('error', (event) => this.hearError(event), true);
    addEventListener('unhandledrejection', ({ reason }) => {
      this.add(
        'error',
        `Uncaught (in promise) ${shown(reason)}`,
        this.placeIn(reason instanceof Error ? reason.stack : ''),
      );
    });
    document.addEventListener('securitypolicyviolation', ({ blockedURI }) => {
      if (blockedURI === this.url) this.giveUp();
    });
    addEventListener('pagehide', () => this.send(true));
  }

  private wrap(level: Level): void {
    const own = console[level].bind(console);
    console[level] = (...values: unknown[]) => {
      own(...values);
      // What a page has at hand for its values may itself write to the console.
      if (this.isBusy || this.phase === 'off') return;
      this.isBusy = true;
      this.add(level, formatted(values), this.placeIn(new Error().stack));
      this.isBusy = false;
    };
  }

  private hearError(event: Event): void {
    const { target } = event;
    if (event instanceof ErrorEvent) {
      const { message, filename, lineno, colno } = event;
      const error: unknown = event.error;
      const text = error instanceof Error ? `Uncaught ${shown(error)}` : message;
      this.add('error', text, this.placeOf(filename, lineno, colno));
    } else if (target instanceof Element) {
      const source = target.getAttribute('src') ?? target.getAttribute('href') ?? target.getAttribute('data') ?? '';
      this.add('error', `Not loaded: <${target.localName}> ${source}`, undefined);
    }
  }

  private add(level: Level, text: string, place: Place | undefined): void {
    if (this.phase === 'off') return;
    if (this.left > 0) {
      this.left--;
      // Addresses of this site are told as paths: those, the editor knows.
      this.lines.push({ level, text: text.replaceAll(this.base, '/'), place });
    } else this.dropped++;
    if (this.phase === 'waiting') return;
    this.phase = 'waiting';
    setTimeout(() => this.later(), pace);
  }

  private later(): void {
    if (this.phase === 'off') return;
    this.phase = 'on';
    this.send(false);
  }

  /** @param isLast whether the page goes: then it waits for no answer */
  private send(isLast: boolean): void {
    const { id, lines, dropped } = this;
    if (this.phase === 'off' || (lines.length === 0 && dropped === 0)) return;
    this.lines = [];
    this.dropped = 0;
    setTimeout(() => (this.left = Math.min(perSecond, this.left + lines.length)), 1000);
    const bodyOf = (told: readonly Line[]): string =>
      JSON.stringify({ id, page: decoded(this.page), dropped: dropped + lines.length - told.length, lines: told });
    if (!isLast) void this.post(bodyOf(lines), lines.length + dropped);
    // Fetch §4.6: what outlives its page has a limit of 64 KiB. The last lines say most.
    else navigator.sendBeacon(this.url, bodyOf(lines.slice(-mostLast)));
  }

  private async post(body: string, count: number): Promise<void> {
    try {
      const { status } = await fetch(this.url, { method: 'POST', body });
      // The server no longer listens, or not to this page.
      if (status === 403 || status === 404 || status === 405) this.phase = 'off';
    } catch {
      // The server is away, or a policy is in the way, which is told of elsewhere.
      this.dropped += count;
    }
  }

  private giveUp(): void {
    if (this.phase === 'off') return;
    this.phase = 'off';
    this.info(
      'The editor is not told of this console: the policy of this page (Content-Security-Policy) forbids it by connect-src.',
    );
  }

  /** The first place in a stack that is not of this script. */
  private placeIn(stack = ''): Place | undefined {
    for (const [, url = '', line, column] of stack.matchAll(/((?:https?|blob):\/\/[^\s()]+?):(\d+):(\d+)/g))
      if (!url.startsWith(this.script)) return this.placeOf(url, Number(line), Number(column));
    return undefined;
  }

  private placeOf(url: string, line: number, column: number): Place | undefined {
    const file = url.replace(/[?#].*/s, '');
    if (!file.startsWith(this.base)) return undefined;
    const isPage = file === location.href.replace(/[?#].*/s, '');
    return { path: decoded(isPage ? this.page : file.slice(this.base.length - 1)), line, column };
  }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
