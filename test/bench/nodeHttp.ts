/** The least that a file server on `node:http` can do: small files from memory, without a look at the disk; others streamed. */
import { createReadStream, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type OutgoingHttpHeaders } from 'node:http';
import { join } from 'node:path';

const [, , site = '', port = ''] = process.argv;

interface Entry {
  readonly headers: OutgoingHttpHeaders;
  readonly etag: string;
  /** Absent if the file is too large to be kept. */
  readonly body: Buffer | undefined;
}

const files = new Map<string, Entry>();
for (const entry of readdirSync(site, { withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const { size, mtimeMs } = statSync(join(site, entry.name));
  const etag = `"${size.toString(16)}-${mtimeMs.toString(16)}"`;
  const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': size, ETag: etag };
  const body = size < 2 ** 20 ? readFileSync(join(site, entry.name)) : undefined;
  files.set(`/${entry.name}`, { headers, etag, body });
}

const server = createServer((request, response) => {
  const url = request.url ?? '';
  const file = files.get(url);
  if (file === undefined) {
    response.writeHead(404).end();
  } else if (request.headers['if-none-match'] === file.etag) {
    response.writeHead(304, { ETag: file.etag }).end();
  } else {
    response.writeHead(200, file.headers);
    if (file.body === undefined) createReadStream(join(site, url)).pipe(response);
    else response.end(file.body);
  }
});
// Connections that only wait must not be closed while they are counted.
server.keepAliveTimeout = 600_000;
server.listen(Number(port), '127.0.0.1');

process.on('message', () => {
  globalThis.gc?.();
  process.send?.(0);
});
