/**
 * The corpus against Node's own parser with its strict defaults. Every disagreement is known, has its reason in the
 * corpus, and is on the side of the RFC; a reason that is not needed (by Node 20) fails, too.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answersIn, type Answer } from '../support/answers';
import { accepted, refused } from '../support/data/corpus';
import { exchange } from '../support/rawClient';
import { mirror, startServer, type TestServer } from '../support/testServer';

/** The part of what `mirror` says that the target has no part in: Node leaves that to the application. */
const essence = ({ status, body }: Answer): string =>
  status === 200 ? `200 ${body.replace(/^([^|]*)\|.*\|/s, '$1|')}` : String(status);

async function nodeMirror(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const body = Buffer.from(`${request.method ?? ''}|${Buffer.concat(parts).toString('latin1')}`, 'latin1');
  response.setHeader('Content-Length', body.length).end(body);
}

describe('compared with the parser of node:http', () => {
  let ours: TestServer;
  let node: Server;
  before(async () => {
    ours = await startServer(mirror);
    node = createServer((request, response) => void nodeMirror(request, response).catch(() => undefined));
    node.listen(0, '127.0.0.1');
    await once(node, 'listening');
  });
  after(async () => {
    node.closeAllConnections();
    node.close();
    await ours.stop();
  });

  async function both(bytes: string): Promise<[ours: string, node: string]> {
    const { port } = node.address() as AddressInfo;
    const said = await Promise.all([exchange(ours.port, bytes), exchange(port, bytes)]);
    return said.map((text) => answersIn(text).map(essence).join(', ')) as [string, string];
  }

  for (const { name, bytes, node: reason } of [...accepted, ...refused]) {
    it(reason === undefined ? `${name}: the same` : `${name}: ${reason}`, async () => {
      const [us, them] = await both(bytes);
      if (reason === undefined) assert.equal(them, us);
      // Other versions of Node may have learned what this one has not.
      else if (process.versions.node.startsWith('20.')) assert.notEqual(them, us, 'a reason that is not needed');
    });
  }
});
