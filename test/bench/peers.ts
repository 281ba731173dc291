/** The servers that are compared, as one table: how each is started, and what it can do. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../support/host/paths';
import { caddyfile, nginxConfiguration } from './configurations';
import type { Tls } from '../../src/tls';
import type { Hosted } from './host';
import { firstLineOf } from './machine';

/** What a server needs to know when it starts. */
export interface Place {
  /** Absolute path of the folder to serve, and of one to write to besides. */
  readonly site: string;
  readonly folder: string;
  readonly port: number;
  /** `node_modules` with the peers from npm. */
  readonly modules: string;
  /** The folder of our own bundles. */
  readonly programs: string;
  /** Connections that it must be able to hold. */
  readonly connections: number;
  /** Port of a server of the same files, to which requests for `/through-…` are handed on. */
  readonly upstream?: number;
  /** Absolute path of a file with a whole answer, for those that always give the same. */
  readonly answer?: string;
  /** Whether what is stored is to be on the disk before it is answered. */
  readonly synced?: boolean;
  /** What it needs to speak TLS, if it is to. */
  readonly tls?: Tls;
  /** Where our own processes write a profile of their processor time. */
  readonly profile?: string;
}

export interface Peer {
  readonly name: string;
  /** Undefined if it is not installed. */
  version(modules: string): string | undefined;
  command(place: Place): readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the peer has to be installed from npm first. */
  readonly npm?: boolean;
  /** Whether it is a program of ours that answers `collect` and `started` by messages. */
  readonly speaks?: boolean;
  /** Whether it gives the same answer to whatever it is asked. */
  readonly constant?: boolean;
  /** How it takes uploads below `/up/`. */
  readonly upload?: { readonly method: string; readonly prefix: string };
  /** In front of a folder's path, for its listing as JSON. */
  readonly listing?: string;
}

/** A program of our own, compiled beside this one, or in `dist`. */
const node = ({ profile }: Place, ...args: string[]): string[] => {
  const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  return [process.execPath, '--expose-gc', ...profiling, ...args];
};

const packageVersion = (folder: string): string =>
  (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version;

/** Our server as the editor runs it. @param other absolute path of the `worker.js` of another build */
export const ours = (name = 'ours', other?: string): Peer => ({
  name,
  version: () => packageVersion(projectRoot),
  command(place) {
    const { site, port, connections, profile, upstream, synced, tls } = place;
    const program = other ?? join(place.programs, 'worker.js');
    const hosted: Hosted = {
      program,
      directory: site,
      port,
      connections,
      ...(profile !== undefined && { profile }),
      ...(upstream !== undefined && { upstream }),
      ...(synced === true && { synced }),
      ...(tls !== undefined && { tls }),
    };
    return node(place, join(__dirname, 'host.js'), JSON.stringify(hosted));
  },
  speaks: true,
  upload: { method: 'POST', prefix: '/files/up/' },
  listing: '/files',
});

const terminal: Peer = {
  name: 'ours (terminal)',
  version: () => packageVersion(projectRoot),
  command: (place) =>
    node(place, join(place.programs, 'cli.js'), '--directory', place.site, '--port', String(place.port), '--quiet'),
  upload: { method: 'POST', prefix: '/files/up/' },
  listing: '/files',
};

const nginx: Peer = {
  name: 'nginx',
  version: () => versionIn(firstLineOf('nginx', '-v')),
  command: (place) => ['nginx', '-p', place.folder, '-c', nginxConfiguration(place, 'off')],
  // Debian leaves it out of nginx-light.
  ...(firstLineOf('sh', '-c', 'nginx -V 2>&1 | grep -o with-http_dav_module') === 'with-http_dav_module'
    ? { upload: { method: 'PUT', prefix: '/up/' } }
    : {}),
  listing: '',
};

const nginxOfDebian: Peer = {
  ...nginx,
  name: 'nginx (tcp_nopush)',
  command: (place) => ['nginx', '-p', place.folder, '-c', nginxConfiguration(place, 'on')],
};

const caddy: Peer = {
  name: 'caddy',
  version: () => versionIn(firstLineOf('caddy', 'version')),
  command: (place) => [
    'env',
    `XDG_CONFIG_HOME=${place.folder}`,
    `XDG_DATA_HOME=${place.folder}`,
    'caddy',
    'run',
    '--adapter',
    'caddyfile',
    '--config',
    caddyfile(place),
  ],
  env: { GOMAXPROCS: '1' },
};

const nodeHttp: Peer = {
  name: 'node:http',
  version: () => process.versions.node,
  command: (place) => node(place, join(__dirname, 'nodeHttp.js'), place.site, String(place.port)),
  speaks: true,
};

/** A loop over `epoll` in C, where there is a compiler: what the kernel alone lets a process do. */
const limit: Peer = {
  name: 'limit',
  constant: true,
  version: () => versionIn(firstLineOf('cc', '--version')),
  command({ folder, port, answer = '' }) {
    const program = join(folder, 'limit');
    execFileSync('cc', ['-O2', '-o', program, join(projectRoot, 'test/bench/limit.c')], { stdio: 'inherit' });
    return [program, String(port), answer];
  },
};

const net: Peer = {
  name: 'net',
  constant: true,
  version: () => process.versions.node,
  command: (place) => node(place, join(__dirname, 'constantServer.js'), String(place.port), place.answer ?? ''),
  speaks: true,
};

/** No server: what the disk lets a process do that does nothing but flush. */
const flusher: Peer = {
  name: 'flusher',
  version: () => process.versions.node,
  command: ({ site, port }) => [process.execPath, join(__dirname, 'flusher.js'), site, String(port)],
  speaks: true,
  upload: { method: 'POST', prefix: '/' },
};

/** A package from npm. */
const packaged = (name: string, args: (place: Place) => readonly string[]): Peer => ({
  name,
  npm: true,
  version: (modules) => packageVersion(join(modules, name)),
  command: (place) => [process.execPath, ...args(place)],
  env: { NODE_NO_WARNINGS: '1' },
});

const sirv = packaged('sirv', ({ modules, site, port }) => [
  join(__dirname, 'sirvServer.js'),
  join(modules, 'sirv'),
  site,
  String(port),
]);

const serve = packaged('serve', ({ modules, site, port }) => [
  join(modules, 'serve/build/main.js'),
  ...['--listen', `tcp://127.0.0.1:${port}`, '--no-request-logging', '--no-clipboard', site],
]);

const httpServer = packaged('http-server', ({ modules, site, port }) => [
  join(modules, 'http-server/bin/http-server'),
  ...[site, '-a', '127.0.0.1', '-p', String(port), '--silent'],
]);

/** In the order of the tables; the first is the one that the others are compared with. */
export const peers: readonly Peer[] = [
  ours(),
  terminal,
  nginx,
  nginxOfDebian,
  caddy,
  nodeHttp,
  net,
  limit,
  flusher,
  sirv,
  serve,
  httpServer,
];

/** Who stands behind those that hand on. */
export const upstreams: readonly Peer[] = [nginx, nodeHttp];

/** `1.22.1` in `nginx version: nginx/1.22.1`. */
const versionIn = (line: string | undefined): string | undefined => /\d+(\.\d+)+/.exec(line ?? '')?.[0];
