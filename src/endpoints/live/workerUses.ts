/** What workers load. No page sees that in its own records, but the browser says on whose behalf it asks (Referer). */
import type { Request } from '../../http/message/message';

/** What a worker is loaded as (Fetch §2.2.5, “destination”). */
const destinations: ReadonlySet<string> = new Set(['worker', 'sharedworker']);

/** Most scripts of workers, and most files of theirs, that are remembered. */
const mostScripts = 100;
const mostUses = 2000;

export class WorkerUses {
  /** Paths of the site, decoded. */
  private readonly scripts = new Set<string>();
  /** By path of what a worker loaded: the scripts of such workers. */
  private readonly users = new Map<string, Set<string>>();

  note({ path, fields }: Request): void {
    const destination = fields.get('sec-fetch-dest');
    if (destination === undefined) return;
    if (destinations.has(destination)) keep(this.scripts, decoded(path), mostScripts);
    if (this.scripts.size > 0) this.noteUse(path, fields.get('referer'));
  }

  private noteUse(path: string, referer: string | undefined): void {
    if (referer === undefined || !URL.canParse(referer)) return;
    const from = decoded(new URL(referer).pathname);
    // A proxy may have put a prefix before it.
    const script = from !== undefined && [...this.scripts].find((each) => from.endsWith(each));
    const used = decoded(path);
    if (script === false || script === undefined || used === undefined) return;
    const users = this.users.get(used) ?? new Set();
    this.users.set(used, users.add(script));
    const [oldest] = this.users.keys();
    if (this.users.size > mostUses && oldest !== undefined) this.users.delete(oldest);
  }

  /** `paths`, and the scripts of the workers that use any of them: those a page knows. */
  withUsers(paths: readonly string[]): readonly string[] {
    if (this.users.size === 0) return paths;
    const found = new Set(paths);
    // What is added is gone through, too: one worker may start another.
    for (const changed of found) {
      for (const [used, users] of this.users) {
        if (used === changed || used.startsWith(`${changed}/`)) for (const user of users) found.add(user);
      }
    }
    return [...found];
  }
}

function keep(set: Set<string>, value: string | undefined, most: number): void {
  if (value === undefined) return;
  set.delete(value);
  set.add(value);
  const [oldest] = set;
  if (set.size > most && oldest !== undefined) set.delete(oldest);
}

/** undefined for what names no file */
function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
