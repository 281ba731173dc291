/** The settings as the server knows them. Pure. */
import type { Options } from '../../options';
import type { SettingName } from './ids';

/** By the server's option: the setting that says it. */
export const settingOfOption: Readonly<Record<keyof Options, SettingName>> = {
  directory: 'root',
  host: 'host',
  port: 'port',
  portAttempts: 'port',
  access: 'access',
  exclude: 'exclude',
  allowedHosts: 'allowedHosts',
  cors: 'cors',
  token: 'token',
  tls: 'tls',
  spaFallback: 'spaFallback',
  liveReload: 'liveReload',
  serveUnsaved: 'serveUnsaved',
  forwardConsole: 'forwardConsole',
  headers: 'headers',
  cleanUrls: 'cleanUrls',
  sync: 'sync',
  rules: 'rules',
  proxyHosts: 'proxyHosts',
  ruleReach: 'rules',
  limits: 'maxUploadSize',
};
