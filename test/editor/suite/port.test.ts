import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Options } from '../../../src/options';
import { detourText } from '../../../src/editor/server/binding';
import { makePlan } from '../../../src/editor/server/plan';
import type { Plan } from '../../../src/editor/server/plan';
import type { ControllerSurroundings } from '../../../src/editor/server/controller';
import type { Failure } from '../../../src/messages';
import { ask, occupy, release, TestController, threadThat, when } from '../support';
import { sparePort } from '../../support/host/sparePort';

/** What the workspace asks for, except for `options`. */
const planWith = (options: Partial<Options>, isPortSet: boolean) => async (): Promise<Plan> => {
  const plan = await makePlan(undefined);
  return { ...plan, isPortSet, options: { ...plan.options, ...options } };
};

describe('the port', () => {
  let made: TestController | undefined;
  const make = (
    options: Partial<Options>,
    surroundings: Partial<ControllerSurroundings> = {},
    isPortSet = true,
  ): TestController => (made = new TestController({ plan: planWith(options, isPortSet), ...surroundings }));

  afterEach(async () => {
    await made?.controller.stop();
    made?.dispose();
  });

  it('is 4221 where nobody says another, or one of the next if that is taken', async () => {
    const port = vscode.workspace.getConfiguration('httpServer').inspect<number>('port')?.defaultValue;
    assert.equal(port, 4221);
    const test = make({ port });
    await test.controller.start();
    assert.ok(test.port !== undefined && test.port >= port && test.port < port + 20, `port ${test.port}`);
  });

  it('is the one asked for', async () => {
    const port = await sparePort();
    const { controller } = make({ port });
    await controller.start();
    assert.equal((await ask(port, 'GET /')).status, 200);
  });

  it('is one of the next when the one asked for is taken, and no setting is touched', async () => {
    const before = JSON.stringify(vscode.workspace.getConfiguration('httpServer'));
    const other = await occupy();
    const test = make({ port: other.port });
    await test.controller.start();
    const port = test.port ?? 0;
    assert.ok(port > other.port && port < other.port + 20, `${port} is not one of the next`);
    assert.equal((await ask(port, 'GET /')).status, 200);
    assert.equal(JSON.stringify(vscode.workspace.getConfiguration('httpServer')), before);
    await release(other);
  });

  /** What is said of the port. */
  const told = ({ controller }: TestController): string => {
    const { state } = controller;
    return state.kind === 'running' && state.site.detour ? detourText(state.site.port, state.site.detour) : '';
  };

  it('that is taken is told, with the reason, and taken back where a setting asks for it', async () => {
    const other = await occupy();
    const test = make({ port: other.port });
    await test.controller.start();
    assert.match(told(test), new RegExp(`^Port ${other.port} is taken by another program.* ${test.port}\\.$`));
    await test.controller.restart();
    assert.match(told(test), /is taken by another program/);
    await release(other);
    await test.controller.restart();
    assert.equal(test.port, other.port);
    assert.equal(told(test), '');
  });

  it('is the one of the last time where no setting asks for another, even if the default is free again', async () => {
    const other = await occupy();
    const test = make({ port: other.port }, {}, false);
    await test.controller.start();
    const used = test.port;
    await test.controller.stop();
    await release(other);
    await test.controller.start();
    assert.equal(test.port, used);
    assert.match(told(test), new RegExp(`^Port ${other.port} was taken the last time`));
  });

  it('is the same after a crash: pages have it open', async () => {
    const other = await occupy();
    const test = make({ port: other.port });
    await test.controller.start();
    const used = test.port;
    await release(other);
    const again = when(test.controller.onDidChangeState, ({ kind }) => kind === 'running');
    await test.threads[0]?.terminate();
    await again;
    assert.equal(test.port, used);
  });

  it('is the one asked for when the one of the last time is taken', async () => {
    const other = await occupy();
    const test = make({ port: other.port }, {}, false);
    await test.controller.start();
    const used = test.port ?? 0;
    await test.controller.stop();
    await release(other);
    const thief = await occupy(used);
    await test.controller.start();
    assert.equal(test.port, other.port);
    await release(thief);
  });

  it('is another one when somebody takes it while the server is stopped, until it is free again', async () => {
    const test = make({ port: await sparePort() });
    await test.controller.start();
    const stolen = test.port ?? 0;
    await test.controller.stop();
    const thief = await occupy(stolen);
    await test.controller.start();
    const used = test.port ?? 0;
    assert.ok(used > stolen && used < stolen + 20, `${used} is not one of the next`);
    assert.equal((await ask(used, 'GET /')).status, 200);
    await release(thief);
    await test.controller.restart();
    assert.equal(test.port, stolen);
  });

  it('that is taken, and no other may be tried, is a failure with a button to change it', async () => {
    const other = await occupy();
    const { controller } = make({ port: other.port, portAttempts: 1 });
    const state = await controller.start();
    assert.ok(state.kind === 'failed');
    assert.match(state.problem.message, new RegExp(`\\b${other.port}\\b`));
    assert.deepEqual(state.problem.actions[0]?.args, ['@id:httpServer.port']);
    await release(other);
  });

  it('that the system forbids is a failure that says so, with a button to change it', async () => {
    // The superuser may listen on any port, so a thread that says what others are told stands in.
    const failure: Failure = { code: 'EACCES', message: 'listen EACCES' };
    const reply = `{ type: 'failed', id: message.id, failure: ${JSON.stringify(failure)} }`;
    const test = make({ port: 80 }, { spawn: () => threadThat(`parentPort.postMessage(${reply})`) });
    const state = await test.controller.start();
    assert.ok(state.kind === 'failed');
    assert.match(state.problem.message, /\b80\b.*reserved/);
    assert.deepEqual(state.problem.actions[0]?.args, ['@id:httpServer.port']);
  });

  it('on an address that is not ours is a failure that names the setting', async () => {
    const { controller } = make({ host: '203.0.113.99', token: 'secret' });
    const state = await controller.start();
    assert.ok(state.kind === 'failed');
    assert.match(state.problem.message, /203\.0\.113\.99.*httpServer\.host/);
  });
});
