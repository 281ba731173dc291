/** What pages tell of their consoles. */

export const consoleLevels = ['debug', 'log', 'info', 'warn', 'error'] as const;
export type ConsoleLevel = (typeof consoleLevels)[number];

/** Where in a file of the site a line comes from. */
interface ConsolePlace {
  /** From `/`, decoded. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

export interface ConsoleLine {
  readonly level: ConsoleLevel;
  /** As the page has it: anything may be in it, line ends too. */
  readonly text: string;
  readonly place?: ConsolePlace | undefined;
}

/** What one page tells at once. */
export interface ConsoleReport {
  /** The path of the page, from `/`. */
  readonly page: string;
  readonly lines: readonly ConsoleLine[];
  /** How many lines more there were than are told. */
  readonly dropped: number;
}

/** Several of them, and how many lines more there were. */
export interface ConsoleNews {
  readonly reports: readonly ConsoleReport[];
  readonly dropped: number;
}

const linesOf = ({ lines, dropped }: ConsoleReport): number => lines.length + dropped;

/** Gathers reports for whoever reads them later, and counts what is more than may wait. */
export class ConsoleGathering {
  private reports: ConsoleReport[] = [];
  private lines = 0;
  private dropped = 0;

  /** @param most how many lines may wait, and how many reports */
  constructor(private readonly most: number) {}

  add(report: ConsoleReport): void {
    const isFull = this.lines + report.lines.length > this.most || this.reports.length >= this.most;
    if (isFull) this.dropped += linesOf(report);
    else {
      this.reports.push(report);
      this.lines += report.lines.length;
    }
  }

  get isNews(): boolean {
    return this.reports.length > 0 || this.dropped > 0;
  }

  /** What has been gathered, which is then forgotten; undefined if there is nothing. */
  take(): ConsoleNews | undefined {
    const { reports, dropped, isNews } = this;
    this.reports = [];
    this.lines = 0;
    this.dropped = 0;
    return isNews ? { reports, dropped } : undefined;
  }
}
