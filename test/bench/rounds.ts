/** Measures works, peer after peer and round after round: A B C A B C, so that what changes on the machine meets all of them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeCertificate } from '../../src/certificate';
import type { Tls } from '../../src/tls';
import { check } from './check';
import type { Loading } from './load';
import { upstreams, type Peer } from './peers';
import { Running } from './runningPeer';
import type { Site } from './site';
import type { Fact, Sample, Work } from './work';

/** How to measure. */
export interface Conditions {
  readonly site: Site;
  readonly loading: Loading;
  /** A command in front of the servers'. */
  readonly pin: readonly string[];
  readonly rounds: number;
  /** Of one measurement. */
  readonly seconds: number;
  /** Port of a server to which requests are handed on. */
  readonly upstream?: number;
  /** Absolute path of a file with the answer of those that always give the same. */
  readonly answer?: string;
  /** Absolute path of a folder on a disk that is served instead, by servers that flush what they store. */
  readonly disk?: string;
  /** What those need that are to speak TLS. */
  readonly tls?: Tls;
  /** Where our processes write profiles. */
  readonly profile: string | undefined;
  /** Told what is going on. */
  readonly say: (line: string) => void;
}

/** The samples of one work. */
export interface Measured {
  readonly work: Pick<Work | Fact, 'name' | 'title' | 'figures' | 'goals'>;
  /** By peer, in the order of the table. */
  readonly samples: ReadonlyMap<string, readonly Sample[]>;
  /** Why a peer is not among them, in a sentence each. */
  readonly problems: readonly string[];
}

export async function measure(work: Work, peers: readonly Peer[], conditions: Conditions): Promise<Measured> {
  const samples = new Map<string, Sample[]>();
  const problems: string[] = [];
  const running = new Set<Running>();
  /** A peer that does something wrong is not measured any further. */
  const guarded = async (peer: Peer, action: () => Promise<void>): Promise<void> => {
    try {
      await action();
    } catch (error) {
      samples.delete(peer.name);
      problems.push(`${peer.name}: ${(error as Error).message}`);
    }
  };
  conditions.say(`${work.name}: ${work.title}`);
  work.prepare?.(conditions.site);
  const upstream = work.through === true ? await startUpstream(conditions) : undefined;
  const conditionsHere = {
    ...conditions,
    ...(upstream !== undefined && { upstream: upstream.port }),
    ...(work.synced === true && { disk: conditions.site.onDisk }),
    ...(work.secured === true && { tls: await makeCertificate({ names: ['localhost'] }) }),
    ...(work.answer !== undefined && { answer: answerFile(conditions.site, work.answer) }),
  };
  try {
    for (const peer of peers) {
      await guarded(peer, async () => {
        const one = await started(peer, work, conditionsHere);
        running.add(one);
        await warmUp(one, work, conditions);
        samples.set(peer.name, []);
      });
    }
    for (let round = 1; round <= conditions.rounds; round++) {
      for (const one of running) {
        const list = samples.get(one.peer.name);
        if (list !== undefined)
          await guarded(one.peer, async () => void list.push(await sample(one, work, conditionsHere)));
      }
      conditions.say(`  round ${round} of ${conditions.rounds}`);
    }
  } finally {
    for (const one of running) await one.stop();
    await upstream?.stop();
    conditions.site.clear();
  }
  return { work, samples, problems };
}

function answerFile(site: Site, answer: Buffer): string {
  const file = join(site.beside(), 'answer');
  writeFileSync(file, answer);
  return file;
}

/** Starts a server, and looks whether it answers as it should. */
async function started(peer: Peer, work: Work, conditions: Conditions): Promise<Running> {
  const running = await start(peer, conditions);
  try {
    const secured = running.cert !== undefined;
    await check(running.port, { ...work.expected(peer, conditions.site), secured });
    return running;
  } catch (error) {
    await running.stop();
    throw error;
  }
}

/** On the cores of the load: only who hands on is to be measured. */
function startUpstream(conditions: Conditions): Promise<Running> {
  const peer = upstreams.find((each) => each.version(conditions.loading.modules) !== undefined);
  if (peer === undefined) throw new Error('There is no server to stand behind the others.');
  return start(peer, { ...conditions, pin: conditions.loading.pin });
}

export function start(
  peer: Peer,
  { site, loading, pin, profile, upstream, answer, disk, tls }: Conditions,
): Promise<Running> {
  const place = {
    site: disk ?? site.path,
    synced: disk !== undefined,
    folder: site.beside(),
    modules: loading.modules,
    programs: site.programs,
    connections: site.scale.idle + 100,
    ...(profile !== undefined && { profile }),
    ...(upstream !== undefined && { upstream }),
    ...(answer !== undefined && { answer }),
    ...(tls !== undefined && { tls: { cert: tls.cert, key: tls.key } }),
  };
  return Running.start(peer, place, pin);
}

/** For a second, if rounds are as long as that. */
async function warmUp(running: Running, work: Work, { site, loading, seconds }: Conditions): Promise<void> {
  if (work.fresh !== true && seconds >= 1) await work.measure({ running, site, loading, seconds: 1 });
}

async function sample(running: Running, work: Work, conditions: Conditions): Promise<Sample> {
  if (work.fresh !== true) return work.measure({ ...conditions, running });
  const fresh = await started(running.peer, work, conditions);
  try {
    return await work.measure({ ...conditions, running: fresh });
  } finally {
    await fresh.stop();
  }
}
