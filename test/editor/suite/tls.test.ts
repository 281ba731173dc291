import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { makeCertificate } from '../../../src/certificate';
import type { Certificate } from '../../../src/certificate';
import type { HttpServerApi } from '../../../src/editor/api';
import { makePlan } from '../../../src/editor/server/plan';
import type { ProblemError } from '../../../src/editor/server/problem';
import { Sharing } from '../../../src/editor/sharing/share';
import { needs } from '../../support/needs';
import { networkAddresses } from '../../../src/addresses';
import { RawClient } from '../../support/rawClient';
import { openSecure } from '../../support/tls';
import { api, reached, restoreSettings, set, setForMachine, started, TestController, when } from '../support';

describe('a certificate of the user’s own', () => {
  let server: HttpServerApi;
  let port: number;
  let folder: string;
  let one: Certificate;
  let other: Certificate;

  const file = (name: string): string => path.join(folder, name);
  const files = (cert = 'cert.pem', key = 'key.pem'): unknown => ({ cert: file(cert), key: file(key) });

  const store = async ({ cert, key }: Certificate): Promise<void> => {
    await writeFile(file('cert.pem'), cert);
    await writeFile(file('key.pem'), key);
  };

  const statusWith = async (certificate: Certificate): Promise<number> => {
    const client = RawClient.on(await openSecure(port, '127.0.0.1', certificate));
    await client.write(`GET /hello.txt HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`);
    const { status } = await client.read();
    client.close();
    return status;
  };

  /** Sets the setting, and waits until the server has followed. */
  const apply = async (value: unknown): Promise<void> => {
    const settled = when(server.onDidChangeState, (next) => next === 'running');
    await setForMachine('tls', value);
    await settled;
  };

  before(async () => {
    const names = ['localhost', '127.0.0.1', ...networkAddresses().map(({ address }) => address)];
    [one, other] = await Promise.all([makeCertificate({ names }), makeCertificate({ names: ['localhost'] })]);
  });

  beforeEach(async () => {
    server = await api();
    port = await started(server);
    folder = await mkdtemp(path.join(tmpdir(), 'http-server-tls-'));
    await store(one);
  });

  afterEach(async () => {
    await restoreSettings();
    await reached(server, 'running');
    await rm(folder, { recursive: true });
  });

  it('makes the server speak HTTPS, on the same port', async () => {
    await apply(files());
    assert.equal(server.url, `https://localhost:${port}/`);
    assert.equal(await statusWith(one), 200);
  });

  it('that is another one on disk is used after the next start', async () => {
    await apply(files());
    await store(other);
    await server.stop();
    await server.start();
    await assert.rejects(statusWith(one));
    assert.equal(await statusWith(other), 200);
  });

  it('that is another one on disk is used from the next change of settings on, without a restart', async () => {
    await apply(files());
    await store(other);
    const settled = when(server.onDidChangeState);
    await set('headers', { 'X-Changed': 'yes' });
    assert.equal(await settled, 'running');
    assert.equal(await statusWith(other), 200);
  });

  it('that is good for the shared address is used there, too', async function () {
    const [network] = networkAddresses();
    needs(this, 'an address in a network', network !== undefined);
    await apply(files());
    const made = new TestController({
      plan: async () => {
        const plan = await makePlan(undefined);
        return { ...plan, options: { ...plan.options, port: 0 } };
      },
    });
    const sharing = new Sharing(made.controller);
    await made.controller.start();
    await sharing.start({ address: network.address, access: 'readOnly', secure: true });
    const fingerprint = sharing.share?.fingerprint;
    await made.controller.stop();
    for (const item of [sharing, made]) item.dispose();
    assert.equal(fingerprint, one.fingerprint256);
  });

  const wrong: readonly (readonly [promise: string, value: () => unknown, message: RegExp])[] = [
    ['without a key', () => ({ cert: file('cert.pem') }), /httpServer\.tls must be cert and key/],
    ['by a relative path', () => ({ cert: 'cert.pem', key: 'key.pem' }), /httpServer\.tls must be .*absolute path/],
    ['that is no object', () => 'cert.pem', /httpServer\.tls must be/],
    ['that is not there', () => files('none.pem'), /none\.pem, which the setting httpServer\.tls names.*ENOENT/],
    ['that is a key', () => files('key.pem'), /httpServer\.tls cannot be used: .*certificate/],
    ['whose key is a certificate', () => files('cert.pem', 'cert.pem'), /httpServer\.tls cannot be used: .*key/],
    ['whose key is another one', () => files('cert.pem', 'other.pem'), /httpServer\.tls cannot be used: .*key/],
  ];
  for (const [promise, value, message] of wrong) {
    it(`${promise} keeps the server from starting, says so, and leads to the setting`, async () => {
      await writeFile(file('other.pem'), other.key);
      await setForMachine('tls', value());
      await vscode.commands.executeCommand('httpServer.restart');
      await assert.rejects(server.start(), (error) => {
        assert.ok(error instanceof Error && 'problem' in error);
        const { problem } = error as ProblemError;
        assert.match(problem.message, message);
        assert.deepEqual(problem.actions[0]?.args, ['@id:httpServer.tls']);
        return true;
      });
    });
  }
});
