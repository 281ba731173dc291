/** What is measured by TLS, and what it costs the server: the processor time says more than the rate where clients decrypt on a core of their own. */
import { run } from './load';
import { jobFor, type Bench, type Goal, type Sample, type Work } from './work';
import type { Job } from './client';

/** What browsers offer, in their order, so that this is what they get. */
const browsers = 'TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384';

const against = ['nginx'];
/** 0.8 times as fast. */
const goals: readonly Goal[] = [{ figure: 'cost', peer: 'nginx', most: 1.25 }];

/** The result of `job`, and the processor time of the server meanwhile, in milliseconds. */
async function costOf({ running, loading }: Bench, job: Job) {
  const before = running.processorTime() ?? NaN;
  const result = await run(loading, job);
  return { ...result, spent: (running.processorTime() ?? NaN) - before };
}

async function perRequest(bench: Bench, job: Partial<Job> & Pick<Job, 'path'>): Promise<Sample> {
  const { requests, seconds, spent } = await costOf(bench, jobFor(bench, { ciphers: browsers, ...job }));
  return { rate: requests / seconds, cost: (spent * 1000) / requests };
}

const small: Pick<Work, 'against' | 'secured' | 'figures' | 'expected'> = {
  against,
  secured: true,
  figures: {
    rate: { title: 'requests', unit: 'requests/s' },
    cost: { title: 'processor time of each', unit: 'µs' },
  },
  expected: () => ({ path: '/page.txt', length: 10_240, statuses: [200] }),
};

export const secureWorks: readonly Work[] = [
  {
    name: 'tls-big',
    title: '100 MB file by TLS, 4 connections',
    against,
    secured: true,
    figures: {
      rate: { title: 'throughput', unit: 'octets/s' },
      cost: { title: 'processor time for 1 GB', unit: 'ms' },
    },
    goals,
    prepare: (site) => site.file('big.txt', site.scale.big),
    expected: (_, { scale }) => ({ path: '/big.txt', length: scale.big, statuses: [200] }),
    async measure(bench) {
      const job = jobFor(bench, { path: '/big.txt', ciphers: browsers, connections: 4 });
      const { octets, seconds, spent } = await costOf(bench, job);
      return { rate: octets / seconds, cost: (spent / octets) * 1e9 };
    },
  },
  {
    ...small,
    name: 'tls-page',
    title: '10 KiB file by TLS, 32 connections',
    goals,
    measure: (bench) => perRequest(bench, { path: '/page.txt' }),
  },
  {
    ...small,
    name: 'tls-new',
    title: '10 KiB file by TLS, a new connection for each, keys agreed on anew',
    goals: [],
    measure: (bench) => perRequest(bench, { path: '/page.txt', connections: 4, reconnects: 'strange' }),
  },
  {
    ...small,
    name: 'tls-resumed',
    title: '10 KiB file by TLS, a new connection for each, the session of the first resumed',
    goals: [],
    measure: (bench) => perRequest(bench, { path: '/page.txt', connections: 4, reconnects: 'known' }),
  },
];
