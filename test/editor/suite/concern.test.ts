/** What is asked for and cannot be done, while a server runs: it goes on, says why, and no longer than that is so. */
import assert from 'node:assert/strict';
import { Sharing } from '../../../src/editor/sharing/share';
import { Notice } from '../../../src/editor/server/notice';
import { makePlan } from '../../../src/editor/server/plan';
import type { Plan } from '../../../src/editor/server/plan';
import { ProblemError, settingError } from '../../../src/editor/server/problem';
import { StatusBar } from '../../../src/editor/status/statusBar';
import { ask, TestController, when } from '../support';
import { sparePort } from '../../support/host/sparePort';

describe('a concern', () => {
  let wrong: ProblemError | undefined;
  let port = 0;
  const plan = async (): Promise<Plan> => {
    if (wrong !== undefined) throw wrong;
    const made = await makePlan(undefined);
    return { ...made, options: { ...made.options, port } };
  };
  let made: TestController;
  beforeEach(async () => {
    wrong = undefined;
    port = await sparePort();
    made = new TestController({ plan });
    await made.controller.start();
  });
  afterEach(async () => {
    await made.controller.stop();
    made.dispose();
  });

  it('is in the item, its tooltip and what is spoken, once, until it is over; the server answers all the while', async () => {
    const sharing = new Sharing(made.controller);
    const bar = new StatusBar(made.controller, sharing);
    const kinds: string[] = [];
    const subscription = made.controller.onDidChangeState(({ kind }) => kinds.push(kind));
    wrong = settingError('liveReload', 'It must be $(trash).');
    await made.controller.apply();
    await made.controller.apply();
    assert.match(bar.text, /^\$\(warning\) \d+/);
    assert.match(bar.tooltip, /It must be .*trash.*earlier settings stay in force/);
    assert.equal((await ask(port, 'GET /')).status, 200);
    wrong = undefined;
    await made.controller.apply();
    assert.match(bar.text, /^\$\(globe\)/);
    assert.doesNotMatch(bar.tooltip, /trash/);
    assert.deepEqual(kinds, ['running', 'running']);
    for (const item of [subscription, bar, sharing]) item.dispose();
  });

  it('that would let in who no longer may ends the server', async () => {
    wrong = new ProblemError({ message: 'There is no token any more.', actions: [], isFatal: true });
    assert.equal((await made.controller.apply()).kind, 'failed');
  });

  it('of a server that died meanwhile is found anew as it is started again', async () => {
    const failed = when(made.controller.onDidChangeState, ({ kind }) => kind === 'failed');
    wrong = settingError('access', 'It must be another.');
    const ended = made.threads[0]?.terminate();
    await Promise.all([ended, made.controller.apply(), failed]);
    assert.equal(made.controller.state.kind, 'failed');
  });

  it('does not come of a port that is still being typed: the server moves once, when nothing follows', async () => {
    const last = await sparePort();
    const moves: string[] = [];
    const subscription = made.controller.onDidChangeState((state) => {
      if (state.kind === 'running') moves.push(String(state.site.port));
    });
    const moved = when(made.controller.onDidChangeState, ({ kind }) => kind === 'running');
    for (const digits of [2, 3, 4, 5]) {
      port = Number(String(last).slice(0, digits));
      made.controller.applySettled();
      assert.equal(made.controller.isSettling, true);
    }
    await moved;
    assert.deepEqual(moves, [String(last)]);
    subscription.dispose();
  });

  it('is not waited for by who starts the server: then it moves at once', async () => {
    port = await sparePort();
    made.controller.applySettled();
    await made.controller.start();
    assert.equal(made.port, port);
    assert.equal(made.controller.isSettling, false);
  });
});

describe('the notification of what is the matter', () => {
  /** What is shown, in the order it came. */
  let open: string[] = [];
  const closing: (() => void)[] = [];
  const notice = new Notice(async (message, links, end) => {
    const text = [message, ...links].join(' ');
    open.push(text);
    await Promise.race([end, new Promise<void>((resolve) => closing.push(resolve))]);
    open = open.filter((other) => other !== text);
  });
  /** Lets what has ended go. */
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const first = { message: 'First.', actions: [] };
  const second = {
    message: 'Second.',
    actions: [{ title: 'Help](command:bad)', command: 'httpServer.menu', args: ['a)b'] }] as const,
  };

  afterEach(async () => {
    notice.end();
    await settled();
  });

  it('is one, however often it is told', async () => {
    notice.tell(first);
    notice.tell(first);
    await settled();
    assert.deepEqual(open, ['First.']);
  });

  it('gives way to the next', async () => {
    notice.tell(first);
    notice.tell(second);
    await settled();
    assert.deepEqual(open, ['Second. [Help] (command:bad)](command:httpServer.menu?%5B%22a%29b%22%5D)']);
  });

  it('goes when its cause goes', async () => {
    notice.tell(first);
    notice.end();
    await settled();
    assert.deepEqual(open, []);
  });

  it('that was closed by hand is shown again when it is told again', async () => {
    notice.tell(first);
    closing.at(-1)?.();
    await settled();
    assert.deepEqual(open, []);
    notice.tell(first);
    await settled();
    assert.deepEqual(open, ['First.']);
  });
});
