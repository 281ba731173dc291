/** How to share on the local network, as the user chooses it. */
import { env, l10n, QuickPickItemKind, ThemeIcon, window } from 'vscode';
import type { QuickPickItem } from 'vscode';
import type { Access } from '../../options';
import type { ServedSite } from '../server/state';
import { pickInbox } from './inbox';
import { networkAddresses } from '../../addresses';
import type { NetworkAddress } from '../../addresses';
import { ProblemError } from '../server/problem';
import type { SharingTerms } from './share';
import { forLabel } from '../common/words';

type Way = Omit<SharingTerms, 'address' | 'inbox'>;

interface WayItem extends QuickPickItem {
  readonly way?: Way;
}

interface AddressItem extends QuickPickItem {
  readonly address: string;
}

/**
 * Asks what to offer, and at which address if there are several.
 *
 * @param hasProxies whether there are rules that hand requests on to other servers
 * @returns undefined if the user changed their mind
 */
export async function pickTerms(
  site: Pick<ServedSite, 'access' | 'directory' | 'exclude'>,
  hasProxies: boolean,
  addresses = networkAddresses(),
): Promise<SharingTerms | undefined> {
  const [first] = addresses;
  if (first === undefined) throw new ProblemError({ message: noNetwork(), actions: [] });
  const title = l10n.t('Share on Local Network');
  const placeHolder = welcome();
  const way = (await window.showQuickPick(ways(site.access), { title, placeHolder, matchOnDetail: true }))?.way;
  if (way === undefined) return undefined;
  const address = addresses.length === 1 ? first.address : await pickAddress(title, addresses);
  if (address === undefined) return undefined;
  if (way.access === 'dropBox') {
    const inbox = await pickInbox(site, title);
    return inbox === undefined ? undefined : { ...way, address, inbox };
  }
  const proxies = hasProxies ? await pickProxies(title) : false;
  return proxies === undefined ? undefined : { ...way, address, proxies };
}

const noNetwork = (): string => l10n.t('This machine is in no network, so there is nobody to share with.');

const welcome = (): string =>
  env.remoteName === undefined
    ? l10n.t('For an hour, whoever has the link and is in your network gets in.')
    : l10n.t('For an hour, whoever has the link and is in the network of the remote machine gets in.');

/** The ways to share, the safest first. */
function ways(access: Access): WayItem[] {
  return [
    ...levels(access, false, ['eye', 'edit'], l10n.t('Works at once. Whoever is in the network can listen.')),
    { label: '', kind: QuickPickItemKind.Separator },
    ...levels(access, true, ['lock', 'lock'], l10n.t('Encrypted, and pages can use the camera. Browsers warn first.')),
  ];
}

/** @param icons for who reads, and for who writes, too */
function levels(access: Access, secure: boolean, icons: readonly [string, string], detail: string): WayItem[] {
  const [read, write] = icons;
  const scheme = secure ? 'HTTPS' : 'HTTP';
  if (access === 'dropBox') return [dropBox(write, scheme, secure, detail)];
  const items: WayItem[] = [
    {
      label: l10n.t('Read Only, by {0}', scheme),
      iconPath: new ThemeIcon(read),
      detail,
      way: { access: 'readOnly', secure },
    },
    {
      label: l10n.t('Read and Write, by {0}', scheme),
      iconPath: new ThemeIcon(write),
      description: l10n.t('who may write may have code run here'),
      detail,
      way: { access: 'readWrite', secure },
    },
  ];
  return access === 'readOnly' ? items.slice(0, 1) : items.toSpliced(1, 0, receiving(scheme, secure, detail));
}

/** Files come in, into one folder, and visitors see none. */
const receiving = (scheme: string, secure: boolean, detail: string): WayItem => ({
  label: l10n.t('Receive Files, by {0}', scheme),
  iconPath: new ThemeIcon('inbox'),
  description: l10n.t('into one folder, and none are shown'),
  detail,
  way: { access: 'dropBox', secure },
});

/** What a share may be where the setting is a drop box: one, too. */
const dropBox = (icon: string, scheme: string, secure: boolean, detail: string): WayItem => ({
  label: l10n.t('Drop Box, by {0}', scheme),
  iconPath: new ThemeIcon(icon),
  description: l10n.t('files are taken, and none are shown'),
  detail,
  way: { access: 'readWrite', secure },
});

interface ProxyItem extends QuickPickItem {
  readonly proxies: boolean;
}

/** A backend on this machine counts on being asked by its owner alone. */
async function pickProxies(title: string): Promise<boolean | undefined> {
  const items: ProxyItem[] = [
    { label: l10n.t('Not for Visitors'), description: l10n.t('they are shown what is in the folder'), proxies: false },
    { label: l10n.t('For Visitors, Too'), description: l10n.t('they reach the backend as you do'), proxies: true },
  ];
  const placeHolder = l10n.t('Your rules hand requests on to other servers.');
  return (await window.showQuickPick(items, { title, placeHolder }))?.proxies;
}

async function pickAddress(title: string, addresses: readonly NetworkAddress[]): Promise<string | undefined> {
  const placeHolder = l10n.t('Which network to share on');
  const items = addresses.map(({ name, address }): AddressItem => ({
    label: address,
    description: forLabel(name),
    address,
  }));
  return (await window.showQuickPick(items, { title, placeHolder }))?.address;
}
