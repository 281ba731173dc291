/** What keeps the server from running, as a sentence for a person and buttons that help. */
import { commands, l10n, workspace } from 'vscode';
import type { Options } from '../../options';
import type { Failure } from '../../messages';
import { showWarning } from '../common/notify';
import type { ActionId, SettingName } from '../manifest/ids';
import { settingOfOption } from '../manifest/settingOfOption';

export interface Action {
  readonly title: string;
  readonly command: ActionId;
  readonly args: readonly unknown[];
  /** What is done after it: what was asked for before it was found to be in the way. */
  readonly then?: Action;
}

export interface Problem {
  /** One sentence. */
  readonly message: string;
  /** The most useful first. */
  readonly actions: readonly Action[];
  /** Whether a server that runs must not go on as it was. */
  readonly isFatal?: true;
  /** Absolute path of the folder that is missing: it is over once that is there. */
  readonly missing?: string;
}

/** An expected failure of what the user asked for. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';

  constructor(readonly problem: Problem) {
    super(problem.message);
  }
}

/** A call that the server's thread answered with a failure, or did not live to answer. */
export class ServerError extends Error {
  override readonly name = 'ServerError';

  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

/** The code of the {@link ServerError} of a thread that ended by itself. */
export const died = 'DIED';

/** Opens the settings at `setting`, where its value comes from. */
export function openSettings(setting: SettingName): Action {
  const ofWorkspace = workspace.getConfiguration('httpServer').inspect(setting)?.workspaceValue !== undefined;
  const command = ofWorkspace ? 'workbench.action.openWorkspaceSettings' : 'workbench.action.openSettings';
  return { title: l10n.t('Open Settings'), command, args: [`@id:httpServer.${setting}`] };
}

export const openFolder = (): Action => ({ title: l10n.t('Open Folder…'), command: 'vscode.openFolder', args: [] });
export const generateToken = (): Action => ({
  title: l10n.t('Generate a Token'),
  command: 'httpServer.generateToken',
  args: [],
});
const restart = (): Action => ({ title: l10n.t('Restart'), command: 'httpServer.restart', args: [] });
const showLog = (): Action => ({ title: l10n.t('Show Log'), command: 'httpServer.showLog', args: [] });

/** The error for a setting that cannot work; `message` should name it. */
export const settingError = (setting: SettingName, message: string): ProblemError =>
  new ProblemError({ message, actions: [openSettings(setting)] });

/** What the server has against one of its options, in terms of the settings. */
export function optionProblem(option: keyof Options, message: string): Problem {
  const setting = settingOfOption[option];
  const said = l10n.t('The setting httpServer.{0} cannot be used: {1}', setting, message);
  return { message: said, actions: [openSettings(setting)] };
}

const forbidden = (port: number): string =>
  port < 1024
    ? l10n.t('The system does not let this editor listen on port {0}: ports below 1024 are reserved.', port)
    : l10n.t('The system does not let this editor listen on port {0}.', port);

const taken = ({ port, portAttempts }: Options): string =>
  portAttempts > 1
    ? l10n.t('All ports from {0} to {1} are taken.', port, Math.min(port + portAttempts - 1, 65535))
    : l10n.t('Port {0} is taken.', port);

function listenProblem(failure: Failure, options: Options): Problem {
  if (failure.option !== undefined) return optionProblem(failure.option, failure.message);
  switch (failure.code) {
    case 'EADDRINUSE':
      return { message: taken(options), actions: [openSettings('port'), restart()] };
    case 'EACCES':
    case 'EPERM':
      return { message: forbidden(options.port), actions: [openSettings('port')] };
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return {
        message: l10n.t('This machine has no address {0}, which the setting httpServer.host names.', options.host),
        actions: [openSettings('host')],
      };
    case died:
      return crashProblem(failure.message);
    default:
      return { message: failure.message, actions: [restart(), showLog()] };
  }
}

/** The server's thread ended by itself, and once too often. */
export const crashProblem = (reason: string): Problem => ({
  message: l10n.t('The HTTP server stopped unexpectedly: {0}', reason),
  actions: [restart(), showLog()],
});

/** A server that runs goes on as it was, for what is asked for now cannot be done. */
export const goingOn = ({ message, actions }: Problem): Problem => ({
  message: l10n.t('{0} Until it is mended, the earlier settings stay in force.', message),
  actions,
});

/** The problem behind anything thrown while starting or configuring with `options`, if it got that far. */
export function problemOf(error: unknown, options?: Options): Problem {
  if (error instanceof ProblemError) return error.problem;
  if (error instanceof ServerError && options !== undefined) return listenProblem(error.failure, options);
  return { message: error instanceof Error ? error.message : String(error), actions: [restart(), showLog()] };
}

/** Does what a button says, and what was asked for before. */
export async function perform(action: Action): Promise<void> {
  for (let next: Action | undefined = action; next !== undefined; next = next.then) {
    await commands.executeCommand(next.command, ...next.args);
  }
}

/** Does what the user asked for; of a {@link ProblemError} they are told. */
export async function attempt<T>(action: () => T): Promise<Awaited<T> | undefined> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    await showConcern(error.problem);
    return undefined;
  }
}

/** Tells the user of what is not as it should be, and does what the button says that was chosen. */
export async function showConcern({ message, actions }: Problem): Promise<void> {
  const title = await showWarning(message, ...actions.map((action) => action.title));
  const action = actions.find((candidate) => candidate.title === title);
  if (action !== undefined) await perform(action);
}
