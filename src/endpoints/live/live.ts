/** What an editor tells a server about the files that it serves: that they changed, and what is not saved yet. */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { errnoOf, FileError } from '../../files/fileError';
import type { Root } from '../../files/root';
import type { Options } from '../../options';
import { Overlay } from '../representation/overlay';
import type { ChangedPaths } from './eventStream';
import { EventStreams } from './eventStreams';
import { WorkerUses } from './workerUses';

/** One for all servers of a process, which serve one folder. */
export class Live {
  readonly overlay = new Overlay();
  readonly streams: EventStreams;
  readonly workerUses = new WorkerUses();
  private root: Root | undefined;
  /** Real paths of the files that have drafts, by path of the site. */
  private readonly drafted = new Map<string, string>();

  /** @param onPages called with the number of event streams whenever it changes */
  constructor(onPages: (count: number) => void = () => undefined) {
    this.streams = new EventStreams(onPages);
  }

  /** Goes by these options from now on. */
  follow(root: Root, { liveReload, serveUnsaved }: Pick<Options, 'liveReload' | 'serveUnsaved'>): void {
    const moved = this.root !== undefined && this.root.path !== root.path;
    this.root = root;
    const cleared = (moved || !serveUnsaved) && this.clear();
    if (!liveReload) this.streams.end();
    else if (moved || cleared) this.streams.tell('all');
  }

  /** @param paths from `/`, decoded; those that nobody can ask for are not told to anybody */
  changed(paths: ChangedPaths): void {
    this.tell(paths === 'all' ? paths : paths.filter((path) => this.isNews(segmentsOf(path))));
  }

  /** Whether anybody may ask for what is at this path, from `/` or relative to it, decoded. */
  shows(path: string): boolean {
    return this.isShown(segmentsOf(path));
  }

  /**
   * Has the site show `text` in the place of a file.
   *
   * @param path from `/`, decoded
   * @param text undefined to show the file again
   */
  unsaved(path: string, text: string | undefined): void {
    const segments = segmentsOf(path);
    // The file may be gone when its draft is.
    const real = this.drafted.get(path) ?? this.realPath(segments);
    if (real === undefined || !this.overlay.set(real, text)) return;
    if (text === undefined) this.drafted.delete(path);
    else this.drafted.set(path, real);
    if (text !== undefined || this.isNews(segments)) this.tell([path]);
  }

  private tell(paths: ChangedPaths): void {
    this.streams.tell(paths === 'all' ? paths : this.workerUses.withUsers(paths));
  }

  /** Forgets all drafts; returns whether there were any. */
  private clear(): boolean {
    this.drafted.clear();
    return this.overlay.clear() > 0;
  }

  private isNews(segments: readonly string[]): boolean {
    if (!this.isShown(segments)) return false;
    const real = this.realPath(segments);
    return real === undefined || !this.overlay.anticipates(real, (content) => holds(real, content));
  }

  private isShown(segments: readonly string[]): boolean {
    const name = segments.at(-1);
    return name === undefined || this.root?.shows(segments.slice(0, -1), name) === true;
  }

  /** The real path of a file; undefined where nobody gets anything. Whether it may be shown is found out when it is asked for. */
  private realPath(segments: readonly string[]): string | undefined {
    try {
      return this.root && realpathSync.native(this.root.locate(segments));
    } catch (error) {
      if (isRefusal(error)) return undefined;
      throw error;
    }
  }
}

const segmentsOf = (path: string): string[] => path.split('/').filter((name) => name !== '');

/** Whether the folder or the system refused, for whatever reason: nobody waits for an answer, and the server goes on. */
const isRefusal = (error: unknown): boolean => error instanceof FileError || errnoOf(error) !== undefined;

/** Whether there is a file with this content and no other. */
function holds(path: string, content: Uint8Array): boolean {
  try {
    return statSync(path).size === content.length && readFileSync(path).equals(content);
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  }
}
