/** The extension's server as the workbench shows it, and as a plain TCP client finds it. */
import type { Locator } from 'playwright-core';
import { RawClient } from '../support/rawClient';
import type { Workbench } from './workbench';

/** The status item's text while the server is running: the port, then perhaps the number of requests. */
const running = /^\s*(\d{4,5})(?:\s+(\d+))?\s*$/;

/** Waits until the server is running. */
export async function portOf(workbench: Workbench): Promise<number> {
  for (;;) {
    await workbench.serverItem().filter({ hasText: running }).waitFor();
    // It may have gone on meanwhile.
    const port = running.exec(await workbench.serverItem().innerText())?.[1];
    if (port !== undefined) return Number(port);
  }
}

/** How many requests the status item tells of. */
export async function requestsOf(workbench: Workbench): Promise<number> {
  return Number(running.exec(await workbench.serverItem().innerText())?.[2] ?? 0);
}

/** Waits until the server is neither running nor on its way there or back. */
export async function notRunning(workbench: Workbench): Promise<void> {
  await workbench
    .serverItem()
    .filter({ hasText: /^\s*HTTP Server\s*$/, hasNot: workbench.page.locator('.codicon-loading') })
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

/**
 * Shows the notification with that text, and returns it. An editor under test shows no toasts, only the list of
 * notifications, and that only while there is one.
 */
export async function showNotifications(workbench: Workbench, text: string | RegExp): Promise<Locator> {
  const items = workbench.page.locator('.notifications-center .notification-list-item');
  const wanted = items.filter({ hasText: text }).first();
  await until(wanted, () => workbench.runCommand('Notifications: Show Notifications'));
  return wanted;
}

const PATIENCE_MS = 180_000;

/**
 * Does `action`, again and again if need be, until `wanted` is there: a page that is being redrawn misses clicks. It waits
 * longer each time: on a slow machine the next click would take away what the last one is about to show.
 *
 * @param action is told how long it may take, in milliseconds
 */
export async function until(wanted: Locator, action: (timeout: number) => Promise<void>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (let timeout = 3_000; ; timeout *= 2) {
    await action(timeout);
    try {
      await wanted.waitFor({ timeout });
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

/** Does what the status bar tells of for three seconds: it is looked at before. */
export async function tells(workbench: Workbench, text: string | RegExp, action: () => Promise<void>): Promise<void> {
  await Promise.all([workbench.statusBarItem(text).waitFor(), action()]);
}
