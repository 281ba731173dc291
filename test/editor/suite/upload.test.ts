import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { LogEvent } from '../../../src/accessLog';
import type { HttpServerApi } from '../../../src/editor/api';
import { RawClient } from '../../support/rawClient';
import { api, ask, folder, restoreSettings, set, started, when } from '../support';
import { sparePort } from '../../support/host/sparePort';

const bodies: readonly (readonly [promise: string, body: Buffer])[] = [
  ['of one octet', Buffer.from([0])],
  ['of every octet there is', Buffer.from(Array.from({ length: 256 }, (_, i) => i))],
  ['that looks like a request', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
  ['of 3 MiB at random', randomBytes(3 << 20)],
];

describe('a POST', () => {
  let server: HttpServerApi;
  let port: number;

  before(async () => {
    server = await api();
    port = await started(server);
  });

  for (const [promise, body] of bodies) {
    it(`${promise} is a file of the workspace, byte for byte`, async () => {
      const told = when<LogEvent>(server.onDidLog, (event) => event.method === 'POST');
      assert.equal((await ask(port, 'POST /files/uploads/new.bin', body)).status, 201);
      const uri = vscode.Uri.joinPath(folder().uri, 'uploads', 'new.bin');
      assert.deepEqual(Buffer.from(await vscode.workspace.fs.readFile(uri)), body);
      assert.deepEqual((await told).stored, ['uploads/new.bin']);
    });
  }

  it('goes on when the settings change in its midst', async () => {
    const body = randomBytes(1 << 20);
    const client = await RawClient.connect(port);
    const head = `POST /files/uploads/new.bin HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n`;
    await client.write(head);
    await client.write(body.subarray(0, 1000));
    const applied = when(server.onDidChangeState);
    await set('access', 'readOnly');
    assert.equal(await applied, 'running');
    await client.write(body.subarray(1000));
    assert.equal((await client.read()).status, 201);
    client.close();
    const uri = vscode.Uri.joinPath(folder().uri, 'uploads', 'new.bin');
    assert.deepEqual(Buffer.from(await vscode.workspace.fs.readFile(uri)), body);
    assert.notEqual((await ask(port, 'POST /files/uploads/new.bin', Buffer.from('x'))).status, 201);
    await restoreSettings();
  });

  it('gets its time to end when the port changes in its midst', async () => {
    const body = randomBytes(1 << 20);
    const client = await RawClient.connect(port);
    await client.write(
      `POST /files/uploads/new.bin HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    await client.write(body.subarray(0, 1000));
    const moving = when(server.onDidChangeState, (kind) => kind === 'stopping');
    await set('port', await sparePort());
    await moving;
    const moved = when(server.onDidChangeState, (kind) => kind === 'running');
    await client.write(body.subarray(1000));
    assert.equal((await client.read()).status, 201);
    client.close();
    await moved;
    const uri = vscode.Uri.joinPath(folder().uri, 'uploads', 'new.bin');
    assert.deepEqual(Buffer.from(await vscode.workspace.fs.readFile(uri)), body);
    const back = when(server.onDidChangeState, (kind) => kind === 'running');
    await restoreSettings();
    await back;
    assert.equal(server.url, `http://localhost:${port}/`);
  });

  it('leaves nothing beside the file', async () => {
    const uri = vscode.Uri.joinPath(folder().uri, 'uploads');
    assert.deepEqual(await vscode.workspace.fs.readDirectory(uri), [['new.bin', vscode.FileType.File]]);
  });

  after(() => vscode.workspace.fs.delete(vscode.Uri.joinPath(folder().uri, 'uploads'), { recursive: true }));
});
