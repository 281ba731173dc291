/** Whether anybody else may be at work on this machine, as Linux tells it: for connections whose owner it has forgotten. */
import { readdir } from 'node:fs/promises';
import { pool } from '../../files/pool';
import { errnoOf } from '../../files/fileError';
import { readProcFile } from '../../procFile';

/** Accounts of people have ids from here on, unless the system says otherwise. */
const usualLeastId = 1000;

/** The least id of an account of a person, by `/etc/login.defs`. Pure. */
export function leastIdIn(loginDefs: string): number {
  const value = /^[ \t]*UID_MIN[ \t]+([0-9]+)/m.exec(loginDefs)?.[1];
  return value === undefined ? usualLeastId : Number(value);
}

/** Shells that let nobody in. An account without a shell has the usual one. */
const closedShell = /(?:^|\/)(?:nologin|false|true|sync|halt|shutdown)$/;

/**
 * An account by which somebody else can log in, by `/etc/passwd`. Pure.
 *
 * @param own id of who runs this server
 * @returns its name; undefined if there is none
 */
export function otherAccountIn(passwd: string, leastId: number, own: number): string | undefined {
  for (const line of passwd.split('\n')) {
    const [name = '', , id = '', , , , shell = ''] = line.split(':');
    // passwd(5): such a line stands for accounts that are elsewhere.
    if (/^[+-]/.test(name)) return name;
    if (isOther(Number(id), leastId, own) && !closedShell.test(shell.trim())) return name;
  }
  return undefined;
}

/** Where nsswitch.conf(5) lets accounts come from that this machine has for itself. */
const localSources: readonly string[] = ['files', 'compat', 'altfiles', 'systemd', 'db', 'extrausers', 'mymachines'];

/** Where accounts come from that no file here lists, by `/etc/nsswitch.conf`; undefined if from nowhere. Pure. */
export function otherSourceIn(nsswitch: string): string | undefined {
  const sources = /^[ \t]*passwd:([^\n#]*)/m.exec(nsswitch)?.[1]?.replace(/\[[^[\]]*\]/g, ' ') ?? '';
  return sources.split(/[ \t]/).find((source) => source !== '' && !localSources.includes(source));
}

/** The id of somebody else that a process has, by its `status` of proc(5); undefined if it has none. Pure. */
export function otherIdIn(status: string, leastId: number, own: number): number | undefined {
  const ids = /^Uid:\t([0-9]+(?:\t[0-9]+){3})/m.exec(status)?.[1]?.split('\t').map(Number) ?? [];
  return ids.find((id) => isOther(id, leastId, own));
}

const isOther = (id: number, leastId: number, own: number): boolean => id >= leastId && id !== own && id !== 0;

/** Who there is on a machine, by its files. */
export class OtherUsers {
  /** The look that is under way, and the one that has not begun: whoever asks meanwhile gets the same. */
  private running: Promise<unknown> = Promise.resolve();
  private next: Promise<string | undefined> | undefined;

  /** @param root where the machine's files begin, without the slash */
  constructor(private readonly root: string) {}

  /**
   * Who else may be at work on the machine: an account that can log in, or a process of such an id.
   *
   * @param own id of who runs this server
   * @returns words for the log; undefined if nobody else can be. What cannot be read counts as somebody.
   */
  whoElse(own: number): Promise<string | undefined> {
    this.next ??= this.running.then(() => {
      this.next = undefined;
      const looked = this.look(own);
      this.running = looked;
      return looked;
    });
    return this.next;
  }

  /** Does not reject. */
  private async look(own: number): Promise<string | undefined> {
    try {
      const leastId = leastIdIn((await this.read('/etc/login.defs')) ?? '');
      const account = otherAccountIn((await this.read('/etc/passwd')) ?? '+', leastId, own);
      if (account !== undefined) return `the account ${account} can log in`;
      const source = otherSourceIn((await this.read('/etc/nsswitch.conf')) ?? '');
      if (source !== undefined) return `accounts of ${source} can log in`;
      const id = await this.otherProcess(leastId, own);
      return id === undefined ? undefined : `there is a process of the user ${id}`;
    } catch (error) {
      return `who is there cannot be told (${errnoOf(error) ?? String(error)})`;
    }
  }

  private async otherProcess(leastId: number, own: number): Promise<number | undefined> {
    const entries = await pool.run(() => readdir(`${this.root}/proc`));
    // A system that hides the processes of others hides its own first one, too.
    if (!entries.includes('1')) throw new Error('processes are hidden');
    for (const entry of entries) {
      if (!/^[0-9]+$/.test(entry)) continue;
      const id = otherIdIn((await this.read(`/proc/${entry}/status`)) ?? '', leastId, own);
      if (id !== undefined) return id;
    }
    return undefined;
  }

  /** Undefined for what is not there, or not any more. */
  private async read(file: string): Promise<string | undefined> {
    try {
      return await pool.run(() => readProcFile(this.root + file));
    } catch (error) {
      if (['ENOENT', 'ESRCH'].includes(errnoOf(error) ?? '')) return undefined;
      throw error;
    }
  }
}
