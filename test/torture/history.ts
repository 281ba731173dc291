/** What many clients did to few names, and whether each name was a register: one value at a time, for everybody the same. */

export interface Operation {
  /** Which of the clients did it. */
  readonly client: number;
  readonly name: string;
  readonly kind: 'write' | 'read';
  /** Digest of what was written or read. Everything that is written is another. */
  readonly value: string;
  /** On one clock, in milliseconds: before the request was sent, and after its answer had come. */
  readonly begin: number;
  readonly end: number;
  /** `failed`: it was refused, or cannot have been whole. `unknown`: nobody heard how it ended. */
  readonly outcome: 'done' | 'failed' | 'unknown';
}

/** One write and the reads of what it wrote. Its value held at some time from `from` to `to`, or all the time in between. */
interface Zone {
  readonly value: string;
  readonly first: number;
  readonly last: number;
  /** Whether it held from `first` to `last`; otherwise, at one moment between the two at least. */
  readonly isForward: boolean;
}

/**
 * What is wrong with a history; nothing if there is an order of its operations, each at one moment between its begin and its
 * end, in which every read gives what was written last. Exact, for no two writes are of one value (Gibbons and Korach, “Testing
 * Shared Memories”, SIAM Journal on Computing 26, 1997, §4.2).
 */
export function flawsOf(history: readonly Operation[]): string[] {
  const names = grouped(history, ({ name }) => name);
  return [...names].flatMap(([name, operations]) => flawsOfOne(operations).map((flaw) => `${name}: ${flaw}`));
}

/** What the last reads gave. */
export function lastOf(history: readonly Operation[]): Map<string, string> {
  const last = new Map<string, string>();
  for (const { name, kind, value, outcome } of history)
    if (kind === 'read' && outcome === 'done') last.set(name, value);
  return last;
}

function grouped<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group === undefined) groups.set(keyOf(one), [one]);
    else group.push(one);
  }
  return groups;
}

function flawsOfOne(operations: readonly Operation[]): string[] {
  const flaws: string[] = [];
  const zones: Zone[] = [];
  for (const [value, all] of grouped(operations, (one) => one.value)) {
    const reads = all.filter(({ kind, outcome }) => kind === 'read' && outcome === 'done');
    const write = all.find(({ kind }) => kind === 'write');
    const flaw = flawOfReads(write, reads);
    if (flaw !== undefined) flaws.push(`${short(value)} ${flaw}`);
    else if (write !== undefined && counts(write, reads)) zones.push(zoneOf(value, write, reads));
  }
  return [...flaws, ...clashes(zones)];
}

function flawOfReads(write: Operation | undefined, reads: readonly Operation[]): string | undefined {
  if (reads.length === 0) return undefined;
  if (write === undefined) return 'was read, and never written';
  if (write.outcome === 'failed') return 'was read, and its write had failed';
  return reads.some(({ end }) => end < write.begin) ? 'was read before it was written' : undefined;
}

/** Of a write that nobody heard of, only a read tells that it was done. */
const counts = (write: Operation, reads: readonly Operation[]): boolean =>
  write.outcome === 'done' || (write.outcome === 'unknown' && reads.length > 0);

function zoneOf(value: string, write: Operation, reads: readonly Operation[]): Zone {
  const ends = [write.outcome === 'done' ? write.end : Infinity, ...reads.map(({ end }) => end)];
  const begins = [write.begin, ...reads.map(({ begin }) => begin)];
  const [finish, start] = [Math.min(...ends), Math.max(...begins)];
  return { value, first: Math.min(finish, start), last: Math.max(finish, start), isForward: finish < start };
}

/** Two that held for a while held at different times, and what held for a moment did so at no time when another held. */
function clashes(zones: readonly Zone[]): string[] {
  const forward = zones.filter(({ isForward }) => isForward).sort((a, b) => a.first - b.first);
  const flaws = forward.flatMap((zone, i) => {
    const next = forward[i + 1];
    return next !== undefined && next.first < zone.last
      ? [`${short(next.value)} and ${short(zone.value)} held at once`]
      : [];
  });
  for (const { value, first, last, isForward } of zones) {
    if (isForward) continue;
    const around = forward.find((zone) => zone.first < first && last < zone.last);
    if (around !== undefined) flaws.push(`${short(around.value)} was read after ${short(value)} had replaced it`);
  }
  return flaws;
}

const short = (value: string): string => value.slice(0, 8);
