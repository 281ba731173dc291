/** Loaded into the server's thread before its program: collects garbage when the main thread asks for it. */
import { workerData, type MessagePort } from 'node:worker_threads';

const port = workerData as MessagePort;
port.on('message', () => {
  globalThis.gc?.();
  port.postMessage('');
});
port.unref();
