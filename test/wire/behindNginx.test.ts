/** Events arrive behind nginx, which codes them if it is told to, and gathers them first. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { Live } from '../../src/endpoints/live/live';
import { needs } from '../support/needs';
import { startServed, type Served } from '../support/served';
import { sparePort } from '../support/host/sparePort';

const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];
const nginx = folders.map((folder) => join(folder, 'nginx')).find((file) => existsSync(file));

const configuration = (folder: string, port: number, upstream: number): string => `
daemon off;
worker_processes 1;
pid ${folder}/pid;
error_log stderr;
events {}
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  gzip on;
  gzip_types text/event-stream;
  gzip_proxied any;
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://127.0.0.1:${upstream};
      proxy_http_version 1.1;
    }
  }
}`;

describe('events behind nginx', () => {
  before(function () {
    needs(this, 'nginx', nginx !== undefined);
  });
  let served: Served;
  let live: Live;
  let folder: string;
  let proxy: ChildProcess;
  let port: number;

  beforeEach(async () => {
    live = new Live();
    served = await startServed({ liveReload: true, tls: undefined }, {}, { live });
    folder = mkdtempSync(join(tmpdir(), 'http-server-nginx-'));
    port = await sparePort();
    writeFileSync(join(folder, 'conf'), configuration(folder, port, served.port));
    proxy = spawn(nginx ?? '', ['-p', folder, '-c', join(folder, 'conf')], { stdio: 'ignore' });
    await once(proxy, 'spawn');
  });
  afterEach(async () => {
    const ended = once(proxy, 'exit');
    proxy.kill('SIGTERM');
    await ended;
    await served.stop();
    rmSync(folder, { recursive: true });
  });

  /** Asks until nginx listens. */
  async function open(): Promise<IncomingMessage> {
    for (;;) {
      const headers = { 'Accept-Encoding': 'gzip', Host: 'localhost' };
      const sent = request({ host: '127.0.0.1', port, path: '/.http-server/events', headers, agent: false }).end();
      try {
        const [response] = (await once(sent, 'response')) as [IncomingMessage];
        return response;
      } catch {
        assert.equal(proxy.exitCode, null, 'nginx ended');
      }
    }
  }

  it('R15: come as they are told', async () => {
    const response = await open();
    assert.equal(response.statusCode, 200);
    // It codes them all the same, but no longer gathers them.
    assert.equal(response.headers['content-encoding'], 'gzip');
    let text = '';
    const told = new Promise<void>((resolve) =>
      response.pipe(createGunzip()).on('data', (piece: Buffer) => {
        text += String(piece);
        if (text.includes('/a.txt')) resolve();
        else live.changed(['/a.txt']);
      }),
    );
    await told;
    response.destroy();
  });
});
