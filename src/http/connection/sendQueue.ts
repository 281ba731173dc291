/**
 * How much of what was sent a peer has not taken. The kernel's buffer is large, and it tells a process that there is room in
 * it only when a third of it is free: a peer that reads slowly, but steadily, seems to take nothing for a minute. Linux says
 * more: proc(5) lists each TCP socket with its two ends and what waits in its queues.
 */
import type { Socket } from 'node:net';
import { endianness } from 'node:os';
import { portInList, readSockets } from '../../procFile';

/** @returns octets that the peer has not acknowledged; undefined where nobody tells */
export async function sendQueueOf(socket: Socket): Promise<number | undefined> {
  const { localAddress, localPort = 0, remoteAddress, remotePort } = socket;
  if (process.platform !== 'linux' || localAddress === undefined || remoteAddress === undefined) return undefined;
  const ends = `${endOf(localAddress, localPort)} ${endOf(remoteAddress, remotePort)}`;
  // An IPv4 peer of an IPv6 socket has an address of that kind.
  const list = await read(localAddress.includes(':') ? '/proc/net/tcp6' : '/proc/net/tcp', localPort);
  return list === undefined ? undefined : queueIn(list, ends);
}

/** Readings under way: whoever asks meanwhile gets the same. */
const readings = new Map<string, Promise<string | undefined>>();

/** Undefined on a system that keeps the file to itself. */
function read(file: string, port: number): Promise<string | undefined> {
  const key = `${port} ${file}`;
  const known = readings.get(key);
  if (known !== undefined) return known;
  const reading = readSockets(file, port)
    .catch(() => undefined)
    .finally(() => readings.delete(key));
  readings.set(key, reading);
  return reading;
}

const queue = / [0-9A-F]{2} ([0-9A-F]{8}):/y;

function queueIn(list: string, ends: string): number | undefined {
  const at = list.indexOf(` ${ends} `);
  if (at < 0) return undefined;
  queue.lastIndex = at + 1 + ends.length;
  const [, octets] = queue.exec(list) ?? [];
  return octets === undefined ? undefined : Number.parseInt(octets, 16);
}

/** An end as the kernel prints it. */
const endOf = (address: string, port = 0): string => `${wordsOf(address)}:${portInList(port)}`;

/** Four octets at a time, as a number that was not brought into the machine's order of octets. */
function wordsOf(address: string): string {
  const octets = address.includes(':') ? octetsOf6(address) : address.split('.').map(Number);
  const words: string[] = [];
  for (let at = 0; at < octets.length; at += 4) {
    const word = octets.slice(at, at + 4);
    words.push(Buffer.from(endianness() === 'LE' ? word.toReversed() : word).toString('hex'));
  }
  return words.join('').toUpperCase();
}

function octetsOf6(address: string): number[] {
  // Brings dotted octets at the end into the form of the others.
  const { hostname } = new URL(`http://[${address.replace(/%.*/, '')}]`);
  const [before = [], after = []] = hostname.slice(1, -1).split('::').map(groupsOf);
  const between = Array<number>(8 - before.length - after.length).fill(0);
  return [...before, ...between, ...after].flatMap((group) => [group >> 8, group & 0xff]);
}

const groupsOf = (text: string): number[] =>
  text
    .split(':')
    .filter((group) => group !== '')
    .map((group) => Number.parseInt(group, 16));
