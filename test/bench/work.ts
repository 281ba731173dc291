/** What a work of the benchmark is: what it measures, on whom, and what we want to reach. */
import type { Expectation } from './check';
import type { Job } from './client';
import type { Loading } from './load';
import type { Peer } from './peers';
import type { Running } from './runningPeer';
import type { Site } from './site';

export type Unit = 'requests/s' | 'octets/s' | 'octets' | 'ms' | 'µs';

export interface Figure {
  readonly title: string;
  readonly unit: Unit;
}

interface Goals {
  /** Of our server. */
  readonly figure: string;
}

/** Against a peer, or the best of its variants, such as `nginx (…)`. */
interface GoalAgainst extends Goals {
  readonly peer: string;
}

/** Against another figure of our own: in every round, or by the medians. */
export interface GoalOver extends Goals {
  readonly over: string;
  readonly most: number;
  readonly always?: boolean;
}

/** In the figure's own unit. */
interface GoalAlone extends Goals {
  readonly most: number;
}

/** Is it as good as it should be? */
export type Goal = (GoalAgainst & ({ readonly least: number } | { readonly most: number })) | GoalOver | GoalAlone;

/** What a measurement has at hand. */
export interface Bench {
  readonly running: Running;
  readonly loading: Loading;
  readonly site: Site;
  readonly seconds: number;
}

export type Sample = Readonly<Record<string, number>>;

export interface Work {
  readonly name: string;
  readonly title: string;
  /** Names of peers, ours aside. */
  readonly against: readonly string[];
  readonly figures: Readonly<Record<string, Figure>>;
  readonly goals: readonly Goal[];
  /** Whether every sample wants a server that was just started. */
  readonly fresh?: boolean;
  /** Whether servers flush to a disk what they store. */
  readonly synced?: boolean;
  /** Whether servers speak TLS. */
  readonly secured?: boolean;
  /** Whether there is another server, to which requests are handed on. */
  readonly through?: boolean;
  /** What those say that always say the same. */
  readonly answer?: Buffer;
  prepare?(site: Site): void;
  expected(peer: Peer, site: Site): Expectation;
  measure(bench: Bench): Promise<Sample>;
}

/** A figure that no server has to run for. */
export interface Fact {
  readonly name: string;
  readonly title: string;
  readonly figures: Work['figures'];
  readonly goals: readonly Goal[];
  read(site: Site): Sample;
}

export const jobFor = ({ running, seconds }: Bench, job: Partial<Job> & Pick<Job, 'path'>): Job => ({
  port: running.port,
  method: 'GET',
  statuses: [200],
  connections: 32,
  depth: 1,
  seconds,
  ...(running.cert !== undefined && { ca: running.cert }),
  ...job,
});
