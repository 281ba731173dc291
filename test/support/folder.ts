/** A folder on disk for one test. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { Root } from '../../src/files/root';
import { Audience } from '../../src/endpoints/live/audience';
import type { Live } from '../../src/endpoints/live/live';
import { UploadRegistry } from '../../src/endpoints/storing/uploadRegistry';
import { createRouter } from '../../src/endpoints/router';
import { Uploads } from '../../src/files/writing/uploads';
import type { Endpoint } from '../../src/http/message/message';
import { defaultOptions, type Options } from '../../src/options';
import './disk/unfinished';
import { unfinishedIn } from './disk/unfinishedIn';

export class TestFolder {
  /** Real path of a fresh folder that holds the served one and things beside it. */
  readonly outside = realpathSync(mkdtempSync(join(tmpdir(), 'http-server-test-')));
  /** The served one. */
  readonly path = join(this.outside, 'site');

  constructor() {
    mkdirSync(this.path);
  }

  /** Absolute path of an entry of the served folder; `../x` is beside it. */
  at(path: string): string {
    return join(this.path, path);
  }

  /** Writes a file, its folders made. */
  write(path: string, content: string | Uint8Array): this {
    mkdirSync(dirname(this.at(path)), { recursive: true });
    writeFileSync(this.at(path), content);
    return this;
  }

  /** The mode that this process gives to a new file that is to have `mode`. */
  modeMade(mode: number): number {
    const path = join(this.outside, `made-${mode.toString(8)}`);
    writeFileSync(path, '', { mode });
    const made = statSync(path).mode & 0o7777;
    rmSync(path);
    return made;
  }

  link(path: string, target: string): this {
    mkdirSync(dirname(this.at(path)), { recursive: true });
    symlinkSync(target, this.at(path));
    return this;
  }

  options(options: Partial<Options> = {}): Options {
    return { ...defaultOptions, directory: this.path, ...options };
  }

  root(options: Partial<Options> = {}): Root {
    const { directory, exclude, sync } = this.options(options);
    return new Root(directory, exclude, undefined, sync);
  }

  /** @param live as an editor has it; the options `liveReload` and `serveUnsaved` are on with it */
  router(options: Partial<Options> = {}, live?: Live): Endpoint {
    const all = live === undefined ? options : { liveReload: true, serveUnsaved: true, ...options };
    const registry = new UploadRegistry(new Uploads(this.places));
    return createRouter(this.options(all), this.root(all), { registry, audience: live && new Audience(live) });
  }

  /** What the uploads of a test have for themselves. */
  private get private(): string {
    return `${this.outside}-private`;
  }

  /** Where that may be, as servers take it. */
  get places(): string[] {
    return [this.private];
  }

  /** Absolute paths of what is unfinished, wherever that lies: files, and folders for them. */
  unfinished(): string[] {
    return [...unfinishedIn(this.outside), ...(existsSync(this.private) ? unfinishedIn(this.private) : [])];
  }

  /** How many unfinished uploads lie around. */
  left(): number {
    return this.unfinished().length;
  }

  /** What of the served folder this process has open, where the platform tells that. */
  opened(): string[] {
    return openPaths().filter((path) => path === this.path || path.startsWith(this.path + sep));
  }

  remove(): void {
    for (const path of [this.outside, this.private]) rmSync(path, { recursive: true, force: true });
  }
}

/** Where the descriptors of a process lead; none where the platform does not tell, or there is no such process. */
export function openPaths(id = 'self'): string[] {
  const folder = `/proc/${id}/fd`;
  if (!existsSync(folder)) return [];
  const pathOf = (name: string): string | undefined => {
    try {
      return readlinkSync(join(folder, name));
    } catch {
      // The one that the list itself was read by, or one that was closed meanwhile.
      return undefined;
    }
  };
  return readdirSync(folder).flatMap((name) => pathOf(name) ?? []);
}

/** How many descriptors this process has open; undefined where the platform does not tell. */
export const openDescriptors = (): number | undefined =>
  process.platform === 'linux' ? readdirSync('/proc/self/fd').length : undefined;
