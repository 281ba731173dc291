/** The settings `httpServer.*`, checked. */
import { inspect } from 'node:util';
import { l10n, workspace } from 'vscode';
import type { WorkspaceConfiguration, WorkspaceFolder } from 'vscode';
import { accessLevels, checkOptions, defaultLimits, MiB, OptionsError } from '../options';
import type { Access, Options } from '../options';
import { settingError } from './problem';

/** How many ports are tried, from the one asked for upwards. */
export const portAttempts = 20;

export interface Settings extends Omit<Options, 'directory'> {
  /** Path of the folder to serve, relative to the workspace folder. */
  readonly root: string;
}

export type OpenIn = 'external' | 'integrated';

const section = 'httpServer';

export const autoStart = (folder: WorkspaceFolder): boolean =>
  workspace.getConfiguration(section, folder).get('autoStart') !== false;

export const openIn = (folder: WorkspaceFolder): OpenIn =>
  workspace.getConfiguration(section, folder).get('openIn') === 'integrated' ? 'integrated' : 'external';

/** Throws a {@link ProblemError} that names the first setting that cannot work. */
export function readSettings(folder: WorkspaceFolder): Settings {
  const config = workspace.getConfiguration(section, folder);
  const settings: Settings = {
    root: text(config, 'root'),
    host: text(config, 'host'),
    port: integer(config, 'port', 0, 65535),
    portAttempts,
    access: access(config),
    exclude: texts(config, 'exclude'),
    allowedHosts: texts(config, 'allowedHosts'),
    cors: texts(config, 'cors'),
    token: text(config, 'token'),
    spaFallback: text(config, 'spaFallback'),
    headers: record(config, 'headers'),
    limits: { ...defaultLimits, body: integer(config, 'maxUploadSize', 0, Number.MAX_SAFE_INTEGER / MiB) * MiB },
  };
  return checked(settings);
}

/** What holds between settings, by the rules that hold for the terminal too. */
function checked(settings: Settings): Settings {
  try {
    checkOptions({ ...settings, directory: '' });
    return settings;
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    throw settingError(error.option, error.message);
  }
}

const isText = (value: unknown): value is string => typeof value === 'string';

function text(config: WorkspaceConfiguration, name: string): string {
  const value = config.get<unknown>(name);
  return isText(value) ? value : wrong(name, l10n.t('text'), value);
}

function texts(config: WorkspaceConfiguration, name: string): readonly string[] {
  const value = config.get<unknown>(name);
  return Array.isArray(value) && value.every(isText) ? value : wrong(name, l10n.t('a list of texts'), value);
}

function record(config: WorkspaceConfiguration, name: string): Readonly<Record<string, string>> {
  const value = config.get<unknown>(name);
  const plain = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!plain || !Object.values(value).every(isText)) return wrong(name, l10n.t('names with a text each'), value);
  return { ...value };
}

function integer(config: WorkspaceConfiguration, name: string, least: number, most: number): number {
  const value = config.get<unknown>(name);
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  return wrong(name, l10n.t('a whole number from {0} to {1}', least, Math.floor(most)), value);
}

function access(config: WorkspaceConfiguration): Access {
  const value = config.get<unknown>('access');
  return accessLevels.find((level) => level === value) ?? wrong('access', accessLevels.join(' | '), value);
}

function wrong(name: string, expected: string, value: unknown): never {
  const message = l10n.t('The setting httpServer.{0} must be {1}, not {2}.', name, expected, inspect(value));
  throw settingError(name, message);
}
