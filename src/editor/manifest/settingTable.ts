/**
 * The settings, a line each; a value that the server has an option for has that option's default. The text about one is
 * `setting.NAME` in `package.nls.json`, the text about a value of an `enum` `setting.NAME.VALUE`. `npm run manifest` writes what
 * follows into `package.json`, in this order.
 */
import { accessLevels, defaultLimits, defaultOptions, MiB } from '../../options';
import { mostRules } from '../../ruleList';
import { ruleSchema } from './ruleSchema';

interface Setting {
  readonly type: 'boolean' | 'integer' | 'string' | 'array' | 'object';
  readonly default: unknown;
  /** `machine`: whoever wrote the workspace cannot set it. */
  readonly scope: 'resource' | 'machine';
  readonly enum?: readonly string[];
  /** What else JSON Schema has to say of it. */
  readonly [keyword: string]: unknown;
}

const texts = { items: { type: 'string' }, uniqueItems: true };
const origins = {
  items: { type: 'string', pattern: '^https?://[^/?#]+$', patternErrorMessage: '%setting.cors.pattern%' },
  uniqueItems: true,
};
const hosts = {
  items: { type: 'string', pattern: '^[^/?#@\\s]+:\\d{1,5}$', patternErrorMessage: '%setting.proxyHosts.pattern%' },
  uniqueItems: true,
};
const byName = { additionalProperties: { type: 'string' } };
const pemFiles = {
  properties: {
    cert: { type: 'string', markdownDescription: '%setting.tls.cert%' },
    key: { type: 'string', markdownDescription: '%setting.tls.key%' },
  },
  additionalProperties: false,
};
const mostBody = defaultLimits.body / MiB;
const { access, allowedHosts, cleanUrls, cors, exclude, headers, host } = defaultOptions;
const { port, proxyHosts, rules, spaFallback, sync, token } = defaultOptions;

export const settingTable = {
  autoStart: { type: 'boolean', default: true, scope: 'resource' },
  port: { type: 'integer', default: port, scope: 'resource', minimum: 0, maximum: 65535 },
  root: { type: 'string', default: '', scope: 'resource' },
  access: { type: 'string', default: access, scope: 'resource', enum: accessLevels },
  maxUploadSize: { type: 'integer', default: mostBody, scope: 'resource', minimum: 0 },
  exclude: { type: 'array', default: exclude, scope: 'resource', ...texts },
  liveReload: { type: 'boolean', default: true, scope: 'resource' },
  serveUnsaved: { type: 'boolean', default: true, scope: 'resource' },
  spaFallback: { type: 'string', default: spaFallback, scope: 'resource' },
  cleanUrls: { type: 'boolean', default: cleanUrls, scope: 'resource' },
  rules: { type: 'array', default: rules, scope: 'resource', maxItems: mostRules, items: ruleSchema },
  headers: { type: 'object', default: headers, scope: 'resource', ...byName },
  sync: { type: 'boolean', default: sync, scope: 'resource' },
  forwardConsole: { type: 'boolean', default: true, scope: 'resource' },
  openIn: { type: 'string', default: 'auto', scope: 'resource', enum: ['auto', 'external', 'integrated'] },
  host: { type: 'string', default: host, scope: 'machine', minLength: 1 },
  allowedHosts: { type: 'array', default: allowedHosts, scope: 'machine', ...texts },
  cors: { type: 'array', default: cors, scope: 'machine', ...origins },
  proxyHosts: { type: 'array', default: proxyHosts, scope: 'machine', ...hosts },
  token: { type: 'string', default: token, scope: 'machine' },
  tls: { type: 'object', default: {}, scope: 'machine', ...pemFiles },
} satisfies Readonly<Record<string, Setting>>;
