/** Showing a URL of the server to the user: in a browser, or on the clipboard. */
import { commands, env, l10n, window } from 'vscode';
import { openIn } from './settings';
import type { Site } from './state';
import { externalUrlOf, localUri, localUrlOf } from './urls';

/** @param pathname percent-encoded, from `/` */
export async function openInBrowser(site: Site, pathname: string): Promise<void> {
  if (openIn(site.folder) === 'external') await env.openExternal(localUri(localUrlOf(site, pathname)));
  else await commands.executeCommand('simpleBrowser.show', await externalUrlOf(site, pathname));
}

export async function copyUrl(site: Site, pathname: string): Promise<void> {
  const url = await externalUrlOf(site, pathname);
  await env.clipboard.writeText(url);
  window.setStatusBarMessage(l10n.t('Copied {0}', url), 3000);
}
