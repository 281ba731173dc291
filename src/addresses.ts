/** Addresses of a server: the one for this machine, and those at which other machines of a local network reach it. */
import { networkInterfaces } from 'node:os';
import type { NetworkInterfaceInfo } from 'node:os';

export interface NetworkAddress {
  /** As the system calls the interface: `eth0`, `Wi-Fi`. */
  readonly name: string;
  /** An IP literal, without brackets. */
  readonly address: string;
}

type Interfaces = NodeJS.Dict<NetworkInterfaceInfo[]>;

/** Whether an address is of one interface only and, in IPv6, useless in a URL: no browser knows RFC 6874. */
const isLinkLocal = (address: string): boolean => /^(?:169\.254\.|fe[89ab][0-9a-f]:)/i.test(address);

/** The machine's addresses in local networks, in the system's order: IPv4 where there is any, which is easier to type and to scan. */
export function networkAddresses(interfaces: Interfaces = networkInterfaces()): readonly NetworkAddress[] {
  const all = Object.entries(interfaces).flatMap(([name, infos = []]) => infos.map((info) => ({ name, ...info })));
  const useful = all.filter(({ internal, address }) => !internal && !isLinkLocal(address));
  const family = useful.some((info) => info.family === 'IPv4') ? 'IPv4' : 'IPv6';
  return useful.filter((info) => info.family === family).map(({ name, address }) => ({ name, address }));
}

/**
 * `http://localhost:4221/` for a server that listens on `host`, which may be any address at all.
 *
 * @param secure whether it speaks HTTPS
 */
export function localUrl(host: string, port: number, secure = false): string {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  const literal = name.includes(':') && !name.startsWith('[') ? `[${name}]` : name;
  return `${secure ? 'https' : 'http'}://${literal}:${port}/`;
}
