/** "Open HTTP Server Endpoint…": what there is to open, with real URLs. */
import * as path from 'node:path';
import { l10n, ThemeIcon, window } from 'vscode';
import type { QuickInputButton, QuickPickItem } from 'vscode';
import { activeFile } from '../common/activeFile';
import { copyUrl, openInBrowser } from './browse';
import { attempt } from '../server/problem';
import type { ServedSite } from '../server/state';
import { externalUrlOf, servedPath } from '../server/urls';
import { forLabel } from '../common/words';

interface Endpoint {
  readonly icon: string;
  readonly label: string;
  /** Percent-encoded, from `/`. */
  readonly pathname: string;
  /** What it does. */
  readonly meaning: string;
  /** Asks for the rest of the path; undefined when the user changed their mind. */
  readonly ask?: () => Promise<string | undefined>;
}

interface Item extends QuickPickItem {
  readonly endpoint: Endpoint;
}

/** Lets the user choose, then opens or copies it. */
export async function pickEndpoint(site: ServedSite): Promise<void> {
  const copy: QuickInputButton = { iconPath: new ThemeIcon('copy'), tooltip: l10n.t('Copy URL') };
  const items = await Promise.all(endpoints(site).map((endpoint) => itemOf(site, endpoint, copy)));
  const picker = window.createQuickPick<Item>();
  picker.title = l10n.t('HTTP Server on port {0}', site.port);
  picker.placeholder = l10n.t('What to open in the browser');
  picker.matchOnDescription = true;
  picker.matchOnDetail = true;
  picker.items = items;
  picker.onDidAccept(() => {
    const endpoint = picker.activeItems[0]?.endpoint;
    picker.hide();
    if (endpoint !== undefined) void attempt(() => use(site, endpoint, openInBrowser));
  });
  picker.onDidTriggerItemButton(({ item }) => {
    picker.hide();
    void attempt(() => use(site, item.endpoint, (of, pathname) => copyUrl(of, [pathname])));
  });
  picker.onDidHide(() => picker.dispose());
  picker.show();
}

function endpoints(site: ServedSite): Endpoint[] {
  return [
    ...currentFile(site),
    { icon: 'globe', label: l10n.t('Site'), pathname: '/', meaning: l10n.t('The folder as a web site') },
    {
      icon: 'files',
      label: '/files/',
      pathname: '/files/',
      meaning: l10n.t('What is in the folder, as JSON; a file that is POSTed below it is stored there'),
    },
    {
      icon: 'comment',
      label: '/echo/…',
      pathname: '/echo/',
      meaning: l10n.t('Sends back the text that follows'),
      ask: askForText,
    },
    {
      icon: 'person',
      label: '/user-agent',
      pathname: '/user-agent',
      meaning: l10n.t('Tells what your browser calls itself'),
    },
  ];
}

/** The file in front of the user, as a page and as it is. */
function currentFile(site: ServedSite): Endpoint[] {
  const file = activeFile();
  const pathname = file && servedPath(site, file);
  if (file === undefined || pathname === undefined) return [];
  const label = forLabel(path.basename(file.fsPath));
  return [
    { icon: 'file-code', label, pathname, meaning: l10n.t('The current file, as part of the web site') },
    { icon: 'file-binary', label, pathname: `/files${pathname}`, meaning: l10n.t('The current file, byte for byte') },
  ];
}

async function itemOf(site: ServedSite, endpoint: Endpoint, copy: QuickInputButton): Promise<Item> {
  const description = forLabel(await externalUrlOf(site, endpoint.pathname));
  const iconPath = new ThemeIcon(endpoint.icon);
  return { endpoint, label: endpoint.label, iconPath, description, detail: endpoint.meaning, buttons: [copy] };
}

async function askForText(): Promise<string | undefined> {
  const text = await window.showInputBox({
    title: l10n.t('Open /echo/…'),
    prompt: l10n.t('Text for the server to send back'),
    value: 'hello',
  });
  return text === undefined ? undefined : encodeURIComponent(text);
}

async function use(
  site: ServedSite,
  endpoint: Endpoint,
  action: (site: ServedSite, pathname: string) => Promise<void>,
): Promise<void> {
  const rest = endpoint.ask === undefined ? '' : await endpoint.ask();
  if (rest !== undefined) await action(site, endpoint.pathname + rest);
}
