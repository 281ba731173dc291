/** What a running server may do: defaults, limits and validation. Pure. */
import { fieldFlaw } from './fieldFlaw';
import { globFlaw } from './globs';
import { RuleError } from './ruleError';
import { compileRules, type Rule } from './ruleList';
import { tlsFlaw, type Tls } from './tls';
import { isHostWithPort } from './upstreamTarget';

/** `dropBox`: POST and PUT of what is new, and nothing of what is there. `readOnly`: GET, HEAD, OPTIONS. `readWrite`: also POST, PUT, MKCOL, and COPY to a new name. `full`: also DELETE, MOVE. */
export type Access = 'dropBox' | 'readOnly' | 'readWrite' | 'full';

export const accessLevels: readonly Access[] = ['readOnly', 'readWrite', 'full', 'dropBox'];

/** Bounds on what one peer can cost us. Sizes in octets, times in milliseconds. */
export interface Limits {
  /** Longest request target; beyond it 414. */
  readonly target: number;
  /** Longest request line and field section together; beyond it 431. */
  readonly head: number;
  /** Most field lines in one head or trailer section; beyond it 431. */
  readonly fields: number;
  /** Most octets of trailers, and of chunk extensions, in one body; beyond it 400. */
  readonly trailers: number;
  /** Largest request body; beyond it 413. */
  readonly body: number;
  /** Most connections at once; the next one gets 503. */
  readonly connections: number;
  /** Most event streams at once; beyond it the one whose client has taken nothing for longest is ended. */
  readonly eventStreams: number;
  /** How long a head may take, from its first octet to its end; then 408. */
  readonly headTimeout: number;
  /** How long no octet of a body may come that is being read; then 408. */
  readonly bodyTimeout: number;
  /** How long the peer may take no octet of the response; then the connection is cut. */
  readonly responseTimeout: number;
  /** How long a connection may be idle, from the end of one exchange to the first octet of the next. */
  readonly keepAliveTimeout: number;
  /** How long a resumable upload waits to be gone on with. */
  readonly resumeTimeout: number;
  /** How long it may take to move a file to the trash; then 503. */
  readonly trashTimeout: number;
  /** How long `stop` waits for exchanges in flight. */
  readonly stopTimeout: number;
  /** How long a half-closed connection may go on sending what nobody reads. */
  readonly lingerTimeout: number;
  /** Most octets of an unread body that are read and thrown away to keep the connection. */
  readonly drain: number;
  /** Most octets that answers of small files may be remembered in, coded copies estimated; those asked for least go. */
  readonly memory: number;
  /** Most answers that are coded on the way at once; beyond it they go without a content coding. */
  readonly encoders: number;
  /** Most coded uploads that are decoded at once; beyond it the one that stands still longest ends, else 503. */
  readonly decoders: number;
  /** Most files that are copied, and folders that are looked through to be moved or removed, at once; the others wait. */
  readonly arranging: number;
  /** Most archives that are made or sent at once; beyond it 503. */
  readonly archives: number;
  /** Most files and folders in one archive; beyond it 403. */
  readonly archived: number;
  /** Most folders that are read for a listing at once; the others wait. */
  readonly listings: number;
  /** Most octets of long listings in memory at once, while they are sent; beyond it 503. */
  readonly listed: number;
  /** Most octets that the last listings of folders may be remembered in, estimated; the oldest go. */
  readonly listingMemory: number;
  /** Most files of which a digest is made at once; beyond it answers go without one. */
  readonly digests: number;
  /** Most octets that kept requests take up, where requests are kept; the oldest go. */
  readonly requests: number;
  /** Most octets that are kept of the content of one request. */
  readonly requestContent: number;
  /** Most octets that kept requests take up that were refused entry; the oldest go. */
  readonly refusedRequests: number;
  /** Most requests that are kept in one second; the others are counted. */
  readonly requestRate: number;
  /** Most octets of what a page tells of its console at once; beyond it 413. */
  readonly consoleReport: number;
  /** Most lines that pages may tell of their consoles in one second, and most of one page; the others are counted. */
  readonly consoleRate: number;
  readonly consolePageRate: number;
  /** Without an octet to or from the server that a request was handed on to; then 504, or the connection is cut. */
  readonly upstreamTimeout: number;
  /** Most connections at once on which another protocol is spoken with another server; beyond it 503. */
  readonly tunnels: number;
  /** Without an octet on such a one, either way; then it is cut. */
  readonly tunnelTimeout: number;
}

/** What the rules of a server may do; less where it is shared with visitors. */
interface RuleReach {
  /** Whether requests may be handed on to other servers. */
  readonly proxies: boolean;
  /** Whether rules are for other methods than GET and HEAD, too. */
  readonly writes: boolean;
}

export interface Options {
  /** Absolute path of the folder that is served. */
  readonly directory: string;
  /** Host name or IP literal to listen on. `localhost` means both loopback families. */
  readonly host: string;
  /** Port to listen on; 0 picks a free one. */
  readonly port: number;
  /** How many consecutive ports to try when the one asked for is taken; 1 means only that one. */
  readonly portAttempts: number;
  readonly access: Access;
  /** Globs, relative to `directory`, of what is neither served nor written. */
  readonly exclude: readonly string[];
  /** Further values of Host that are ours: a name, at any port, or `name:port`. */
  readonly allowedHosts: readonly string[];
  /** Origins that may read and write from their own pages. */
  readonly cors: readonly string[];
  /** Secret every request must carry; empty for none. */
  readonly token: string;
  /** What HTTPS is spoken with, and nothing else is spoken then; absent for plain HTTP. */
  readonly tls?: Tls | undefined;
  /** File, relative to `directory`, that answers a navigation to a page that does not exist; empty for none. */
  readonly spaFallback: string;
  /** Whether pages of the site reload when a file that they use changes; for this somebody has to tell of changes. */
  readonly liveReload: boolean;
  /** Whether the site shows the text of an editor that is not saved yet. */
  readonly serveUnsaved: boolean;
  /** Whether pages that have the script of live reload tell of their consoles, where somebody listens. */
  readonly forwardConsole: boolean;
  /** Fields added to every response of the site. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether `/about` is the page `about.html` if there is no file `about`. */
  readonly cleanUrls: boolean;
  /** Whether what is stored, moved or removed is on the disk before it is answered: then it survives the machine's death, too. */
  readonly sync: boolean;
  /** What is asked before the site: the first that matches acts. */
  readonly rules: readonly Rule[];
  /** Hosts beyond this machine that rules may hand requests on to, as `host:port`. */
  readonly proxyHosts: readonly string[];
  /** What rules may do for those who ask here. */
  readonly ruleReach: RuleReach;
  readonly limits: Limits;
}

export const KiB = 1024;
export const MiB = 1024 * KiB;
export const GiB = 1024 * MiB;

export const defaultLimits: Limits = {
  target: 8 * KiB,
  head: 16 * KiB,
  fields: 100,
  trailers: 16 * KiB,
  body: 4 * GiB,
  connections: 1024,
  eventStreams: 256,
  headTimeout: 15_000,
  bodyTimeout: 30_000,
  responseTimeout: 30_000,
  keepAliveTimeout: 60_000,
  resumeTimeout: 3_600_000,
  trashTimeout: 10_000,
  stopTimeout: 5_000,
  lingerTimeout: 2_000,
  drain: 256 * KiB,
  memory: 64 * MiB,
  encoders: 16,
  decoders: 8,
  arranging: 4,
  archives: 2,
  archived: 250_000,
  listings: 4,
  listed: 256 * MiB,
  listingMemory: 16 * MiB,
  digests: 32,
  requests: 8 * MiB,
  requestContent: MiB,
  refusedRequests: MiB,
  requestRate: 2_000,
  consoleReport: 128 * KiB,
  consoleRate: 200,
  consolePageRate: 20,
  upstreamTimeout: 60_000,
  tunnels: 256,
  tunnelTimeout: 3_600_000,
};

/** Everything but the folder, which has no sensible default. */
export const defaultOptions: Omit<Options, 'directory'> = {
  host: 'localhost',
  port: 4221,
  portAttempts: 1,
  access: 'readWrite',
  exclude: ['**/.*', '**/*.{pem,key,p12,pfx}'],
  allowedHosts: [],
  cors: [],
  token: '',
  spaFallback: '',
  liveReload: false,
  serveUnsaved: false,
  forwardConsole: false,
  headers: {},
  cleanUrls: false,
  sync: false,
  rules: [],
  proxyHosts: [],
  ruleReach: { proxies: true, writes: true },
  limits: defaultLimits,
};

/** Options of which a client that is refused is told, too, how to set them. */
export type AdvisedOption = 'access' | 'allowedHosts' | 'cors' | 'proxyHosts' | 'token';

/** What there is advice on: the trash is no option, but of whoever runs the server. */
export type Advised = AdvisedOption | 'trash';

/** A sentence each, in the words of whoever runs the server: it knows neither flags nor the settings of an editor. */
export type Advice = Readonly<Partial<Record<Advised, string>>>;

/** A value of {@link Options} that cannot work. The message is one sentence that says what is wrong with it. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError';

  constructor(
    readonly option: keyof Options,
    message: string,
    /** The option that is for what was meant. */
    readonly instead?: AdvisedOption,
  ) {
    super(message);
  }
}

const octet = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';

/** What looks like a literal, but is none, is a name that somebody may have lead anywhere. */
const loopback = new RegExp(`^(?:localhost|127(?:\\.${octet}){3}|::1|\\[::1\\])$`, 'i');

/** Whether listening on `host` keeps the server to this machine. */
export const isLoopback = (host: string): boolean => loopback.test(host);

/** Returns `options`, or throws the {@link OptionsError} of the first value that cannot work. */
export function checkOptions(options: Options): Options {
  const { port, host, access, token } = options;
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new OptionsError('port', `The port must be a whole number from 0 to 65535, not ${port}.`);
  }
  if (host === '') throw new OptionsError('host', 'The host must not be empty.');
  if (!accessLevels.includes(access)) {
    throw new OptionsError('access', `The access must be one of ${accessLevels.join(', ')}, not ${access}.`);
  }
  if (!isLoopback(host) && token === '') {
    throw new OptionsError('host', `Listening on ${host} lets the network in, so a token is needed.`, 'token');
  }
  checkGlobs(options.exclude);
  checkGuests(options);
  checkHeaders(options.headers);
  checkRules(options);
  checkFallback(options.spaFallback);
  const flaw = options.tls === undefined ? undefined : tlsFlaw(options.tls);
  if (flaw !== undefined) throw new OptionsError('tls', flaw);
  return options;
}

/**
 * An origin as browsers write it in a field (RFC 6454 §6.2): `HTTP://Localhost:80/` is `http://localhost`.
 *
 * @returns undefined if `text` names no single origin, as `*`, `null` and a URL with a path do not
 */
export function originOf(text: string): string | undefined {
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@*]+\/?$/i.test(text) || !URL.canParse(text)) return undefined;
  const { origin, protocol, host } = new URL(text);
  // It is opaque for schemes that are not the web's own, such as those of editors and browser extensions.
  return origin === 'null' ? `${protocol}//${host}` : origin;
}

/** A glob that matches nothing would hide nothing, and nobody would know. */
function checkGlobs(exclude: readonly string[]): void {
  for (const glob of exclude) {
    const flaw = globFlaw(glob, process.platform);
    if (flaw === undefined) continue;
    throw new OptionsError('exclude', `The glob ${JSON.stringify(glob)} cannot match anything: ${flaw}.`);
  }
}

const hostAndPort = /^(?:\[[0-9a-f:.]+\]|[^\s/?#@:*[\]]+)(?::\d{1,5})?$/i;

/** Checks who is let in besides those that are at home on this machine. */
function checkGuests({ allowedHosts, cors, token }: Options): void {
  for (const host of allowedHosts) {
    if (hostAndPort.test(host) && URL.canParse(`http://${host}`)) continue;
    throw new OptionsError(
      'allowedHosts',
      `The allowed host ${JSON.stringify(host)} is no host, alone or as host:port.`,
    );
  }
  for (const origin of cors) {
    if (originOf(origin) !== undefined) continue;
    const advice = 'name each one as http://host:port';
    throw new OptionsError('cors', `The CORS origin ${JSON.stringify(origin)} is no single origin: ${advice}.`);
  }
  // RFC 9110 §5.5: a field value has no controls in it and no blanks around it.
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  if (/[\x00-\x1f\x7f]|^ | $/.test(token)) {
    throw new OptionsError('token', 'The token must have no control characters in it, and no blanks around it.');
  }
}

/** The ways to write it are the site's; whether there is such a file may change while the server runs. */
function checkFallback(file: string): void {
  if (!/^[a-z]:|\0/i.test(file) && !file.split(/[\\/]/).includes('..')) return;
  throw new OptionsError('spaFallback', `The page ${JSON.stringify(file)} is not in the folder that is served.`);
}

function checkHeaders(headers: Options['headers']): void {
  for (const [name, value] of Object.entries(headers)) {
    const flaw = fieldFlaw(name, value);
    if (flaw === undefined) continue;
    throw new OptionsError('headers', `The header ${JSON.stringify(name)} ${flaw.why}.`, flaw.instead);
  }
}

/** Where requests may be handed on to, and what the rules are. */
function checkRules({ rules, proxyHosts }: Options): void {
  for (const host of proxyHosts) {
    if (isHostWithPort(host)) continue;
    throw new OptionsError('proxyHosts', `The host ${JSON.stringify(host)} is no host:port.`);
  }
  try {
    compileRules(rules, { proxyHosts });
  } catch (error) {
    if (error instanceof RuleError) throw new OptionsError('rules', error.message, error.instead);
    throw error;
  }
}
