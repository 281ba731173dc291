import assert from 'node:assert/strict';
import type { ServerThread } from '../../../src/editor/server/thread';
import { defaultOptions } from '../../../src/options';
import { ask, answers, TestController, threadThat, when } from '../support';

describe('a server whose thread dies', () => {
  let made: TestController;

  beforeEach(async () => {
    made = new TestController();
    await made.controller.start();
  });

  afterEach(async () => {
    await made.controller.stop();
    made.dispose();
  });

  const port = (): number => made.port ?? assert.fail(`the state is ${made.controller.state.kind}`);

  /** Ends the newest thread behind the controller's back; resolves to what came of it. */
  const kill = async (): Promise<string> => {
    const settled = when(made.controller.onDidChangeState, ({ kind }) => kind === 'running' || kind === 'failed');
    await made.threads.at(-1)?.terminate();
    return (await settled).kind;
  };

  it('is started again at once, on the same port', async () => {
    const before = port();
    assert.equal(await kill(), 'running');
    assert.equal(port(), before);
    assert.equal(made.threads.length, 2);
    assert.equal((await ask(before, 'GET /')).status, 200);
  });

  it('twice within a minute, has failed, and says why', async () => {
    const before = port();
    await kill();
    made.now += 59_999;
    assert.equal(await kill(), 'failed');
    const { state } = made.controller;
    assert.ok(state.kind === 'failed');
    assert.match(state.problem.message, /exit code 1/);
    assert.equal(state.problem.actions[0]?.command, 'httpServer.restart');
    assert.equal(await answers(before), false);
  });

  it('twice, a minute apart, is started again both times', async () => {
    await kill();
    made.now += 60_000;
    assert.equal(await kill(), 'running');
  });

  it('has a clean slate after a restart by hand', async () => {
    await kill();
    await kill();
    await made.controller.restart();
    assert.equal(await kill(), 'running');
  });

  it('is not started again when it was stopped meanwhile', async () => {
    const stopped = made.controller.stop();
    await made.threads[0]?.terminate();
    await stopped;
    assert.equal((await made.controller.apply()).kind, 'stopped');
    assert.equal(made.threads.length, 1);
  });

  it('tells its log each time', async () => {
    const told = when(made.controller.onDidCrash);
    await kill();
    assert.equal(await told, 'exit code 1');
  });
});

describe('a server whose thread dies while it is starting', () => {
  it('has failed, and says why', async () => {
    const listening = `{ type: 'listening', id: message.id, listening: { port: 1, addresses: [] } }`;
    const spawn = (): ServerThread =>
      threadThat(`parentPort.postMessage(${listening}); setImmediate(() => process.exit(7))`);
    const made = new TestController({ spawn });
    const state = await made.controller.start();
    assert.ok(state.kind === 'failed');
    assert.match(state.problem.message, /exit code 7/);
    made.dispose();
  });
});

describe('a thread', () => {
  const deaths: readonly (readonly [promise: string, reaction: string, reason: RegExp])[] = [
    ['throws', 'throw new Error("out of order")', /out of order/],
    ['exits', 'process.exit(3)', /exit code 3/],
  ];
  for (const [promise, reaction, reason] of deaths) {
    it(`that ${promise} rejects what is pending, and what comes later`, async () => {
      const thread = threadThat(reaction);
      const options = { ...defaultOptions, directory: '' };
      await assert.rejects(thread.start(options), reason);
      await assert.rejects(thread.configure(options), reason);
      await thread.stop(0);
    });
  }

  it('takes 24 MiB for young objects at most: what a burst leaves empty stays', async () => {
    const most = `import('node:worker_threads').then(({ resourceLimits: { maxYoungGenerationSizeMb: most } }) => {
      throw new Error(\`at most \${most}\`);
    })`;
    await assert.rejects(threadThat(most).start({ ...defaultOptions, directory: '' }), /at most 24$/);
  });

  it('that does not answer is ended when patience is', async () => {
    const thread = threadThat('');
    const ended = when(thread.onDidEnd);
    await thread.stop(0);
    await ended;
  });
});
