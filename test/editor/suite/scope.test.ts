import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { HttpServerApi } from '../../../src/editor/api';
import { makePlan } from '../../../src/editor/server/plan';
import { api, extensionId, folder, repeatedly, started, when } from '../support';

/** What a repository would set to let itself in. */
const hostile: Readonly<Record<string, unknown>> = {
  host: '0.0.0.0',
  allowedHosts: ['evil.example'],
  cors: ['https://evil.example'],
  proxyHosts: ['evil.example:80'],
  token: 'known',
  tls: { cert: '/tmp/cert.pem', key: '/tmp/key.pem' },
};

interface Manifest {
  readonly capabilities: { readonly untrustedWorkspaces: { readonly supported: unknown } };
  readonly contributes: {
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly scope?: string }>> };
  };
}

const manifest = (): Manifest => (vscode.extensions.getExtension(extensionId) ?? assert.fail()).packageJSON as Manifest;

describe('a repository', () => {
  let server: HttpServerApi;
  const file = (): string => path.join(folder().uri.fsPath, '.vscode/settings.json');
  let before: string | undefined;

  beforeEach(async () => {
    server = await api();
    await started(server);
    before = await readFile(file(), 'utf8').catch(() => undefined);
  });

  afterEach(async () => {
    if (before === undefined) await rm(file(), { force: true });
    else await writeFile(file(), before);
  });

  it('decides nothing of who may ask by its .vscode/settings.json', async () => {
    const applied = when(server.onDidChangeState);
    // One that a repository may set, so that there is something to wait for.
    const settings = { ...hostile, headers: { 'X-Settings': 'read' } };
    const lines = Object.entries(settings).map(([name, value]) => [`httpServer.${name}`, value]);
    await mkdir(path.dirname(file()), { recursive: true });
    const text = JSON.stringify(Object.fromEntries(lines));
    assert.equal(await repeatedly(() => writeFile(file(), text), applied), 'running');
    const { options } = await makePlan(undefined);
    assert.deepEqual(options.headers, { 'X-Settings': 'read' });
    const { host, allowedHosts, cors, proxyHosts, token, tls } = options;
    assert.deepEqual(
      { host, allowedHosts, cors, proxyHosts, token, tls },
      { host: 'localhost', allowedHosts: [], cors: [], proxyHosts: [], token: '', tls: undefined },
    );
    const restored = when(server.onDidChangeState);
    await rm(file());
    await restored;
  });

  for (const name of Object.keys(hostile)) {
    it(`cannot set ${name}: its scope is the machine`, () => {
      assert.equal(manifest().contributes.configuration.properties[`httpServer.${name}`]?.scope, 'machine');
    });
  }

  it('has no server before it is trusted', () => {
    assert.equal(manifest().capabilities.untrustedWorkspaces.supported, false);
  });
});
