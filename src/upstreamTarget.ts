/** Where a rule may hand requests on to. Pure. */

export interface UpstreamTarget {
  readonly isSecure: boolean;
  /** A name in lower case, or a literal without its brackets. */
  readonly host: string;
  readonly port: number;
  /** As it stands in a URL, `http://localhost:3000`. */
  readonly origin: string;
  /** As it stands in Host: without the port if that is the scheme's own. */
  readonly authority: string;
  /** Whether it is this machine by its name or literal, so that no resolver has a say. */
  readonly isLoopback: boolean;
}

const octet = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';

/** RFC 6761 §6.3: names that mean this machine, and literals. */
const loopback = new RegExp(`^(?:(?:[a-z0-9_-]+\\.)*localhost|127(?:\\.${octet}){3}|::1)$`);

/** `scheme://host[:port]`, and nothing more; undefined if `text` is something else. */
export function parseUpstream(text: string): UpstreamTarget | undefined {
  if (!/^https?:\/\/[^\s/?#@\\]+\/?$/i.test(text) || !URL.canParse(text)) return undefined;
  const { protocol, hostname, port, host, origin } = new URL(text);
  const isSecure = protocol === 'https:';
  const literal = hostname.replace(/^\[|\]$/g, '');
  return {
    isSecure,
    host: literal,
    port: port === '' ? (isSecure ? 443 : 80) : Number(port),
    origin,
    authority: host,
    isLoopback: loopback.test(literal),
  };
}

/** Whether `text` is a host and its port, as the list of hosts beyond this machine has them. */
export const isHostWithPort = (text: string): boolean =>
  /^(?:\[[0-9a-f:.]+\]|[^\s/?#@:*[\]]+):\d{1,5}$/i.test(text) && URL.canParse(`http://${text}`);

/** Whether the target is in the list of hosts beyond this machine. */
export const isListed = ({ host, port }: UpstreamTarget, proxyHosts: readonly string[]): boolean =>
  proxyHosts.some((each) => {
    const listed = parseUpstream(`http://${each}`);
    return listed?.host === host && listed.port === port;
  });
