/** Whether anybody else may be at work on this machine, as Linux tells it: for connections whose owner it has forgotten. */
import { readdir, readFile } from 'node:fs/promises';
import { pool } from '../../files/pool';
import { errnoOf } from '../../files/fileError';

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
    if (/^[0-9]+$/.test(id) && isOther(Number(id), leastId, own) && !closedShell.test(shell.trim())) return name;
  }
  return undefined;
}

/** Where nsswitch.conf(5) lets accounts come from that this machine has for itself. */
const localSources: readonly string[] = ['files', 'compat', 'altfiles', 'systemd', 'db', 'extrausers', 'mymachines'];

/** Where accounts come from that no file here lists, by `/etc/nsswitch.conf`; undefined if from nowhere. Pure. */
export function otherSourceIn(nsswitch: string): string | undefined {
  const sources = /^[ \t]*passwd:([^\n#]*)/m.exec(nsswitch)?.[1]?.replace(/\[[^[\]]*\]/g, ' ') ?? '';
  return sources.split(/[ \t]+/).find((source) => source !== '' && !localSources.includes(source));
}

/** The id of somebody else that a process has, by its `status` of proc(5); undefined if it has none. Pure. */
export function otherIdIn(status: string, leastId: number, own: number): number | undefined {
  const ids = /^Uid:((?:\t[0-9]+){4})/m.exec(status)?.[1]?.trim().split('\t').map(Number) ?? [];
  return ids.find((id) => isOther(id, leastId, own));
}

const isOther = (id: number, leastId: number, own: number): boolean => id >= leastId && id !== own && id !== 0;

/** The look that is under way, and the one that has not begun: whoever asks meanwhile gets the same. */
let running: Promise<unknown> = Promise.resolve();
let next: Promise<string | undefined> | undefined;

/**
 * Who else may be at work on this machine: an account that can log in, or a process of such an id.
 *
 * @param own id of who runs this server
 * @returns words for the log; undefined if nobody else can be. What cannot be read counts as somebody.
 */
export function whoElse(own: number): Promise<string | undefined> {
  next ??= running.then(() => {
    next = undefined;
    const looked = look(own);
    running = looked;
    return looked;
  });
  return next;
}

/** Does not reject. */
async function look(own: number): Promise<string | undefined> {
  try {
    const leastId = leastIdIn((await read('/etc/login.defs')) ?? '');
    const account = otherAccountIn((await read('/etc/passwd')) ?? '+', leastId, own);
    if (account !== undefined) return `the account ${account} can log in`;
    const source = otherSourceIn((await read('/etc/nsswitch.conf')) ?? '');
    if (source !== undefined) return `accounts of ${source} can log in`;
    const id = await otherProcess(leastId, own);
    return id === undefined ? undefined : `there is a process of the user ${id}`;
  } catch (error) {
    return `who is there cannot be told (${errnoOf(error) ?? String(error)})`;
  }
}

async function otherProcess(leastId: number, own: number): Promise<number | undefined> {
  const entries = await pool.run(() => readdir('/proc'));
  // A system that hides the processes of others hides its own first one, too.
  if (!entries.includes('1')) throw new Error('processes are hidden');
  for (const entry of entries) {
    if (!/^[0-9]+$/.test(entry)) continue;
    const id = otherIdIn((await read(`/proc/${entry}/status`)) ?? '', leastId, own);
    if (id !== undefined) return id;
  }
  return undefined;
}

/** Undefined for what is not there, or not any more. */
async function read(file: string): Promise<string | undefined> {
  try {
    return await pool.run(() => readFile(file, 'latin1'));
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(errnoOf(error) ?? '')) return undefined;
    throw error;
  }
}
