import { once } from 'node:events';
import { createServer } from 'node:net';

/** Where no system takes the ports of its outgoing connections from. */
const LOWEST = 12_000;
const HIGHEST = 30_000;

/** A port that is free now: windows that asked for the default one would take it from each other, and from the user. */
export async function sparePort(): Promise<number> {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if ((await isFree(port, '127.0.0.1')) && (await isFree(port, '::1'))) return port;
  }
}

/** A family that this machine has not takes no port. */
async function isFree(port: number, host: string): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen({ port, host }), 'listening');
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EADDRINUSE' && host !== '127.0.0.1';
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}
