/** Whose something on disk is: one thread of one process, and whether that is there no more. */
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { threadId } from 'node:worker_threads';
import { errnoOf, succeeds } from '../fileError';

/** Each of the texts is empty where the system does not tell. */
export interface Owner {
  /** Of the kernel's run: another one after each boot, the same for all containers. */
  readonly boot: string;
  readonly machine: string;
  /** The namespace in which the process has its number. */
  readonly namespace: string;
  readonly pid: number;
  /** When the process started, in ticks since boot. */
  readonly start: string;
  readonly thread: number;
  /** Whether its socket answers as long as it lives. */
  readonly answers: boolean;
}

/** Longest path of a socket that every system takes, in octets. Some versions of Node.js cut longer ones off rather than fail. */
const longestSocket = 103;

export const canBeSocket = (path: string): boolean => Buffer.byteLength(path) <= longestSocket;

/** Whether there is such a thread no more. What nobody can tell counts as living: nothing of it is touched. */
export async function isGone(owner: Owner, socket: string): Promise<boolean> {
  const { boot, machine, namespace } = system();
  const isHere = boot === '' ? owner.machine === machine : owner.boot === boot;
  // After a boot nothing from before it lives on this machine; on another one, which shares the folder by network, it may.
  if (!isHere) return owner.machine === machine;
  // A number of another container means nothing here, but a socket means the same to both.
  if (owner.namespace !== namespace) return isSilent(owner, socket, false);
  const start = startOf(owner.pid);
  if (start !== owner.start) return true;
  if (owner.pid === process.pid) return owner.thread === threadId || isSilent(owner, socket, true);
  return start === '' && isSilent(owner, socket, false);
}

/** @param answers as {@link Owner.answers} */
export const ownerHere = (answers: boolean): Owner => ({
  ...system(),
  pid: process.pid,
  start: startOf(process.pid) ?? '',
  thread: threadId,
  answers,
});

/** @throws SyntaxError if the text is none of an owner */
export function parseOwner(text: string): Owner {
  const { boot, machine, namespace, pid, start, thread, answers } = JSON.parse(text) as Record<keyof Owner, unknown>;
  const texts = [boot, machine, namespace, start].every((value) => typeof value === 'string');
  if (!texts || !Number.isInteger(pid) || !Number.isInteger(thread)) throw new SyntaxError('It tells of no owner.');
  return { boot, machine, namespace, pid, start, thread, answers: answers === true } as Owner;
}

type System = Pick<Owner, 'boot' | 'machine' | 'namespace'>;
let known: System | undefined;

const system = (): System =>
  (known ??= {
    boot: textOf(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()),
    // Machines that were copied have one number, and those of one name are many.
    machine: digestOf(textOf(() => readFileSync('/etc/machine-id', 'latin1').trim()) + hostname()),
    namespace: textOf(() => readlinkSync('/proc/self/ns/pid')),
  });

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

function textOf(read: () => string): string {
  let text = '';
  succeeds(() => (text = read()));
  return text;
}

/** When a process started, as {@link Owner.start} has it; undefined if there is no such process. */
function startOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Another user's process may not be spoken to, but it is there.
    if (errnoOf(error) !== 'EPERM') return undefined;
  }
  const fields =
    textOf(() => readFileSync(`/proc/${pid}/stat`, 'latin1'))
      .split(') ')
      .at(-1)
      ?.split(' ') ?? [];
  // `Z`: the process has ended, and waits for its parent to ask how.
  return fields[0] === 'Z' ? undefined : (fields[19] ?? '');
}

/**
 * Whether nobody listens at the socket any more: the kernel closes it with its process, however that ends.
 *
 * @param otherwise what is told of an owner that never had a socket
 */
function isSilent({ answers }: Owner, path: string, otherwise: boolean): Promise<boolean> {
  if (!answers || !canBeSocket(path)) return Promise.resolve(!answers && otherwise);
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    // A listener that is only busy refuses nobody.
    socket.once('error', (error) => resolve(['ECONNREFUSED', 'ENOENT'].includes(errnoOf(error) ?? '')));
  });
}
