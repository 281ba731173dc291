/** Which port a server takes, and why it is not the one asked for. */
import { l10n } from 'vscode';
import type { Listening } from '../../messages';
import type { Options } from '../../options';
import type { Plan } from './plan';
import { ServerError } from './problem';
import type { ServerThread } from './thread';

/** The port a listener was told to take. It may have taken one of the next. */
export type Binding = Pick<Options, 'port' | 'portAttempts'>;

/** Why the port is another than the one asked for. */
export interface Detour {
  readonly asked: number;
  /** `taken`: it was tried. `lastTime`: it was not, for the port of the last time was free. */
  readonly because: 'taken' | 'lastTime';
}

interface Bound {
  readonly binding: Binding;
  readonly listening: Listening;
  readonly detour: Detour | undefined;
}

const only = (port: number): Binding => ({ port, portAttempts: 1 });

/**
 * What is tried, in this order: the port that a setting asks for, that of the last time, then the one asked for and those
 * after it.
 *
 * @param used the port of the last time
 */
function candidates({ options, isPortSet }: Plan, used: number | undefined): readonly Binding[] {
  if (used === undefined || used === options.port) return [options];
  const wanted = isPortSet && options.port !== 0 ? [only(options.port)] : [];
  return [...wanted, only(used), options];
}

/** Rejects with the {@link ServerError} of the last that was tried. */
export async function bind(thread: ServerThread, plan: Plan, used: number | undefined): Promise<Bound> {
  const { options } = plan;
  const [first = options, ...others] = candidates(plan, used);
  let wasTried = false;
  let binding = first;
  for (const next of others) {
    wasTried ||= binding.port === options.port;
    try {
      return bound(options, binding, { wasTried, listening: await thread.start({ ...options, ...binding }) });
    } catch (error) {
      if (!isUnavailable(error, binding.port === options.port)) throw error;
    }
    binding = next;
  }
  return bound(options, binding, { wasTried: true, listening: await thread.start({ ...options, ...binding }) });
}

interface Outcome {
  readonly wasTried: boolean;
  readonly listening: Listening;
}

function bound({ port: asked }: Options, binding: Binding, { wasTried, listening }: Outcome): Bound {
  const isAsked = asked === 0 || asked === listening.port;
  const detour = isAsked ? undefined : ({ asked, because: wasTried ? 'taken' : 'lastTime' } as const);
  return { binding, listening, detour };
}

/** Whether another port may do. That the one asked for is forbidden, its user is told. */
const isUnavailable = (error: unknown, isAsked: boolean): boolean =>
  error instanceof ServerError &&
  (isAsked ? ['EADDRINUSE'] : ['EADDRINUSE', 'EACCES', 'EPERM']).includes(error.failure.code);

/** Why a server is at `port`, and not where it was to be. */
export const detourText = (port: number, { asked, because }: Detour): string =>
  because === 'taken'
    ? l10n.t('Port {0} is taken by another program, so the server is on port {1}.', asked, port)
    : l10n.t('Port {0} was taken the last time; the server is on port {1}, as it was then.', asked, port);
