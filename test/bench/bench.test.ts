/** The short form of `npm run bench`, so that it cannot rot: that figures come out and are put right, never how good they are. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { chartOf } from './chart';
import { check } from './check';
import { curveText, lineOf, type Drawn } from './curves';
import { judge, markdownOf, show, textOf } from './report';
import type { Measured } from './rounds';
import { allNames, bench, type Outcome } from './benchmark';
import { tiny } from './site';
import { fit, quantile, summaryOf } from './statistics';
import type { Goal } from './work';
import { works } from './works';

/** What needs nothing from npm. */
const peers = ['nginx', 'node:http', 'net', 'limit', 'flusher'];

describe('the benchmark', function () {
  this.timeout(600_000);
  this.slow(30_000);

  let outcome: Outcome;

  before('runs every work and every curve once', async () => {
    outcome = await bench({
      // Packaging would bundle anew what other suites are about to use.
      names: [...allNames.filter((name) => name !== 'vsix'), 'curves'],
      peers,
      scale: tiny,
      folder: tmpdir(),
      rounds: 1,
      seconds: 0.1,
      generator: 'own',
      before: undefined,
      profile: undefined,
      say: () => undefined,
      report: () => undefined,
    });
  });

  for (const { name, against, figures } of works) {
    it(`measures ${name}`, () => {
      const { samples, problems } = outcome.measured.find(({ work }) => work.name === name)!;
      // An nginx that was built without DAV is none for uploads.
      const lacking = problems.filter((problem) => problem.includes('DAV'));
      assert.deepEqual(problems, lacking);
      const able = (peer: string): boolean =>
        peers.includes(peer) && isInstalled(peer) && !lacking.some((problem) => problem.startsWith(peer));
      const expected = ['ours', ...against.filter(able)];
      assert.deepEqual([...samples.keys()], expected);
      for (const [peer, list] of samples) {
        for (const figure of Object.keys(figures)) {
          // Where there is no /proc, memory is not measured; small changes of it may be none.
          const least = figures[figure]?.unit === 'octets' ? -Infinity : 0;
          if (process.platform !== 'linux' && least < 0) continue;
          for (const sample of list) assert.ok(sample[figure]! > least, `${peer}: ${figure} ${sample[figure] ?? ''}`);
        }
      }
    });
  }

  it('draws four curves', () => {
    assert.deepEqual(
      outcome.drawn.map(({ name }) => name),
      ['connections', 'depth', 'entries', 'size'],
    );
    for (const drawn of outcome.drawn) {
      for (const times of drawn.times.values()) assert.ok(times.length === 2 && times.every((time) => time > 0));
    }
  });

  it('tells all of it in text, in Markdown and as a picture', () => {
    const text = outcome.measured.map(textOf).join('\n') + outcome.drawn.map(curveText).join('\n');
    const markdown = markdownOf(outcome.measured, ['a machine']);
    for (const { title } of works) assert.ok(text.includes(title) && markdown.includes(title), title);
    for (const all of [text, markdown, chartOf(outcome.measured)]) assert.doesNotMatch(all, /NaN|undefined|Infinity/);
  });

  const isInstalled = (peer: string): boolean => outcome.versions.some((version) => version.startsWith(`${peer} `));
});

describe('a server that answers wrongly', () => {
  const server = createServer((_, response) => response.writeHead(200).end('[1, 2]'));
  let port = 0;

  before((done) => {
    server.listen(0, '127.0.0.1', () => {
      port = (server.address() as AddressInfo).port;
      done();
    });
  });
  after(() => server.close());

  const expectations = [
    ['by its status', { statuses: [304] }, /status 200, not 304/],
    ['by its length', { statuses: [200], length: 11 }, /octets/],
    ['by its entries', { statuses: [200], entries: 3 }, /entries/],
  ] as const;
  for (const [name, wanted, reason] of expectations) {
    it(`is found out ${name}`, () => assert.rejects(check(port, { path: '/', ...wanted }), reason));
  }

  it('passes with what it does send', () => check(port, { path: '/', statuses: [200], length: 6, entries: 2 }));
});

describe('figures', () => {
  it('have a median between two samples', () => {
    assert.deepEqual(summaryOf([4, 1, 3, 2]), { median: 2.5, min: 1, max: 4 });
  });

  it('have quantiles between samples', () => assert.equal(quantile([0, 10], 0.99), 9.9));

  it('are fitted by their relative errors', () => {
    const { constant, slope, worst } = fit([10, 1000, 100_000].map((x) => [x, 50 + 0.25 * x] as const));
    assert.ok(Math.abs(constant - 50) < 1e-6 && Math.abs(slope - 0.25) < 1e-9 && worst < 1.000001);
  });

  it('show how far a point is from the line', () => {
    const drawn: Drawn = { name: '', title: '', xs: [1, 2, 4], times: new Map([['ours', [1, 2, 16]]]) };
    assert.ok(lineOf(drawn, 'ours').worst > 1.5);
  });

  const shown = [
    [12345.6, 'requests/s', '12,346'],
    [1.234e9, 'octets/s', '1.23 GB/s'],
    [101_500, 'octets', '102 KB'],
    [0.12345, 'ms', '0.123 ms'],
    [NaN, 'ms', '–'],
  ] as const;
  for (const [value, unit, text] of shown) it(`are shown as ${text}`, () => assert.equal(show(value, unit), text));
});

describe('a goal', () => {
  const measured: Measured = {
    work: {
      name: '',
      title: '',
      figures: { rate: { title: 'rate', unit: 'requests/s' }, other: { title: 'other', unit: 'ms' } },
      goals: [],
    },
    samples: new Map([
      ['ours', [50, 40, 30].map((other) => ({ rate: 100, other }))],
      ['nginx', [{ rate: 50, other: 20 }]],
      ['nginx (tuned)', [{ rate: 80, other: 10 }]],
      ['serve', [{ rate: 50, other: 20 }]],
    ]),
    problems: [],
  };
  const goals: readonly (readonly [string, Goal, boolean | undefined])[] = [
    ['against a peer, reached', { figure: 'rate', peer: 'serve', least: 2 }, true],
    ['against a peer, short', { figure: 'rate', peer: 'serve', least: 2.1 }, false],
    ['at most a peer’s, short', { figure: 'other', peer: 'serve', most: 1.9 }, false],
    ['against the best variant of a peer, short', { figure: 'rate', peer: 'nginx', least: 2 }, false],
    ['against the best variant of a peer, reached', { figure: 'rate', peer: 'nginx', least: 1.25 }, true],
    ['at most the best variant’s, short', { figure: 'other', peer: 'nginx', most: 2 }, false],
    ['against another figure, reached', { figure: 'rate', over: 'other', most: 2.5 }, true],
    [
      'against another figure in every round, reached',
      { figure: 'rate', over: 'other', most: 3.4, always: true },
      true,
    ],
    ['against another figure in every round, short', { figure: 'rate', over: 'other', most: 3, always: true }, false],
    ['in its own unit, reached', { figure: 'other', most: 40 }, true],
    ['in its own unit, short', { figure: 'other', most: 39 }, false],
    ['against a peer that is not there, undecided', { figure: 'rate', peer: 'sirv', least: 2 }, undefined],
  ];
  for (const [name, goal, reached] of goals) {
    it(`is ${name}`, () => assert.equal(judge(measured, goal).reached, reached));
  }
});
