/** What is measured, as one table: each work, who can do it, and what we want to reach. Works by TLS stand in `secureWorks.ts`. */
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { projectRoot } from '../support/host/paths';
import { check, type Expectation } from './check';
import type { Job } from './client';
import { get, run, start } from './load';
import type { Peer } from './peers';
import type { Running } from './runningPeer';
import { secureWorks } from './secureWorks';
import { jobFor, type Bench, type Fact, type Goal, type Sample, type Work } from './work';

/** Those that only answer, whatever they are asked. */
const constants = ['net', 'limit'];
const everyone = [
  'ours (terminal)',
  'nginx',
  'nginx (tcp_nopush)',
  'caddy',
  'node:http',
  'sirv',
  'serve',
  'http-server',
];
const rate = { rate: { title: 'requests', unit: 'requests/s' } } as const;
const throughput = { rate: { title: 'throughput', unit: 'octets/s' } } as const;

function small(name: string, title: string, path: string, length: number): Omit<Work, 'against' | 'goals' | 'measure'> {
  const answer = answerOf('200 OK', [`Content-Length: ${length}`], 'x'.repeat(length));
  return { name, title, figures: rate, answer, expected: () => ({ path, length, statuses: [200] }) };
}

/** As long as ours, so that a constant is no shorter than what it stands for. */
function answerOf(status: string, fields: readonly string[], content: string): Buffer {
  const common = [
    'Date: Thu, 01 Jan 2026 00:00:00 GMT',
    'ETag: "18a2b3c4d5e6f7-b-18a2b3c4d5e6f7"',
    'Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT',
    'Cache-Control: no-cache',
  ];
  const others = ['Content-Type: text/plain; charset=utf-8', 'Accept-Ranges: bytes', 'X-Content-Type-Options: nosniff'];
  const head = [`HTTP/1.1 ${status}`, ...common, ...others, ...fields].join('\r\n');
  return Buffer.from(`${head}\r\n\r\n${content}`, 'latin1');
}

/** GET of one small file, `depth` requests at a time. */
const measureGet =
  (path: string, depth: number) =>
  async (bench: Bench): Promise<Sample> => {
    const { requests, seconds } = await get(bench.loading, jobFor(bench, { path, depth }));
    return { rate: requests / seconds };
  };

const smallGoals: readonly Goal[] = [
  { figure: 'rate', peer: 'nginx', least: 1 },
  { figure: 'rate', peer: 'sirv', least: 6 },
  { figure: 'rate', peer: 'limit', least: 0.75 },
];
/** What browsers, and a script, ask with. */
const rotatedNames = Array.from({ length: 10 }, (_, i) => `rotated-${i}.txt`);
const rotatedFields: readonly Readonly<Record<string, string>>[] = [
  { 'User-Agent': 'curl/8.5.0', Accept: '*/*' },
  {
    'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0',
    Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    'Accept-Language': 'en-US,en;q=0.5',
    'Accept-Encoding': 'gzip, deflate, br, zstd',
  },
  { 'User-Agent': 'python-requests/2.32.3', Accept: '*/*', 'Accept-Encoding': 'gzip, deflate', Cookie: 'a=1; b=2' },
];
const pipelinedPeers = ['ours (terminal)', 'nginx', 'nginx (tcp_nopush)', 'caddy', 'node:http'];
const asFastAsNginx: readonly Goal[] = [{ figure: 'rate', peer: 'nginx', least: 1 }];

const smallWorks: readonly Work[] = [
  {
    ...small('small', '11-byte file, 32 connections', '/hello.txt', 11),
    against: [...everyone, ...constants],
    goals: smallGoals,
    measure: measureGet('/hello.txt', 1),
  },
  {
    ...small(
      'rotation',
      '11-byte files, ten of them by three sets of fields in turn, 32 connections',
      '/hello.txt',
      11,
    ),
    against: ['nginx', 'nginx (tcp_nopush)', 'node:http', ...constants],
    goals: [{ figure: 'rate', peer: 'limit', least: 0.75 }],
    prepare: (site) => {
      for (const name of rotatedNames) site.file(name, 11);
    },
    async measure(bench) {
      const rotation = rotatedNames.flatMap((name) => rotatedFields.map((fields) => ({ path: `/${name}`, fields })));
      const { requests, seconds } = await get(bench.loading, jobFor(bench, { path: '/hello.txt', rotation }));
      return { rate: requests / seconds };
    },
  },
  {
    ...small('page', '10 KiB file, 32 connections', '/page.txt', 10_240),
    against: [...everyone, ...constants],
    goals: smallGoals,
    measure: measureGet('/page.txt', 1),
  },
  {
    ...small('small-pipelined', '11-byte file, 16 requests pipelined', '/hello.txt', 11),
    against: pipelinedPeers,
    goals: [{ figure: 'rate', peer: 'nginx', least: 1.5 }],
    measure: measureGet('/hello.txt', 16),
  },
  {
    ...small('page-pipelined', '10 KiB file, 16 requests pipelined', '/page.txt', 10_240),
    against: pipelinedPeers,
    goals: [{ figure: 'rate', peer: 'nginx', least: 1.5 }],
    measure: measureGet('/page.txt', 16),
  },
  {
    name: 'unchanged',
    title: '304 by ETag, 32 connections',
    against: [...pipelinedPeers, 'sirv', ...constants],
    figures: rate,
    goals: [...asFastAsNginx, { figure: 'rate', peer: 'limit', least: 0.75 }],
    answer: answerOf('304 Not Modified', [], ''),
    expected: ({ constant }) =>
      constant === true
        ? { path: '/page.txt', length: 0, statuses: [304] }
        : { path: '/page.txt', length: 10_240, statuses: [200] },
    async measure(bench) {
      const { port } = bench.running;
      const { etag = '' } = await check(port, { path: '/page.txt', statuses: [200, 304] });
      const fields = { 'If-None-Match': etag };
      await check(port, { path: '/page.txt', fields, statuses: [304], length: 0 });
      const job = jobFor(bench, { path: '/page.txt', fields, statuses: [304] });
      const { requests, seconds } = await get(bench.loading, job);
      return { rate: requests / seconds };
    },
  },
];

/** Resident memory before a server ever sent or took a large file. */
const baselines = new WeakMap<Running, number>();

/** How much more memory `work` takes at its peak than small requests do. */
async function growthDuring(bench: Bench, work: () => Promise<Sample>): Promise<Sample> {
  const { running, loading } = bench;
  if (running.memory() === undefined) return work();
  if (!baselines.has(running)) {
    await run(loading, jobFor(bench, { path: '/hello.txt', seconds: Math.min(1, bench.seconds) }));
    baselines.set(running, running.memory() ?? NaN);
  }
  running.forgetPeak();
  const sample = await work();
  return { ...sample, growth: (running.peak() ?? NaN) - (baselines.get(running) ?? NaN) };
}

const growth = { title: 'growth of memory', unit: 'octets' } as const;
const atMost32MiB: Goal = { figure: 'growth', most: 32 * 2 ** 20 };

function downloading(connections: number): Pick<Work, 'prepare' | 'expected' | 'measure'> {
  return {
    prepare: (site) => site.file('big.txt', site.scale.big),
    expected: (_, { scale }) => ({ path: '/big.txt', length: scale.big, statuses: [200] }),
    measure: (bench) =>
      growthDuring(bench, async () => {
        const { octets, seconds } = await run(bench.loading, jobFor(bench, { path: '/big.txt', connections }));
        return { rate: octets / seconds };
      }),
  };
}

const largeWorks: readonly Work[] = [
  {
    name: 'big',
    title: '100 MB file, 4 connections',
    against: everyone,
    figures: { ...throughput, growth },
    // nginx has `sendfile`: one copy where we have two.
    goals: [{ figure: 'rate', peer: 'nginx', least: 0.7 }, { figure: 'rate', peer: 'sirv', least: 2 }, atMost32MiB],
    ...downloading(4),
  },
  {
    name: 'big-one',
    title: '100 MB file, 1 connection',
    against: ['nginx', 'nginx (tcp_nopush)', 'sirv'],
    figures: { ...throughput, growth },
    goals: [...asFastAsNginx, atMost32MiB],
    ...downloading(1),
  },
  {
    name: 'upload',
    title: 'uploads of 100 MB, 4 connections',
    against: ['ours (terminal)', 'nginx'],
    figures: { ...throughput, growth },
    goals: [...asFastAsNginx, atMost32MiB],
    expected: uploading,
    measure: (bench) =>
      growthDuring(bench, async () => {
        const { octets, seconds } = await run(bench.loading, uploadJob(bench, bench.site.scale.big, 4));
        return { rate: octets / seconds };
      }),
  },
];

function uploading({ name, upload }: Peer): Expectation {
  if (upload === undefined) throw new Error(`${name} takes no uploads: it was built without its DAV module.`);
  return { method: upload.method, path: `${upload.prefix}check`, size: 100, statuses: [201, 204] };
}

/** Every upload makes a new file. */
function uploadJob(bench: Bench, size: number, connections: number): Job {
  const { method = 'PUT', prefix = '/' } = bench.running.peer.upload ?? {};
  bench.site.clear();
  return jobFor(bench, { method, path: `${prefix}*`, size, connections, statuses: [201, 204] });
}

const otherWorks: readonly Work[] = [
  {
    name: 'post',
    title: 'uploads of 1 KiB, 32 connections',
    against: ['ours (terminal)', 'nginx'],
    figures: rate,
    goals: [{ figure: 'rate', peer: 'nginx', least: 0.75 }],
    expected: uploading,
    async measure(bench) {
      const { requests, seconds } = await run(bench.loading, uploadJob(bench, 1024, 32));
      return { rate: requests / seconds };
    },
  },
  {
    name: 'post-sync',
    title: 'uploads of 1 KiB flushed to the disk, 32 connections',
    synced: true,
    against: ['flusher'],
    figures: rate,
    goals: [{ figure: 'rate', peer: 'flusher', least: 0.9 }],
    expected: uploading,
    async measure(bench) {
      const job = uploadJob(bench, 1024, 32);
      // It takes no requests, but does without them what these would ask for.
      if (bench.running.peer.name === 'flusher')
        return { rate: await bench.running.ask<number>(String(bench.seconds)) };
      const { requests, seconds } = await run(bench.loading, job);
      return { rate: requests / seconds };
    },
  },
  {
    name: 'listing',
    title: 'JSON listing of 10,000 entries, 4 connections',
    against: ['ours (terminal)', 'nginx'],
    figures: rate,
    goals: asFastAsNginx,
    prepare: (site) => site.entries('many', site.scale.entries),
    expected: ({ listing = '' }, { scale }) => ({
      path: `${listing}/many/`,
      entries: scale.entries,
      statuses: [200],
    }),
    async measure(bench) {
      const path = `${bench.running.peer.listing ?? ''}/many/`;
      const { requests, seconds } = await run(bench.loading, jobFor(bench, { path, connections: 4 }));
      return { rate: requests / seconds };
    },
  },
  {
    name: 'idle',
    title: 'memory of each further idle connection, up to 10,000',
    against: ['nginx', 'node:http', 'net'],
    answer: answerOf('200 OK', ['Content-Length: 11'], 'x'.repeat(11)),
    figures: { memory: { title: 'memory', unit: 'octets' } },
    goals: [
      { figure: 'memory', peer: 'node:http', most: 0.7 },
      { figure: 'memory', peer: 'net', most: 1.3 },
    ],
    fresh: true,
    expected: () => ({ path: '/hello.txt', length: 11, statuses: [200] }),
    measure: idle,
  },
  {
    name: 'latency',
    title: '99th percentile of small GETs; then while 4 clients download 1 GB each and 2 upload it',
    against: ['ours (terminal)', 'nginx'],
    figures: { quiet: { title: 'alone', unit: 'ms' }, busy: { title: 'beside the transfers', unit: 'ms' } },
    goals: [{ figure: 'busy', over: 'quiet', most: 3, always: true }],
    prepare: (site) => site.file('bulk.txt', site.scale.bulk),
    expected: uploading,
    measure: latency,
  },
  {
    name: 'start',
    title: 'from making the thread to listening',
    against: [],
    figures: { time: { title: 'time', unit: 'ms' } },
    goals: [{ figure: 'time', most: 150 }],
    fresh: true,
    expected: () => ({ path: '/hello.txt', length: 11, statuses: [200] }),
    measure: async ({ running }) => ({ time: await running.ask<number>('started') }),
  },
];

/** When it has come to rest: what is kept, not what has not been thrown away yet, or is kept for a second. */
async function settledMemory({ running, seconds }: Bench): Promise<number> {
  let least = Infinity;
  for (let steady = 0; steady < 4; steady++) {
    await setTimeout(Math.min(500, seconds * 200));
    if (running.peer.speaks === true) await running.ask('collect');
    const now = running.memory() ?? NaN;
    if (now < least * 0.99) steady = 0;
    least = Math.min(least, now);
  }
  return least;
}

async function idle(bench: Bench): Promise<Sample> {
  const { loading, site } = bench;
  const job = jobFor(bench, { path: '/hello.txt' });
  await run(loading, { ...job, seconds: Math.min(1, bench.seconds) });
  const hold = (connections: number) => start(loading, { ...job, connections, seconds: 0, hold: true });
  // What the heap takes to begin with, or had left over, says nothing of connections.
  const few = Math.round(site.scale.idle / 5);
  const first = await hold(few);
  const before = await settledMemory(bench);
  const further = await hold(site.scale.idle - few);
  const after = await settledMemory(bench);
  await first.stop();
  await further.stop();
  return { memory: (after - before) / (site.scale.idle - few) };
}

async function latency(bench: Bench): Promise<Sample> {
  const { loading, site } = bench;
  const probe = jobFor(bench, { path: '/hello.txt', connections: 4, pause: 1 });
  const quiet = await run(loading, probe);
  // The transfers yield to the probe wherever both want the same core: only the server is to be measured.
  const yielding = { seconds: 0, yields: true };
  const down = jobFor(bench, { path: '/bulk.txt', connections: 4, ...yielding });
  const up = { ...uploadJob(bench, site.scale.bulk, 2), ...yielding };
  const transfers = [await start(loading, down), await start(loading, up)];
  try {
    const busy = await run(loading, probe);
    return { quiet: quiet.p99, busy: busy.p99 };
  } finally {
    for (const transfer of transfers) await transfer.end();
  }
}

const throughWorks: readonly Work[] = [
  {
    name: 'through',
    title: '11-byte file of another server, 32 connections',
    through: true,
    against: ['nginx'],
    figures: rate,
    goals: [{ figure: 'rate', peer: 'nginx', least: 0.5 }],
    prepare: (site) => site.file('through-small.txt', 11),
    expected: () => ({ path: '/through-small.txt', length: 11, statuses: [200] }),
    measure: measureGet('/through-small.txt', 1),
  },
  {
    name: 'through-big',
    title: '100 MB file of another server, 4 connections',
    through: true,
    against: ['nginx'],
    figures: { ...throughput, growth },
    // What the client of Node.js reads into is garbage afterwards.
    goals: [
      { figure: 'rate', peer: 'nginx', least: 0.8 },
      { figure: 'growth', most: 64 * 2 ** 20 },
    ],
    prepare: (site) => site.file('through-big.txt', site.scale.big),
    expected: (_, { scale }) => ({ path: '/through-big.txt', length: scale.big, statuses: [200] }),
    measure: (bench) =>
      growthDuring(bench, async () => {
        const job = jobFor(bench, { path: '/through-big.txt', connections: 4 });
        const { octets, seconds } = await run(bench.loading, job);
        return { rate: octets / seconds };
      }),
  },
];

export const works: readonly Work[] = [...smallWorks, ...largeWorks, ...otherWorks, ...throughWorks, ...secureWorks];

export const facts: readonly Fact[] = [
  {
    name: 'vsix',
    title: 'the packaged extension',
    figures: { size: { title: 'size', unit: 'octets' } },
    // 350 KiB, and 250 for the pictures of the readme.
    goals: [{ figure: 'size', most: 614_400 }],
    read({ folder }) {
      const file = join(folder, 'extension.vsix');
      const stdio = ['ignore', 'ignore', 'inherit'] as ['ignore', 'ignore', 'inherit'];
      execFileSync(process.execPath, ['scripts/package.mjs', '--out', file], { cwd: projectRoot, stdio });
      return { size: statSync(file).size };
    },
  },
];
