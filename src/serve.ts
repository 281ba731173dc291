/** The composition root: folder, router, listener and log, put together. */
import { maskToken, type LogEvent } from './accessLog';
import { Audience } from './endpoints/live/audience';
import type { ConsoleReport } from './consoleReport';
import { guarded, type Guarded } from './endpoints/guard/guard';
import { ConsoleReports } from './endpoints/live/consoleReports';
import type { Live } from './endpoints/live/live';
import { UploadRegistry } from './endpoints/storing/uploadRegistry';
import { createRouter } from './endpoints/router';
import { claimPort } from './endpoints/rules/ownPorts';
import type { MoveToTrash } from './endpoints/storing/removal';
import { withLimit } from './endpoints/storing/uploadFields';
import { ownPrivateFolders } from './files/unfinished/privateFolder';
import { Root } from './files/root';
import type { UploadProgress } from './files/writing/progress';
import { Uploads } from './files/writing/uploads';
import { Listener, type ListenAddress } from './http/connection/listener';
import { checkOptions, OptionsError, type Advice, type Options } from './options';
import type { Recorder } from './recording';
import { recorded } from './requests/recorded';

export interface Server {
  readonly address: ListenAddress;
  /** Whether it speaks TLS. */
  readonly isSecure: boolean;
  /** How many connections are open. */
  readonly connections: number;
  /**
   * Takes new options from the next request on, a new certificate from the next connection on. Where it listens does not
   * change, nor whether it speaks TLS.
   *
   * @throws OptionsError, or the system's error if the folder is not there; the old options then stay in force
   */
  configure(options: Options): void;
  /** Has an upload fail that is under way, as the user's wish; otherwise does nothing. @param upload as it was told of */
  cancelUpload(upload: number): void;
  /**
   * Resolves when nothing is listening, every connection is closed, and no unfinished upload is left. Who has less patience
   * than the first time may ask once more.
   *
   * @param grace how long exchanges in flight may go on, in milliseconds; by default as the limits say
   */
  stop(grace?: number): Promise<void>;
}

/** What a server tells whoever runs it. */
export interface Surroundings {
  /** Called once for every exchange, when its response ended or was cut. */
  readonly onExchange: (event: LogEvent) => void;
  /** Called when {@link Server.connections} may have changed. */
  readonly onConnections?: () => void;
  /**
   * Called with the uploads that take a while, a few times a second as long as there are any, and once when there are
   * none any more.
   */
  readonly onUploads?: (uploads: readonly UploadProgress[]) => void;
  /**
   * Called where there is no folder for this user alone: then nobody removes what is unfinished if this server is killed.
   */
  readonly onNoPrivateFolder?: () => void;
  /**
   * Called with what was to be removed and could not be yet, by its absolute path, and with the system's reason; its
   * removal is tried again.
   */
  readonly onLeftover?: (path: string, code: string) => void;
  /** Whether the server is there for a while only: then its unfinished uploads end with it. By default they outlive it. */
  readonly isPassing?: boolean;
  /** Where deleted files go; without it they are gone. */
  readonly trash?: MoveToTrash;
  /** What a client that is refused is told besides, in the words of whoever runs the server. */
  readonly advice?: Advice;
  /** Notes exchanges down while they go on, for whoever keeps requests; what it has noted comes with the event. */
  readonly recorder?: Recorder;
  /** Tells of changes of files, for the options `liveReload` and `serveUnsaved`; without it they have no effect. */
  readonly live?: Live;
  /** Called with what pages tell of their consoles, for the option `forwardConsole`; without it that has no effect. */
  readonly onConsole?: (report: ConsoleReport) => void;
}

/**
 * Serves `options.directory` over HTTP.
 *
 * @throws OptionsError, or the system's error: `ENOENT`, `ENOTDIR` for the folder, `EADDRINUSE`, `EACCES` … for the port
 */
export async function serve(options: Options, surroundings: Surroundings): Promise<Server> {
  const { onExchange, onConnections, onUploads: onProgress, onNoPrivateFolder, onLeftover } = surroundings;
  const uploads = new Uploads(ownPrivateFolders(), { onProgress, onNoPrivateFolder, onLeftover });
  const registry = new UploadRegistry(uploads, surroundings.isPassing !== true);
  const kept = keptOf(surroundings);
  const { root, ...own } = configured(options, registry, kept);
  await uploads.prepare(root);
  const service = {
    ...own,
    onExchange: (event: LogEvent) => onExchange(masked(event)),
    onConnections,
    recorder: surroundings.recorder,
    stopping: false,
  };
  const { host, port, portAttempts: attempts, tls } = options;
  const listener = await Listener.listen({ host, port, attempts, tls }, service);
  const release = claimPort(listener.address.port);
  let stopped: Promise<void> | undefined;
  return {
    address: listener.address,
    isSecure: tls !== undefined,
    get connections() {
      return listener.size;
    },
    configure: (next) => {
      assertSameProtocol(options, next);
      const { root: _, ...changed } = configured(next, registry, kept);
      Object.assign(service, changed);
      if (next.tls !== undefined) listener.renew(next.tls);
    },
    cancelUpload: (upload) => uploads.cancel(upload),
    stop: (grace) => {
      service.stopping = true;
      const closed = listener.stop(grace);
      return (stopped ??= closed.then(release).then(() => registry.end()));
    },
  };
}

function keptOf({ trash, advice, live, recorder, onConsole }: Surroundings): Own {
  const audience = live && new Audience(live);
  const consoleReports = onConsole && new ConsoleReports(onConsole);
  return { trash, advice, audience, consoleReports, isRecorded: recorder !== undefined };
}

type Configured = Pick<Options, 'limits'> & Guarded & { readonly root: Root };

/** What stays with a server whatever its options become. */
interface Own {
  readonly trash: MoveToTrash | undefined;
  readonly audience: Audience | undefined;
  readonly consoleReports: ConsoleReports | undefined;
  readonly advice: Advice | undefined;
  /** Whether exchanges are noted down. */
  readonly isRecorded: boolean;
}

function configured(options: Options, registry: UploadRegistry, kept: Own): Configured {
  const { trash, audience, consoleReports, advice, isRecorded } = kept;
  const { limits, directory, exclude, sync } = checkOptions(options);
  const root = new Root(directory, exclude, undefined, sync);
  const router = createRouter(options, root, { registry, trash, audience, consoleReports });
  const own = guarded(options, isRecorded ? recorded(router) : router, undefined, advice);
  return { root, limits, ...own, onError: (error, request) => withLimit(own.onError(error, request), limits) };
}

/** A server that speaks TLS goes on speaking it: plain HTTP all of a sudden would give away what clients think is kept. */
function assertSameProtocol(now: Options, next: Options): void {
  if ((now.tls === undefined) === (next.tls === undefined)) return;
  throw new OptionsError('tls', 'Whether the server speaks HTTPS can only be changed by a restart.');
}

/** A token in a query is a secret, and a log is not the place for one. */
function masked(event: LogEvent): LogEvent {
  if (!event.target.includes('=') && !event.referer.includes('=')) return event;
  return { ...event, target: maskToken(event.target), referer: maskToken(event.referer) };
}
