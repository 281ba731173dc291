/** Whether cost grows in proportion: with connections, with the depth of a pipeline, with entries, with size. */
import type { Job, Result } from './client';
import { get, run } from './load';
import type { Peer } from './peers';
import { table } from './report';
import { start, type Conditions } from './rounds';
import type { Running } from './runningPeer';
import type { Site } from './site';
import { fit, summaryOf, type Line } from './statistics';

interface Curve {
  readonly name: string;
  readonly title: string;
  readonly xs: readonly number[];
  prepare?(site: Site, x: number): void;
  job(x: number, peer: Peer): Partial<Job> & Pick<Job, 'path'>;
  /** How many requests make one unit of the work whose time is told. */
  requests(x: number): number;
  /** Whether our own client has to be the load: it waits for what is slow, and reads more at once than wrk. */
  readonly own?: boolean;
}

const one = (): number => 1;
const itself = (x: number): number => x;

const curves: readonly Curve[] = [
  {
    name: 'connections',
    title: 'one answer on each of so many connections',
    xs: [1, 4, 16, 64, 256, 1000],
    job: (x) => ({ path: '/hello.txt', connections: x }),
    requests: itself,
  },
  {
    name: 'depth',
    title: 'so many requests pipelined on one connection',
    xs: [1, 2, 4, 8, 16, 32, 64],
    job: (x) => ({ path: '/hello.txt', depth: x }),
    requests: itself,
  },
  {
    name: 'entries',
    title: 'a JSON listing of so many entries',
    xs: [10, 100, 1000, 10_000, 100_000],
    prepare: (site, x) => site.entries(`many-${x}`, x),
    job: (x, { listing = '' }) => ({ path: `${listing}/many-${x}/` }),
    requests: one,
    own: true,
  },
  {
    name: 'size',
    title: 'a file of so many octets',
    xs: [2 ** 10, 2 ** 14, 2 ** 17, 2 ** 20, 2 ** 23, 2 ** 27, 2 ** 30],
    prepare: (site, x) => site.file(`size-${x}.txt`, x),
    job: (x) => ({ path: `/size-${x}.txt` }),
    requests: one,
    own: true,
  },
];

/** The cost of one work at several sizes, in microseconds. */
export interface Drawn {
  readonly name: string;
  readonly title: string;
  readonly xs: readonly number[];
  /** By peer: a time for each of `xs`, and the line through them. */
  readonly times: ReadonlyMap<string, readonly number[]>;
}

export async function draw(peers: readonly Peer[], conditions: Conditions): Promise<Drawn[]> {
  const all: Drawn[] = [];
  const running: Running[] = [];
  try {
    for (const peer of peers) running.push(await start(peer, conditions));
    for (const curve of curves) all.push(await drawOne(curve, running, conditions));
  } finally {
    for (const one of running) await one.stop();
  }
  return all;
}

async function drawOne(curve: Curve, running: readonly Running[], conditions: Conditions): Promise<Drawn> {
  const { site, say } = conditions;
  const xs = curve.xs.slice(0, site.scale.points);
  const times = new Map(running.map(({ peer }) => [peer.name, [] as number[]]));
  for (const x of xs) {
    say(`curves: ${curve.title}: ${x.toLocaleString('en')}`);
    curve.prepare?.(site, x);
    for (const [peer, samples] of await samplesAt(curve, x, running, conditions)) {
      times.get(peer)?.push(summaryOf(samples).median);
    }
  }
  return { name: curve.name, title: curve.title, xs, times };
}

async function samplesAt(curve: Curve, x: number, running: readonly Running[], conditions: Conditions) {
  const samples = new Map<string, number[]>(running.map(({ peer }) => [peer.name, []]));
  for (let round = 0; round < conditions.rounds; round++) {
    for (const one of running) {
      const { requests, seconds } = await cost(curve, x, one, conditions);
      samples.get(one.peer.name)?.push((seconds * 1e6 * curve.requests(x)) / requests);
    }
  }
  return samples;
}

function cost(curve: Curve, x: number, { peer, port }: Running, conditions: Conditions): Promise<Result> {
  const { loading, seconds } = conditions;
  const plain: Omit<Job, 'path'> = { port, method: 'GET', statuses: [200], connections: 1, depth: 1, seconds };
  const job: Job = { ...plain, ...curve.job(x, peer) };
  return curve.own === true ? run(loading, job) : get(loading, job);
}

export const lineOf = (drawn: Drawn, peer: string): Line =>
  fit(drawn.xs.map((x, i) => [x, drawn.times.get(peer)?.[i] ?? NaN] as const));

/** A table with a row for each point, and the line through them in words. */
export function curveText(drawn: Drawn): string {
  const peers = [...drawn.times.keys()];
  const rows = drawn.xs.map((x, i) => [
    x.toLocaleString('en'),
    ...peers.map((peer) => microseconds(drawn.times.get(peer)?.[i] ?? NaN)),
  ]);
  const lines = peers.map((peer) => {
    const { constant, slope, worst } = lineOf(drawn, peer);
    return `- ${peer}: ${microseconds(constant)} + ${microseconds(slope)} for each; no point is off by more than ${worst.toFixed(2)} ×`;
  });
  return `${table([drawn.name, ...peers], rows)}\n\n${lines.join('\n')}`;
}

function microseconds(value: number): string {
  if (Math.abs(value) < 1) return `${(value * 1000).toPrecision(3)} ns`;
  if (Math.abs(value) < 1000) return `${value.toPrecision(3)} µs`;
  return value < 1e6 ? `${(value / 1000).toPrecision(3)} ms` : `${(value / 1e6).toPrecision(3)} s`;
}
