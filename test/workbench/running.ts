/** The extension's server as the workbench shows it, and as a plain TCP client finds it. */
import type { Locator } from 'playwright-core';
import { RawClient } from '../support/rawClient';
import type { Workbench } from './workbench';

/** The status item's text while the server is running: the port, then perhaps the number of requests. */
const running = /^\s*(\d{4,5})(?:\s+(\d+))?\s*$/;

/** Waits until the server is running. */
export async function portOf(workbench: Workbench): Promise<number> {
  await workbench.serverItem().filter({ hasText: running }).waitFor();
  return Number(running.exec(await workbench.serverItem().innerText())?.[1]);
}

/** How many requests the status item tells of. */
export async function requestsOf(workbench: Workbench): Promise<number> {
  return Number(running.exec(await workbench.serverItem().innerText())?.[2] ?? 0);
}

/** Waits until the status item has no port to show. */
export async function notRunning(workbench: Workbench): Promise<void> {
  await workbench
    .serverItem()
    .filter({ hasText: /^\s*HTTP Server\s*$/ })
    .waitFor();
}

/** A request on a connection of its own; resolves to the status. */
export async function ask(port: number, request: string, body = ''): Promise<number> {
  const client = await RawClient.connect(port);
  try {
    const length = body === '' ? '' : `Content-Length: ${body.length}\r\n`;
    await client.write(`${request} HTTP/1.1\r\nHost: localhost:${port}\r\n${length}Connection: close\r\n\r\n${body}`);
    return (await client.read()).status;
  } finally {
    client.close();
  }
}

/** An editor under test shows no toasts, only the list of notifications, and that only while there is one. */
export async function showNotifications(workbench: Workbench): Promise<void> {
  await until(workbench.page.locator('.notifications-center .notification-list-item').first(), () =>
    workbench.runCommand('Notifications: Show Notifications'),
  );
}

/** Does `action`, again and again if need be, until `wanted` is there: a page that is being redrawn misses clicks. */
export async function until(wanted: Locator, action: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    await action();
    try {
      await wanted.waitFor({ timeout: 3_000 });
      return;
    } catch (error) {
      if (attempt === 5) throw error;
    }
  }
}
