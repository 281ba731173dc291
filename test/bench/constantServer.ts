/** The least that a server on Node.js can do: `node constantServer.js PORT FILE` answers whatever comes with the octets of FILE. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

const [, , port = '', file = ''] = process.argv;
const answer = readFileSync(file);

createServer({ noDelay: true }, (socket) => {
  socket.on('data', () => socket.write(answer));
  // Who has gone needs no answer.
  socket.on('error', () => undefined);
}).listen({ port: Number(port), host: '127.0.0.1', backlog: 511 });

process.on('message', () => {
  globalThis.gc?.();
  process.send?.(0);
});
