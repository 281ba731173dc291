/** "Share on Local Network": a second listener beside the one on loopback, for a while, with a token of its own. */
import { randomBytes, X509Certificate } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { EventEmitter, l10n } from 'vscode';
import type { Disposable } from 'vscode';
import { localUrl } from '../../addresses';
import { defaultOptions, type Access, type Options } from '../../options';
import type { Tls } from '../../tls';
import type { Controller, ServerInThread } from '../server/controller';
import { died, ProblemError, ServerError, settingError } from '../server/problem';
import type { Action } from '../server/problem';
import type { State } from '../server/state';
import type { ServerThread } from '../server/thread';
import { makeInbox } from './inbox';

/** What the user chose. */
export interface SharingTerms {
  /** An IP literal of this machine. */
  readonly address: string;
  /** What visitors may do at most; the setting `access` may allow less. */
  readonly access: 'readOnly' | 'readWrite' | 'dropBox';
  /** Absolute path of the folder, below the one that is served, that a drop box of visitors' takes files into. */
  readonly inbox?: string;
  /** Whether the folder is shared by HTTPS. */
  readonly secure: boolean;
  /** Whether rules hand requests of visitors on to other servers, too. */
  readonly proxies?: boolean;
  /** Whether the editor is told of the consoles of visitors, too. */
  readonly console?: boolean;
}

/** What is shared now. */
export interface Share {
  readonly terms: SharingTerms;
  readonly port: number;
  /** Absolute path of the folder. */
  readonly directory: string;
  /** What those who are let in may do now. */
  readonly access: Options['access'];
  /** Globs of what the setting `exclude` keeps back by default, and does not now. */
  readonly revealed: readonly string[];
  /** `http://192.168.1.5:4221/`. */
  readonly url: string;
  /** The URL with the token. Never to be logged. */
  readonly link: string;
  readonly until: Date;
  /** SHA-256 of the certificate, `AB:CD:…`; undefined without HTTPS. */
  readonly fingerprint: string | undefined;
}

/**
 * `asked`: by the user. `expired`: its time is over. `gone`: the server is not there any more. `moved`: it serves another
 * folder, which nobody said to share. `failed`: by an error.
 */
export type Ending = 'asked' | 'expired' | 'gone' | 'moved' | 'failed';

interface ShareSurroundings {
  /** How long it is shared, in milliseconds. */
  readonly duration: number;
  /** Milliseconds since 1970, by a clock that may be set. */
  readonly now: () => number;
}

/** An hour, after which nobody remembers that the folder is open to others. */
const anHour: ShareSurroundings = { duration: 3_600_000, now: () => Date.now() };

/** Milliseconds between two looks at the clock, which goes on while the machine sleeps; timers do not. */
const pace = 10_000;

/** What is kept secret until it ends. */
interface Secrets {
  readonly token: string;
  readonly tls: Tls | undefined;
}

interface Current extends Secrets {
  readonly share: Share;
  readonly options: Options;
  /** Absolute path of the folder that was served when this began. */
  readonly served: string;
}

export class Sharing implements Disposable {
  readonly #controller: Controller;
  readonly #surroundings: ShareSurroundings;
  readonly #changes = new EventEmitter<Share | undefined>();
  readonly #endings = new EventEmitter<Ending>();
  readonly #subscription: Disposable;
  #current: Current | undefined;
  #timer: NodeJS.Timeout | undefined;

  readonly onDidChange = this.#changes.event;
  /** Fires after {@link onDidChange}. */
  readonly onDidEnd = this.#endings.event;

  constructor(controller: Controller, surroundings = anHour) {
    this.#controller = controller;
    this.#surroundings = surroundings;
    this.#subscription = controller.onDidChangeState((state) => this.#follow(state));
  }

  /** Undefined while nothing is shared. */
  get share(): Share | undefined {
    return this.#current?.share;
  }

  /** Shares what the server serves. Rejects with a {@link ProblemError}, as while no server runs; does nothing while something is shared. */
  async start(terms: SharingTerms): Promise<void> {
    const isRunning = await this.#controller.use(async (server) => {
      if (this.#current === undefined) await this.#begin(server, terms);
      return true;
    });
    if (isRunning !== true)
      throw new ProblemError({
        message: l10n.t('Nothing is shared: the server stopped meanwhile.'),
        actions: [shareAgain()],
      });
  }

  /** Has the editor be told of the consoles of visitors, too; nothing happens while nothing is shared. */
  async showConsoles(): Promise<void> {
    if (this.#current === undefined) return;
    const { share } = this.#current;
    this.#current = { ...this.#current, share: { ...share, terms: { ...share.terms, console: true } } };
    await this.#controller.use((server) => this.#apply(server));
  }

  /** From now on it is shared for as long as if it began anew; nothing happens while nothing is shared. */
  extend(): void {
    if (this.#current === undefined) return;
    const { share } = this.#current;
    this.#current = { ...this.#current, share: { ...share, until: this.#end() } };
    clearTimeout(this.#timer);
    this.#changes.fire(this.share);
    this.#watch(this.#current.share);
  }

  /** Resolves when the network does not get in any more. */
  async stop(ending: Ending = 'asked'): Promise<void> {
    const until = this.share?.until;
    await this.#controller.use(async ({ thread }) => {
      // Meanwhile it may have been extended.
      const isOver = ending !== 'expired' || this.share?.until === until;
      if (this.#current !== undefined && isOver) await this.#close(thread, ending);
    });
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const item of [this.#subscription, this.#changes, this.#endings]) item.dispose();
  }

  async #begin({ thread, plan, site }: ServerInThread, terms: SharingTerms): Promise<void> {
    const secrets = { token: randomBytes(16).toString('base64url'), tls: await tlsFor(terms, plan.options) };
    const options = sharedOptions(plan.options, terms, secrets);
    const { directory: served } = plan.options;
    if (terms.inbox !== undefined) await makeInbox(served, terms.inbox);
    try {
      const { port } = await thread.share({ ...options, port: site.port });
      const until = this.#end();
      this.#current = { ...secrets, options, served, share: shareOf(options, { terms, port, until }) };
    } catch (error) {
      throw failure(error);
    }
    this.#changes.fire(this.share);
    this.#watch(this.#current.share);
  }

  /** When what begins now is over. */
  #end(): Date {
    return new Date(this.#surroundings.now() + this.#surroundings.duration);
  }

  /** @param most how much longer at most, in milliseconds, though the clock be set back */
  #watch(share: Share, most = this.#surroundings.duration): void {
    const rest = Math.min(share.until.getTime() - this.#surroundings.now(), most);
    const pause = Math.min(rest, pace);
    if (rest <= 0) void this.stop('expired');
    else this.#timer = setTimeout(() => this.#watch(share, rest - pause), pause);
  }

  #follow(state: State): void {
    if (this.#current === undefined) return;
    if (state.kind === 'running') void this.#controller.use((server) => this.#apply(server));
    // Its thread is gone, or about to go, and the listener with it.
    else this.#finish('gone');
  }

  /** Goes by new settings: they hold for the network, too. */
  async #apply({ thread, plan }: ServerInThread): Promise<void> {
    const current = this.#current;
    if (current === undefined) return;
    if (plan.options.directory !== current.served) return this.#close(thread, 'moved');
    try {
      const options = sharedOptions(plan.options, current.share.terms, current);
      if (isDeepStrictEqual(options, current.options)) return;
      await thread.share(options);
      this.#current = { ...current, options, share: shareOf(options, current.share) };
      this.#changes.fire(this.share);
    } catch (error) {
      // To go on with the old settings would be to ignore the new.
      await this.#close(thread, error instanceof ServerError && error.failure.code === died ? 'gone' : 'failed');
    }
  }

  /** Ends what is shared, and tells so when the network does not get in any more, and not before. */
  async #close(thread: ServerThread, ending: Ending): Promise<void> {
    clearTimeout(this.#timer);
    try {
      // Who has ended it wants it to be over; its time is no reason to cut an upload in two.
      await thread.unshare(ending === 'expired');
    } catch {
      // Whatever is wrong with the thread: its listeners end with it, and the controller starts another one.
      await thread.terminate();
    }
    if (this.#current !== undefined) this.#finish(ending);
  }

  #finish(ending: Ending): void {
    this.#current = undefined;
    clearTimeout(this.#timer);
    this.#changes.fire(undefined);
    this.#endings.fire(ending);
  }
}

/** A certificate of the user's own, if it is good for that address, else a new one. */
async function tlsFor({ secure, address }: SharingTerms, { tls }: Options): Promise<Tls | undefined> {
  if (!secure) return undefined;
  if (tls !== undefined && new X509Certificate(tls.cert).checkIP(address) !== undefined) return tls;
  // Loaded when it is needed: few share by HTTPS, and every window starts.
  const { makeCertificate } = await import('../../certificate.js');
  const { cert, key } = await makeCertificate({ names: [address] });
  return { cert, key };
}

/** Throws a {@link ProblemError} where the settings allow nothing of the kind. */
function sharedOptions(options: Options, terms: SharingTerms, { token, tls }: Secrets): Options {
  const access = narrowed(terms.access, options.access);
  const directory = terms.inbox ?? options.directory;
  const ruleReach = { proxies: terms.proxies === true, writes: access !== 'readOnly' };
  const forwardConsole = options.forwardConsole && terms.console === true;
  return { ...options, directory, host: terms.address, access, token, tls, ruleReach, forwardConsole };
}

/** A share is never wider than the settings: and what visitors have put into a box, none may read. */
function narrowed(wanted: SharingTerms['access'], setting: Access): Access {
  if (wanted === 'dropBox' && setting === 'readOnly') {
    throw settingError('access', l10n.t('The setting httpServer.access lets nobody store files.'));
  }
  return setting === 'readOnly' || setting === 'dropBox' ? setting : wanted;
}

function shareOf(
  { directory, access, exclude, token, tls }: Options,
  { terms, port, until }: Pick<Share, 'terms' | 'port' | 'until'>,
): Share {
  const url = localUrl(terms.address, port, terms.secure);
  // Whoever may store gets the page on which that can be done: at `/` there may be an index.
  const link = `${url}${access === 'readOnly' ? '' : 'files/'}?token=${token}`;
  const fingerprint = tls === undefined ? undefined : new X509Certificate(tls.cert).fingerprint256;
  const revealed = defaultOptions.exclude.filter((glob) => !exclude.includes(glob));
  return { terms, port, until, directory, access, revealed, url, link, fingerprint };
}

function failure(error: unknown): unknown {
  if (!(error instanceof ServerError)) return error;
  const message = l10n.t('The folder could not be shared on the local network: {0}', error.message);
  return new ProblemError({ message, actions: [shareAgain()] });
}

const shareAgain = (): Action => ({ title: l10n.t('Share Again…'), command: 'httpServer.share', args: [] });
