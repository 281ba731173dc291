import assert from 'node:assert/strict';
import { mkdirSync, renameSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { FolderWatch } from '../../../src/editor/server/folderWatch';
import { vanished, makePlan } from '../../../src/editor/server/plan';
import type { Plan } from '../../../src/editor/server/plan';
import { ProblemError } from '../../../src/editor/server/problem';
import { folder, TestController, when, ask } from '../support';
import { sparePort } from '../../support/host/sparePort';

describe('a served folder', () => {
  const directory = path.join(folder().uri.fsPath, 'fleeting');
  const elsewhere = path.join(folder().uri.fsPath, 'moved');
  let exists = true;
  let port = 0;
  const plan = async (): Promise<Plan> => {
    if (!exists) throw new ProblemError(vanished(directory));
    const made = await makePlan(undefined);
    return { ...made, options: { ...made.options, directory, port } };
  };
  let made: TestController;
  let watch: FolderWatch;

  beforeEach(async () => {
    exists = true;
    port = await sparePort();
    await mkdir(directory);
    made = new TestController({ plan });
    watch = new FolderWatch(made.controller, 10);
    await made.controller.start();
  });
  afterEach(async () => {
    watch.dispose();
    await made.controller.stop();
    made.dispose();
    for (const place of [directory, elsewhere]) await rm(place, { recursive: true, force: true });
  });

  const vanishings: readonly (readonly [promise: string, vanish: () => Promise<unknown>])[] = [
    ['is deleted', () => rm(directory, { recursive: true })],
    ['is moved', () => rename(directory, elsewhere)],
    ['becomes a file', () => rm(directory, { recursive: true }).then(() => writeFile(directory, ''))],
  ];

  for (const [promise, vanish] of vanishings) {
    it(`that ${promise} is a failure that names it, and the server is back when it is`, async () => {
      const failed = when(made.controller.onDidChangeState, ({ kind }) => kind === 'failed');
      await vanish();
      const state = await failed;
      assert.ok(state.kind === 'failed');
      assert.match(state.problem.message, /fleeting/);
      const back = when(made.controller.onDidChangeState, ({ kind }) => kind === 'running');
      await rm(directory, { force: true });
      await mkdir(directory);
      await back;
      assert.equal((await ask(port, 'GET /files/')).status, 200);
    });
  }

  it('that was never there is served when it comes', async () => {
    await made.controller.stop();
    await rm(directory, { recursive: true });
    exists = false;
    assert.equal((await made.controller.start()).kind, 'failed');
    const back = when(made.controller.onDidChangeState, ({ kind }) => kind === 'running');
    exists = true;
    await mkdir(directory);
    await back;
  });

  it('that another takes the place of is served on', async () => {
    const kinds: string[] = [];
    const subscription = made.controller.onDidChangeState(({ kind }) => kinds.push(kind));
    // In one turn: it may look in between once, and no more often, however slow this is.
    renameSync(directory, elsewhere);
    mkdirSync(directory);
    await writeFile(path.join(directory, 'new.txt'), 'new');
    assert.equal((await ask(port, 'GET /files/new.txt')).body.toString(), 'new');
    subscription.dispose();
    assert.deepEqual(kinds, []);
  });
});
