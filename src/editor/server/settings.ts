/** The settings `httpServer.*`, checked. */
import { readFile } from 'node:fs/promises';
import * as path from 'node:path';
import { inspect } from 'node:util';
import { l10n, workspace } from 'vscode';
import type { WorkspaceConfiguration, WorkspaceFolder } from 'vscode';
import {
  accessLevels,
  checkOptions,
  defaultLimits,
  defaultOptions,
  isLoopback,
  MiB,
  OptionsError,
} from '../../options';
import type { Options } from '../../options';
import type { Tls } from '../../tls';
import { adviceOn } from '../common/settingAdvice';
import type { SettingName, SettingOf } from '../manifest/ids';
import { ruleSetting } from './ruleSetting';
import { generateToken, openSettings, optionProblem, ProblemError, settingError } from './problem';

/** How many ports are tried, from the one asked for upwards. */
export const portAttempts = 20;

export interface Settings extends Omit<Options, 'directory'> {
  /** Path of the folder to serve, relative to the workspace folder. */
  readonly root: string;
}

/** Whether somebody chose the port, be it the default. */
export function isPortSet(folder: WorkspaceFolder): boolean {
  const found = workspace.getConfiguration(section, folder).inspect<unknown>('port');
  return [found?.globalValue, found?.workspaceValue, found?.workspaceFolderValue].some((value) => value !== undefined);
}

const places = ['auto', 'external', 'integrated'] as const;
export type OpenIn = (typeof places)[number];

const section = 'httpServer';

/** A value that is neither is told of by {@link readSettings}, and so does start the server. */
export const autoStart = (folder: WorkspaceFolder): boolean =>
  workspace.getConfiguration(section, folder).get('autoStart') !== false;

/** Throws a {@link ProblemError} for a value that is none. */
export const openIn = (folder: WorkspaceFolder): OpenIn =>
  oneOf(workspace.getConfiguration(section, folder), 'openIn', places);

/** The defaults of `exclude` that the settings of the workspace, which whoever wrote it may have made, take out. */
export function defaultsTakenOut(folder: WorkspaceFolder): readonly string[] {
  const found = workspace.getConfiguration(section, folder).inspect<unknown>('exclude');
  const ofWorkspace = found?.workspaceFolderValue ?? found?.workspaceValue;
  return Array.isArray(ofWorkspace) ? defaultOptions.exclude.filter((glob) => !ofWorkspace.includes(glob)) : [];
}

/**
 * Rejects with a {@link ProblemError} that names the first setting that cannot work.
 *
 * @param keptToken asked only where the network is let in and no token is set; empty for none
 */
export async function readSettings(folder: WorkspaceFolder, keptToken: () => Promise<string>): Promise<Settings> {
  const config = workspace.getConfiguration(section, folder);
  // The server does not need these, but who sets them is to know.
  flag(config, 'autoStart');
  openIn(folder);
  const settings: Settings = {
    root: text(config, 'root'),
    host: text(config, 'host'),
    port: integer(config, 'port', 0, 65535),
    portAttempts,
    access: oneOf(config, 'access', accessLevels),
    exclude: texts(config, 'exclude'),
    allowedHosts: texts(config, 'allowedHosts'),
    cors: texts(config, 'cors'),
    token: await token(config, keptToken),
    tls: await tls(config),
    spaFallback: text(config, 'spaFallback'),
    liveReload: flag(config, 'liveReload'),
    serveUnsaved: flag(config, 'serveUnsaved'),
    forwardConsole: flag(config, 'forwardConsole'),
    headers: record(config, 'headers'),
    cleanUrls: flag(config, 'cleanUrls'),
    sync: flag(config, 'sync'),
    // A list that makes no sense is told of, and stops nothing.
    rules: ruleSetting(folder).rules,
    proxyHosts: texts(config, 'proxyHosts'),
    ruleReach: defaultOptions.ruleReach,
    limits: { ...defaultLimits, body: integer(config, 'maxUploadSize', 0, Number.MAX_SAFE_INTEGER / MiB) * MiB },
  };
  return checked(settings);
}

/** Checks what holds between settings, by the rules that hold for the terminal, too. */
function checked(settings: Settings): Settings {
  try {
    checkOptions({ ...settings, directory: '' });
    return settings;
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    throw new ProblemError(
      optionProblem(error.option, [error.message, adviceOn(error.instead) ?? []].flat().join(' ')),
    );
  }
}

/** The token to go by: on loopback nobody needs one who did not set it. */
async function token(config: WorkspaceConfiguration, keptToken: () => Promise<string>): Promise<string> {
  const host = text(config, 'host');
  const set = text(config, 'token');
  if (set !== '' || isLoopback(host)) return set;
  const kept = await keptToken();
  if (kept !== '') return kept;
  const message = l10n.t('The setting httpServer.host lets the network in at {0}, so a token is needed.', host);
  throw new ProblemError({ message, actions: [generateToken(), openSettings('host')], isFatal: true });
}

/** The certificate and its key; undefined for plain HTTP. */
async function tls(config: WorkspaceConfiguration): Promise<Tls | undefined> {
  const { cert, key, ...rest } = record(config, 'tls');
  if (cert === undefined && key === undefined && Object.keys(rest).length === 0) return undefined;
  if (cert !== undefined && key !== undefined && path.isAbsolute(cert) && path.isAbsolute(key)) {
    return { cert: await pem(cert), key: await pem(key) };
  }
  return wrong('tls', l10n.t('cert and key, each with the absolute path of a PEM file'), config.get('tls'));
}

async function pem(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    const message = l10n.t('The file {0}, which the setting httpServer.tls names, cannot be read: {1}', file, reason);
    throw settingError('tls', message);
  }
}

const isText = (value: unknown): value is string => typeof value === 'string';

function text(config: WorkspaceConfiguration, name: SettingOf<'string'>): string {
  const value = config.get<unknown>(name);
  return isText(value) ? value : wrong(name, l10n.t('text'), value);
}

function flag(config: WorkspaceConfiguration, name: SettingOf<'boolean'>): boolean {
  const value = config.get<unknown>(name);
  return typeof value === 'boolean' ? value : wrong(name, l10n.t('true or false'), value);
}

function texts(config: WorkspaceConfiguration, name: SettingOf<'array'>): readonly string[] {
  const value = config.get<unknown>(name);
  return Array.isArray(value) && value.every(isText) ? value : wrong(name, l10n.t('a list of texts'), value);
}

function record(config: WorkspaceConfiguration, name: SettingOf<'object'>): Readonly<Record<string, string>> {
  const value = config.get<unknown>(name);
  const plain = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!plain || !Object.values(value).every(isText)) return wrong(name, l10n.t('names with a text each'), value);
  return { ...value };
}

function integer(config: WorkspaceConfiguration, name: SettingOf<'integer'>, least: number, most: number): number {
  const value = config.get<unknown>(name);
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  return wrong(name, l10n.t('a whole number from {0} to {1}', least, Math.floor(most)), value);
}

function oneOf<T extends string>(config: WorkspaceConfiguration, name: SettingOf<'string'>, all: readonly T[]): T {
  const value = config.get<unknown>(name);
  return all.find((each) => each === value) ?? wrong(name, l10n.t('one of {0}', all.join(', ')), value);
}

/** Settings whose values, however wrong, may be secrets: a message is shown on screens and kept in logs. */
const secret: readonly SettingName[] = ['token', 'tls', 'headers'];

function wrong(name: SettingName, expected: string, value: unknown): never {
  const found = secret.includes(name) ? l10n.t('a value of the type {0}', typeOf(value)) : inspect(value);
  throw settingError(name, l10n.t('The setting httpServer.{0} must be {1}, not {2}.', name, expected, found));
}

/** The type of a value, as JSON calls it. */
function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
