/** What a run of the benchmark needs, made before it and taken away after it. */
import path from 'node:path';
import { Cleanup } from '../support/host/cleanup';
import { draw, type Drawn } from './curves';
import type { Generator } from './load';
import { mostDescriptors, pinning } from './machine';
import { installModules } from './modules';
import { ours, peers, type Peer } from './peers';
import { measure, type Conditions, type Measured } from './rounds';
import { Site, type Scale } from './site';
import { facts, works } from './works';

export interface Wish {
  /** Names of works, facts, and `curves`. */
  readonly names: readonly string[];
  /** Names of peers; undefined for all. */
  readonly peers: readonly string[] | undefined;
  readonly scale: Scale;
  /** Absolute path of the folder to make a temporary one in. */
  readonly folder: string;
  readonly rounds: number;
  readonly seconds: number;
  readonly generator: Generator;
  /** Another build's `worker.js` to measure besides, as `before`. */
  readonly before: string | undefined;
  readonly profile: string | undefined;
  readonly say: (line: string) => void;
  /** Told each result as soon as it is there. */
  readonly report: (result: Measured | Drawn) => void;
}

export interface Outcome {
  readonly measured: readonly Measured[];
  readonly drawn: readonly Drawn[];
  /** Names and versions of the servers. */
  readonly versions: readonly string[];
}

/** Everything that can be asked for. */
export const allNames: readonly string[] = [...works, ...facts].map(({ name }) => name);

export async function bench(wish: Wish): Promise<Outcome> {
  const cleanup = new Cleanup();
  cleanup.coverSignals();
  const site = new Site(affordable(wish), wish.folder);
  cleanup.add(() => site.remove());
  try {
    return await benchIn(site, wish, cleanup);
  } finally {
    await cleanup.run();
  }
}

/** As many connections as there may be descriptors. */
function affordable({ scale, say }: Wish): Scale {
  const most = mostDescriptors() - 256;
  if (scale.idle <= most) return scale;
  say(`Only ${most} idle connections, because of the limit on descriptors: raise it with "ulimit -n".`);
  return { ...scale, idle: most };
}

async function benchIn(site: Site, wish: Wish, cleanup: Cleanup): Promise<Outcome> {
  const { names, rounds, seconds, profile, say, report } = wish;
  const wanted = peersFor(wish);
  const modules = await modulesFor(wish, wanted, cleanup);
  const pins = pinning();
  const loading = { generator: wish.generator, pin: pins.load, modules, cleanup };
  const conditions: Conditions = { site, loading, pin: pins.server, rounds, seconds, profile, say };
  const installed = wanted.filter((peer) => peer.version(modules) !== undefined);
  const outcome = { measured: [] as Measured[], drawn: [] as Drawn[] };
  for (const work of works.filter(({ name }) => names.includes(name))) {
    const chosen = installed.filter(({ name }) => ownNames.includes(name) || work.against.includes(name));
    const measured = await measure(work, chosen, conditions);
    outcome.measured.push(measured);
    report(measured);
  }
  if (names.includes('curves')) {
    const curved = installed.filter(({ name }) => inCurves.includes(name));
    // A curve has many points, and its line evens them out.
    outcome.drawn.push(...(await draw(curved, { ...conditions, rounds: Math.min(rounds, 2) })));
    outcome.drawn.forEach(report);
  }
  for (const fact of facts.filter(({ name }) => names.includes(name))) {
    const measured = { work: fact, samples: new Map([['ours', [fact.read(site)]]]), problems: [] };
    outcome.measured.push(measured);
    report(measured);
  }
  const versions = installed.map((peer) => `${peer.name} ${peer.version(modules) ?? ''}`);
  return { ...outcome, versions };
}

const ownNames = ['ours', 'before'];
const inCurves = [...ownNames, 'nginx'];

/** Those that some work needs. */
function peersFor({ names, before, peers: chosen }: Wish): Peer[] {
  const [first, ...rest] = peers;
  const all = [first!, ...(before === undefined ? [] : [ours('before', path.resolve(before))]), ...rest];
  const used = [...(names.includes('curves') ? inCurves : []), ...ownNames];
  for (const { name, against } of works) if (names.includes(name)) used.push(...against);
  return all.filter(
    ({ name }) => used.includes(name) && (chosen === undefined || ownNames.includes(name) || chosen.includes(name)),
  );
}

/** `node_modules` with the peers from npm, which are installed at the first use. */
async function modulesFor({ generator }: Wish, wanted: readonly Peer[], cleanup: Cleanup): Promise<string> {
  return generator === 'autocannon' || wanted.some(({ npm }) => npm === true) ? installModules(cleanup) : '';
}
