/** What the tests of a folder's page begin with: a folder, the terminal's program that serves it, and who looks at it. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { dirname, join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { Gate } from '../support/gate';
import { launchChromium } from '../support/host/chromium';
import { needs, needsPosix } from '../support/needs';
import { endPrograms, TerminalProgram } from '../support/programs/terminalProgram';
import { temporaryFolder } from '../support/served';
import { until, Visitor } from './visitor';

/** From where the page is looked at. */
export interface Where {
  readonly name: string;
  /** Empty if this machine has none such. */
  readonly host: string;
  readonly isPhone: boolean;
}

const address =
  Object.values(networkInterfaces())
    .flatMap((infos = []) => infos)
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address ?? '';

export const localhost: Where = { name: 'at localhost', host: 'localhost', isPhone: false };
/** No secure context: a browser has no locks, no clipboard and no `subtle` there. */
const network: Where = { name: 'by plain HTTP over the network', host: address, isPhone: false };
export const phone: Where = { name: 'on a phone, by plain HTTP over the network', host: address, isPhone: true };
export const everywhere: readonly Where[] = [localhost, network, phone];

const phoneSized: BrowserContextOptions = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true };

interface Setting {
  readonly access?: 'readOnly' | 'readWrite' | 'full' | 'dropBox';
  /** Whether the server tells of changes: yes, unless said otherwise. */
  readonly isLive?: boolean;
  /** More flags of the program. */
  readonly flags?: readonly string[];
  readonly rules?: readonly object[];
  readonly how?: BrowserContextOptions;
}

/** Of a server that others can reach. */
const token = 'sesame';

/** One for a whole file of tests. To be called within its `describe`. */
export function oneBrowser(): () => Browser {
  let browser: Browser | undefined;
  before(async function () {
    needsPosix(this);
    browser = await launchChromium();
  });
  after(() => browser?.close());
  return () => browser!;
}

interface Begun {
  readonly folder: Awaited<ReturnType<typeof temporaryFolder>>;
  readonly setting: Setting;
  program: TerminalProgram;
  readonly gate: Gate;
  readonly visitors: Visitor[];
  /** What programs that are gone have logged. */
  log: string;
  /** How often somebody looked what the page asks for. */
  looks: number;
}

export class Stage {
  private begun: Begun | undefined;

  /** To be called within a `describe`: each test ends what it began. */
  constructor(
    private readonly browser: () => Browser,
    readonly where: Where = localhost,
  ) {
    before(function () {
      needs(this, 'an address in a network', where.host !== '');
    });
    afterEach(() => this.end());
  }

  async begin(setting: Setting = {}): Promise<void> {
    const folder = await temporaryFolder();
    mkdirSync(join(folder.path, 'served'));
    writeFileSync(join(folder.path, 'rules.json'), JSON.stringify(setting.rules ?? []));
    const program = this.start(folder.path, setting);
    // Whether it is reached by the network is seen by the address that it listens at.
    const gate = await Gate.to(await program.port(), this.where.host);
    this.begun = { folder, setting, program, gate, visitors: [], log: '', looks: 0 };
    await this.another(setting.how);
  }

  async end(): Promise<void> {
    const { begun } = this;
    this.begun = undefined;
    for (const visitor of begun?.visitors ?? []) await visitor.leave();
    await begun?.gate.close();
    await endPrograms();
    await begun?.folder.remove();
  }

  private start(parent: string, { access = 'full', isLive = true, flags = [] }: Setting, port = 0): TerminalProgram {
    const isShared = this.where.host !== localhost.host;
    const args = ['--directory', join(parent, 'served'), '--port', String(port), '--access', access, ...flags];
    args.push('--rules', join(parent, 'rules.json'), ...(isLive ? ['--live-reload'] : []));
    if (isShared) args.push('--host', this.where.host, '--token', token);
    return new TerminalProgram(args, { env: { XDG_CACHE_HOME: join(parent, 'cache') } });
  }

  /** Ends the server, and starts the next one at the same address. */
  async restart(signal: NodeJS.Signals): Promise<void> {
    const { now } = this;
    now.log += (await now.program.stop(signal)).stdout;
    // Browsers keep no ports apart, so servers have cookies of their own, by their ports.
    now.program = this.start(now.folder.path, now.setting, now.gate.target);
    await now.program.port();
  }

  /** Somebody else who comes by, in a browser of their own. */
  async another(how: BrowserContextOptions = {}): Promise<Visitor> {
    const visitor = await Visitor.comes(this.browser(), { ...(this.where.isPhone && phoneSized), ...how });
    this.now.visitors.push(visitor);
    return visitor;
  }

  async open(path = 'files/', visitor = this.visitor): Promise<void> {
    const { host } = this.where;
    const secret = host === localhost.host ? '' : `?token=${token}`;
    await visitor.page.goto(`http://${host}:${this.gate.port}/${path}${secret}`);
    await visitor.page.locator('.app').waitFor();
  }

  /** The first of those who look. */
  get visitor(): Visitor {
    return this.now.visitors[0]!;
  }

  get page(): Page {
    return this.visitor.page;
  }

  /** The network between them and the server. */
  get gate(): Gate {
    return this.now.gate;
  }

  /** Where the site begins, for a browser. */
  get origin(): string {
    return `http://${this.where.host}:${this.gate.port}`;
  }

  /** What is served. */
  get served(): string {
    return join(this.outside, 'served');
  }

  /** A folder of the visitor's own. */
  get outside(): string {
    return this.now.folder.path;
  }

  write(name: string, content: string | Buffer = name): void {
    const path = join(this.served, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }

  stored(name: string): string {
    return readFileSync(join(this.served, name), 'utf8');
  }

  /** Everything that is there, with what is in folders. */
  there(): string[] {
    return readdirSync(this.served, { recursive: true, encoding: 'utf8' }).sort();
  }

  /** The requests that were answered, in that order: `METHOD /target`. */
  requests(): string[] {
    const lines = `${this.now.log}${this.now.program.stdout}`;
    return [...lines.matchAll(/"([A-Z]+ \S+) HTTP\/1\.1" /g)].map(([, request = '']) => request);
  }

  /** What the page has asked for until now, but for its own parts; the lines of a log may come late. */
  async asked(): Promise<string[]> {
    const last = `/echo/last-${this.now.looks++}`;
    await this.page.evaluate(`fetch('${last}').then(() => true)`);
    await until(() => this.requests().includes(`GET ${last}`));
    return this.requests().filter((request) => !/ \/(?:\.http-server\/assets|echo)\//.test(request));
  }

  private get now(): Begun {
    if (this.begun === undefined) throw new Error('Nothing has begun.');
    return this.begun;
  }
}
