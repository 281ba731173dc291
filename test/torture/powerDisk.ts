/**
 * A model of a disk: it replays recorded calls, and says what may be there when the power goes. What was not flushed may be there,
 * or not, or in part: content by the octet, and what folders list in any order but that of one name in one folder.
 */
import { constants, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import type { Call } from './shim/fault';

interface File {
  readonly kind: 'file';
  /** As the server sees it. */
  now: Buffer;
  /** As it was flushed last. */
  flushed: Buffer;
  /** What was done to it since then. */
  pending: readonly Pending[];
}

interface Folder {
  readonly kind: 'folder';
  readonly entries: Map<string, Node>;
  /** What is there whatever happens. */
  readonly flushed: Map<string, Node>;
}

type Node = File | Folder;

interface Pending {
  readonly call: number;
  /** Content as it was from this call on. */
  readonly after: Buffer;
}

interface Effect {
  readonly folder: Folder;
  readonly name: string;
  /** Undefined where the name goes. */
  readonly node: Node | undefined;
}

/** What happens to folders whole or not at all. */
interface Step {
  readonly call: number;
  readonly effects: readonly Effect[];
  /** Those without which this one cannot be: of the same names. */
  readonly before: readonly Step[];
  /** Whether the folders are among those that are looked at. */
  readonly isSeen: boolean;
}

/** How what was not flushed of a file is on the disk. */
export type Loss = 'all' | 'zeros' | 'half' | 'none';

/** One state that a power cut may leave. */
export interface Left {
  /** What is at an absolute path. */
  read(path: string): Buffer | 'folder' | undefined;
}

const newFile = (content: Buffer = Buffer.alloc(0)): File => ({
  kind: 'file',
  now: content,
  flushed: content,
  pending: [],
});
const newFolder = (): Folder => ({ kind: 'folder', entries: new Map(), flushed: new Map() });

/** Content, or what a folder has. */
type Found = Buffer | ReadonlyMap<string, Found>;

/** What is at a path, with all below. */
export function foundAt(path: string): Found {
  if (!lstatSync(path).isDirectory()) return readFileSync(path);
  return new Map(readdirSync(path).map((name) => [name, foundAt(join(path, name))]));
}

/** All of it is on the disk. */
function nodeOf(found: Found): Node {
  if (Buffer.isBuffer(found)) return newFile(found);
  const folder = newFolder();
  for (const [name, each] of found) {
    const node = nodeOf(each);
    folder.entries.set(name, node);
    folder.flushed.set(name, node);
  }
  return folder;
}

export interface DiskManner {
  /** Whether a rename from one folder into another may be on the disk by half. */
  readonly tearsRenames: boolean;
  /** Calls that have no effect, as if the server had not made them. */
  readonly ignores?: (call: Call, isOfFolder: boolean) => boolean;
}

export class PowerDisk {
  private readonly tops: ReadonlyMap<string, Folder>;
  private readonly open = new Map<number, Node>();
  /** Not flushed, in their order. */
  private steps: Step[] = [];
  private readonly latest = new Map<Folder, Map<string, Step>>();
  private readonly flushing = new Map<number, Node>();

  /**
   * @param tops the folders that are modelled, by their absolute paths, as they were before the first call
   * @param seen the one among them whose states count
   */
  constructor(
    tops: ReadonlyMap<string, Found>,
    private readonly seen: string,
    private readonly manner: DiskManner,
  ) {
    this.tops = new Map([...tops].map(([path, found]) => [path, nodeOf(found) as Folder]));
  }

  /** How many changes of folders may be lost that count. */
  get undecided(): number {
    return this.steps.filter(({ isSeen }) => isSeen).length;
  }

  /** Whether it changes what may be left. @param at its place among the calls */
  apply(call: Call, at: number): boolean {
    if (call.failed === true) return false;
    if (call.begun !== undefined) return this.end(call);
    if (call.refused !== undefined) return false;
    return this.act(call, at);
  }

  private act(call: Call, at: number): boolean {
    const { name, path = '', to = '', fd = -1, bytes = '', flags = 0 } = call;
    switch (name) {
      case 'openSync':
        return this.opens(path, flags, call.result ?? -1, at);
      case 'open':
        this.flushing.set(at, this.nodeOf(path) ?? newFile());
        return false;
      case 'closeSync':
      case 'close':
        this.open.delete(fd);
        return false;
      case 'write':
      case 'writeSync':
        return this.writes(this.open.get(fd), Buffer.from(bytes, 'base64').subarray(0, call.result), call.position, at);
      case 'writeFileSync':
        this.opens(path, constants.O_CREAT | constants.O_TRUNC, -1, at);
        return this.writes(this.nodeOf(path), Buffer.from(bytes, 'base64'), 0, at);
      case 'ftruncateSync':
        return this.truncates(this.open.get(fd), flags, at);
      case 'copyFileSync':
        return this.copies(path, to, at);
      case 'renameSync':
        return this.step(at, [this.effect(to, this.nodeOf(path)), this.effect(path, undefined)]);
      case 'linkSync':
        return this.step(at, [this.effect(to, this.nodeOf(path))]);
      case 'unlinkSync':
      case 'rmdirSync':
        return this.step(at, [this.effect(path, undefined)]);
      case 'mkdirSync':
        return this.makes(path, at);
      case 'fsync':
      case 'fsyncSync': {
        const node = this.open.get(fd);
        if (node === undefined || this.manner.ignores?.(call, node.kind === 'folder') === true) return false;
        if (name === 'fsync') this.flushing.set(at, node);
        return name === 'fsync' ? false : this.flush(node, at);
      }
      default:
        return false;
    }
  }

  private end({ name, begun = -1, refused, result }: Call): boolean {
    const node = this.flushing.get(begun);
    this.flushing.delete(begun);
    if (node === undefined || refused !== undefined) return false;
    if (name === 'open') this.open.set(result ?? -1, node);
    return name === 'fsync' && this.flush(node, begun);
  }

  private opens(path: string, flags: number, fd: number, at: number): boolean {
    // A file without a name is made in a folder, and seen by nobody.
    const isNameless = (flags & 0o20_000_000) !== 0;
    const found = isNameless ? newFile() : this.nodeOf(path);
    const isMade = found === undefined && (flags & constants.O_CREAT) !== 0;
    const node = found ?? newFile();
    if (isMade) this.step(at, [this.effect(path, node)]);
    const isCut = (flags & constants.O_TRUNC) !== 0 && this.truncates(node, 0, at);
    if (fd >= 0) this.open.set(fd, node);
    return isMade || isCut;
  }

  private writes(node: Node | undefined, bytes: Buffer, position: number | undefined, at: number): boolean {
    if (node?.kind !== 'file') return false;
    const { now } = node;
    const from = position ?? now.length;
    const after = Buffer.alloc(Math.max(now.length, from + bytes.length));
    now.copy(after);
    bytes.copy(after, from);
    return becomes(node, after, at);
  }

  private truncates(node: Node | undefined, size: number, at: number): boolean {
    if (node?.kind !== 'file' || node.now.length === size) return false;
    const after = Buffer.alloc(size);
    node.now.copy(after);
    return becomes(node, after, at);
  }

  /** With those above it that are missing: whether it was to make them is not recorded, and else they are there. */
  private makes(path: string, at: number): boolean {
    if (this.nodeOf(path) !== undefined || path === dirname(path)) return false;
    this.makes(dirname(path), at);
    return this.step(at, [this.effect(path, newFolder())]);
  }

  private copies(path: string, to: string, at: number): boolean {
    const from = this.nodeOf(path);
    if (from?.kind !== 'file') return false;
    const node = newFile();
    becomes(node, from.now, at);
    return this.step(at, [this.effect(to, node)]);
  }

  /** Undefined for what is not modelled. */
  private nodeOf(path: string): Node | undefined {
    const [, fd, rest] = /^\/proc\/self\/fd\/(\d+)(?:\/(.*))?$/.exec(path) ?? [];
    const top =
      fd === undefined ? [...this.tops].find(([each]) => path === each || path.startsWith(each + sep)) : undefined;
    let node: Node | undefined = fd === undefined ? top?.[1] : this.open.get(Number(fd));
    const names = fd === undefined ? path.slice((top?.[0] ?? path).length).split(sep) : (rest ?? '').split(sep);
    for (const name of names.filter((each) => each !== ''))
      node = node?.kind === 'folder' ? node.entries.get(name) : undefined;
    return node;
  }

  private effect(path: string, node: Node | undefined): Effect | undefined {
    const plain = path.replace(/\/+$/, '');
    const folder = this.nodeOf(dirname(plain));
    return folder?.kind === 'folder' ? { folder, name: basename(plain), node } : undefined;
  }

  private step(call: number, all: readonly (Effect | undefined)[]): boolean {
    const effects = all.filter((effect) => effect !== undefined);
    for (const { folder, name, node } of effects) {
      if (node === undefined) folder.entries.delete(name);
      else folder.entries.set(name, node);
    }
    for (const some of this.manner.tearsRenames ? effects.map((each) => [each]) : [effects]) this.add(call, some);
    return effects.length > 0;
  }

  private add(call: number, effects: readonly Effect[]): void {
    const before = effects.flatMap(({ folder, name }) => this.latest.get(folder)?.get(name) ?? []);
    const isSeen = effects.some(({ folder }) => this.isSeen(folder));
    const step: Step = { call, effects, before, isSeen };
    this.steps.push(step);
    for (const { folder, name } of effects) {
      const names = this.latest.get(folder) ?? new Map<string, Step>();
      this.latest.set(folder, names.set(name, step));
    }
  }

  private isSeen(folder: Folder): boolean {
    const within = (node: Node): boolean =>
      node === folder || (node.kind === 'folder' && [...node.entries.values()].some(within));
    const top = this.tops.get(this.seen);
    return top !== undefined && within(top);
  }

  /** What was done to it before the flush began is on the disk. */
  private flush(node: Node, begun: number): boolean {
    if (node.kind === 'file') {
      const done = node.pending.filter(({ call }) => call < begun);
      node.flushed = done.at(-1)?.after ?? node.flushed;
      node.pending = node.pending.filter(({ call }) => call >= begun);
      return done.length > 0;
    }
    const isTouched = ({ call, effects }: Step): boolean =>
      call < begun && effects.some(({ folder }) => folder === node);
    const done = withThoseBefore(this.steps.filter(isTouched));
    for (const step of this.steps) if (done.has(step)) for (const effect of step.effects) settle(effect);
    this.steps = this.steps.filter((step) => !done.has(step));
    return done.size > 0;
  }

  /**
   * One of the states that a power cut may leave now.
   *
   * @param has of the changes that count, by their number, whether it is there; of all others `hasOther` says it
   */
  left(has: (index: number) => boolean, hasOther: () => boolean, loss: () => Loss): Left {
    let index = 0;
    const wanted = this.steps.filter(({ isSeen }) => (isSeen ? has(index++) : hasOther()));
    const there = withThoseBefore(wanted);
    const changed = new Map<Folder, Map<string, Node | undefined>>();
    for (const step of this.steps) {
      if (!there.has(step)) continue;
      for (const { folder, name, node } of step.effects)
        changed.set(folder, (changed.get(folder) ?? new Map<string, Node | undefined>()).set(name, node));
    }
    const contents = new Map<File, Buffer>();
    const entry = (folder: Folder, name: string): Node | undefined => {
      const names = changed.get(folder);
      return names?.has(name) === true ? names.get(name) : folder.flushed.get(name);
    };
    return {
      read: (path) => {
        const top = [...this.tops].find(([each]) => path.startsWith(each + sep));
        let node: Node | undefined = top?.[1];
        for (const name of path.slice(top?.[0].length).split(sep).slice(1))
          node = node?.kind === 'folder' ? entry(node, name) : undefined;
        if (node?.kind !== 'file') return node && 'folder';
        const content = contents.get(node) ?? lossy(node, loss());
        contents.set(node, content);
        return content;
      },
    };
  }
}

function becomes(file: File, after: Buffer, call: number): boolean {
  file.now = after;
  file.pending = [...file.pending, { call, after }];
  return true;
}

function settle({ folder, name, node }: Effect): void {
  if (node === undefined) folder.flushed.delete(name);
  else folder.flushed.set(name, node);
}

function withThoseBefore(steps: readonly Step[]): Set<Step> {
  const all = new Set<Step>();
  const rest = [...steps];
  for (let step = rest.pop(); step !== undefined; step = rest.pop()) {
    if (all.has(step)) continue;
    all.add(step);
    rest.push(...step.before);
  }
  return all;
}

/** What is on the disk of a file of which not all was flushed. What was, stays, unless it was cut off. */
function lossy({ now, flushed, pending }: File, loss: Loss): Buffer {
  if (pending.length === 0 || loss === 'all') return flushed;
  if (loss === 'none') return now;
  const added = Math.max(0, now.length - flushed.length);
  const left = Buffer.alloc(loss === 'zeros' ? now.length : flushed.length + Math.floor(added / 2));
  if (loss === 'half') now.copy(left);
  flushed.copy(left);
  return left;
}
