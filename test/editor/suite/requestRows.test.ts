/** What the view of requests asks of the server, and what it has in its rows. */
import assert from 'node:assert/strict';
import { RequestRows, type Row } from '../../../src/editor/requests/requestRows';
import { RawClient } from '../../support/rawClient';
import { ask, TestController, when } from '../support';

describe('the view of requests', () => {
  let made: TestController;
  let rows: RequestRows;
  let isSeen: boolean;
  /** What it has asked the server for. */
  let questions: string[];

  beforeEach(async () => {
    made = new TestController();
    questions = [];
    isSeen = true;
    const { controller } = made;
    rows = new RequestRows(
      {
        get state() {
          return controller.state;
        },
        onDidTraffic: controller.onDidTraffic,
        onDidChangeState: controller.onDidChangeState,
        ask: (...asked) => {
          questions.push(asked[0].kind);
          return controller.ask(...asked);
        },
      },
      () => isSeen,
    );
    await controller.start();
  });
  afterEach(async () => {
    rows.dispose();
    await made.controller.stop();
    made.dispose();
  });

  const textOf = (row: Row): string =>
    'number' in row ? row.target : 'more' in row ? `${row.more} more` : `${row.counted} counted`;
  const targets = (): string[] => rows.all.map(textOf);

  /** Resolves when the rows are those. */
  async function shows(...wanted: readonly string[]): Promise<void> {
    while (targets().join() !== wanted.join()) await when(rows.onDidChange);
  }

  /** A request; resolves when the editor has heard of it. */
  async function request(target: string): Promise<void> {
    const heard = when(made.controller.onDidTraffic, ({ events }) => events.some((event) => event.target === target));
    await ask(made.port ?? 0, `GET ${target}`);
    await heard;
  }

  it('has the newest first', async () => {
    await request('/a');
    await request('/b');
    await shows('/b', '/a');
  });

  it('asks for nothing while nobody sees it, whatever comes, and then for all at once', async () => {
    isSeen = false;
    questions.length = 0;
    for (let i = 0; i < 20; i++) await request(`/${i}`);
    rows.filter = '/1';
    rows.paused = true;
    rows.paused = false;
    assert.deepEqual(questions, []);
    isSeen = true;
    rows.filter = '/19';
    await shows('/19');
    assert.deepEqual(questions, ['list']);
  });

  it('stands still while it is paused, asks for nothing, and goes on', async () => {
    await request('/before');
    await shows('/before');
    rows.paused = true;
    questions.length = 0;
    await request('/meanwhile');
    rows.filter = '';
    assert.deepEqual([targets(), questions], [['/before'], []]);
    rows.paused = false;
    await shows('/meanwhile', '/before');
  });

  it('has nothing any more when it is cleared, paused or not', async () => {
    await request('/cleared');
    await shows('/cleared');
    rows.paused = true;
    await rows.clear();
    assert.deepEqual(targets(), []);
    rows.paused = false;
    await request('/after');
    await shows('/after');
  });

  it('has those that fit its filter', async () => {
    for (const target of ['/hello.txt', '/none', '/hello.txt?again']) await request(target);
    rows.filter = '2xx hello';
    await shows('/hello.txt?again', '/hello.txt');
    rows.filter = 'GET 404';
    await shows('/none');
  });

  it('says how many more there are, and how many came too fast to be kept', async () => {
    const sent = 6000;
    const client = await RawClient.connect(made.port ?? 0);
    const last = 'GET /last HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
    await client.write('GET /burst HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(sent - 1) + last);
    await client.readToEnd();
    client.close();
    const sum = (): number =>
      rows.all.reduce((all, row) => all + ('number' in row ? 1 : 'more' in row ? row.more : row.counted), 0);
    while (sum() < sent) await when(rows.onDidChange);
    assert.equal(sum(), sent);
    assert.equal(rows.all.filter((row) => 'number' in row).length, 200);
  });

  it('has nothing of a server that has stopped', async () => {
    await request('/gone');
    await shows('/gone');
    await made.controller.stop();
    await shows();
  });
});
