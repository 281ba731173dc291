/** A folder on disk for one test. */
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Root } from '../../src/files/root';
import type { Live } from '../../src/endpoints/live';
import { createRouter } from '../../src/endpoints/router';
import type { Endpoint } from '../../src/http/message';
import { defaultOptions, type Options } from '../../src/options';

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

  link(path: string, target: string): this {
    mkdirSync(dirname(this.at(path)), { recursive: true });
    symlinkSync(target, this.at(path));
    return this;
  }

  options(options: Partial<Options> = {}): Options {
    return { ...defaultOptions, directory: this.path, ...options };
  }

  root(options: Partial<Options> = {}): Root {
    const { directory, exclude } = this.options(options);
    return new Root(directory, exclude);
  }

  /** @param live as an editor has it; the options `liveReload` and `serveUnsaved` are on with it */
  router(options: Partial<Options> = {}, live?: Live): Endpoint {
    const all = live === undefined ? options : { liveReload: true, serveUnsaved: true, ...options };
    return createRouter(this.options(all), this.root(all), undefined, undefined, live);
  }

  /** How many unfinished uploads lie around. */
  left(folder = this.outside): number {
    return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
      if (entry.isDirectory()) return sum + this.left(join(folder, entry.name));
      return sum + Number(/^\.http-server-.*\.tmp$/.test(entry.name));
    }, 0);
  }

  remove(): void {
    rmSync(this.outside, { recursive: true, force: true });
  }
}

/** How many descriptors this process has open; undefined where the platform does not tell. */
export const openDescriptors = (): number | undefined =>
  process.platform === 'linux' ? readdirSync('/proc/self/fd').length : undefined;
