/** The composition root: folder, router, listener and log, put together. */
import type { LogEvent } from './accessLog';
import { guarded, type Guarded } from './endpoints/guard';
import { Resumables } from './endpoints/resumables';
import { createRouter } from './endpoints/router';
import { Root } from './files/root';
import { Uploads } from './files/uploads';
import { Listener, type Address } from './http/listener';
import { checkOptions, type Options } from './options';

export interface Server {
  readonly address: Address;
  /** How many connections are open. */
  readonly connections: number;
  /**
   * Takes new options from the next request on; where it listens does not change.
   *
   * @throws OptionsError, or the system's error if the folder is not there; the old options then stay in force
   */
  configure(options: Options): void;
  /**
   * Resolves when nothing is listening, every connection is closed, and no unfinished upload is left.
   *
   * @param grace how long exchanges in flight may go on, in milliseconds; by default as the limits say
   */
  stop(grace?: number): Promise<void>;
}

/** What a server tells whoever runs it. */
export interface Surroundings {
  /** Called once for every exchange, when its response ended or was cut. */
  readonly onExchange: (event: LogEvent) => void;
}

/**
 * Serves `options.directory` over HTTP.
 *
 * @throws OptionsError, or the system's error: `ENOENT`, `ENOTDIR` for the folder, `EADDRINUSE`, `EACCES` … for the port
 */
export async function serve(options: Options, { onExchange }: Surroundings): Promise<Server> {
  const resumables = new Resumables(new Uploads());
  const service = {
    ...configured(options, resumables),
    onExchange: (event: LogEvent) => onExchange(masked(event)),
    stopping: false,
  };
  const { host, port, portAttempts: attempts } = options;
  const listener = await Listener.listen({ host, port, attempts }, service);
  return {
    address: listener.address,
    get connections() {
      return listener.size;
    },
    configure: (next) => void Object.assign(service, configured(next, resumables)),
    stop: async (grace) => {
      service.stopping = true;
      await listener.stop(grace);
      await resumables.end();
    },
  };
}

function configured(options: Options, resumables: Resumables): Pick<Options, 'limits'> & Guarded {
  const { limits, directory, exclude } = checkOptions(options);
  return { limits, ...guarded(options, createRouter(options, new Root(directory, exclude), resumables)) };
}

const tokenParameter = /([?&]token=)[^&]+/gi;

/** A token in a query is a secret, and a log is not the place for one. */
function masked(event: LogEvent): LogEvent {
  if (!event.target.includes('=') && !event.referer.includes('=')) return event;
  const mask = (text: string): string => text.replace(tokenParameter, '$1***');
  return { ...event, target: mask(event.target), referer: mask(event.referer) };
}
