/**
 * Which names are ours. A page that had its own name resolved to this machine (DNS rebinding) is, for its browser, of one
 * origin with us: only the name it asks for gives it away.
 */
import { domainToASCII } from 'node:url';
import { NoEntry } from './noEntry';
import type { Fields } from '../../http/message/fields';
import type { Peer, Request } from '../../http/message/message';
import type { Options } from '../../options';

interface Authority {
  /** In lower case; an IPv6 literal in its brackets and its shortest form. */
  readonly host: string;
  /** The port; empty for the default one. */
  readonly port: string;
}

const octet = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';

/** RFC 6761 §6.3: names that no resolver takes to another machine; and literals, which none is asked for. */
const loopback = new RegExp(`^(?:(?:[a-z0-9_-]+\\.)*localhost|127(?:\\.${octet}){3}|\\[::1\\])$`);

export class Hosts {
  private readonly allowed: readonly Authority[];
  /** Ports that a client need not name: whoever is in front of us may speak TLS or not, unless we do. */
  private readonly defaultPorts: readonly string[];
  /** The authorities that were found to be ours, by the field section that came with them: connections repeat theirs. */
  private readonly known = new WeakMap<Fields, string>();

  constructor({ host, allowedHosts, tls }: Options) {
    this.defaultPorts = tls === undefined ? ['80', '443'] : ['443'];
    // What was given to listen on is a name of ours, too.
    this.allowed = [bracketed(host), ...allowedHosts].flatMap(parseSetting);
  }

  /** @throws {@link NoEntry} 421 */
  check({ authority, fields, peer }: Request): void {
    // A browser always names the host, so whoever does not (RFC 9112 §3.2: HTTP/1.0 may) is no page's instrument.
    if (authority === '' || this.known.get(fields) === authority) return;
    const asked = parse(authority);
    if (asked !== undefined && this.isOurs(asked)) this.known.set(fields, authority);
    else if (asked?.host !== literalOf(peer)) throw new NoEntry(421, misdirected, [], { advise: 'allowedHosts' });
  }

  private isOurs({ host, port }: Authority): boolean {
    return loopback.test(host) || this.allowed.some((own) => own.host === host && this.isPort(own.port, port));
  }

  /** An allowed name without a port is ours at any. */
  private isPort(own: string, asked: string): boolean {
    return own === '' || own === asked || (asked === '' && this.defaultPorts.includes(own));
  }
}

const misdirected = 'The server does not answer to that host name.';

/** Takes a host and a port apart; undefined if `authority` is something else. */
function parse(authority: string): Authority | undefined {
  const [, host, port = ''] = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d*))?$/.exec(authority.toLowerCase()) ?? [];
  if (host === undefined) return undefined;
  const url = `http://${host}`;
  return { host: host.startsWith('[') && URL.canParse(url) ? new URL(url).hostname : host, port };
}

/** Takes an authority of the settings apart. Its name may be in any script: browsers send it in ASCII. */
function parseSetting(authority: string): Authority[] {
  const parsed = parse(authority);
  return parsed === undefined ? [] : [{ ...parsed, host: domainToASCII(parsed.host) }];
}

const bracketed = (host: string): string => (/^[^[].*:/.test(host) ? `[${host}]` : host);

/** The literal of the address at which the client has reached us; empty if the client is gone. */
const literalOf = ({ localAddress }: Peer): string => bracketed(localAddress.replace(/%.*/, ''));
