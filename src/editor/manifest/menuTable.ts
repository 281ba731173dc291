/** Where commands stand in menus of the editor, a line each. `npm run manifest` writes it into `package.json`. */
import { hasFolder, isOnDisk, isState } from './contexts';
import type { CommandName } from './ids';

interface Entry {
  readonly command: CommandName;
  readonly when: string;
  /** The group in the menu, and behind the `@` the place in the group. */
  readonly group?: string;
}

const isServedPage = `resourceLangId == html && ${isState('running')}`;
const isServable = `${hasFolder} && ${isOnDisk}`;

export const menuTable: Readonly<Record<string, readonly Entry[]>> = {
  commandPalette: [
    { command: 'openFile', when: isOnDisk },
    { command: 'generateToken', when: 'false' },
    { command: 'copyUrlWithToken', when: 'false' },
    { command: 'forgetToken', when: 'false' },
  ],
  'explorer/context': [
    { command: 'openFile', when: isOnDisk, group: 'navigation@45' },
    { command: 'serveFolder', when: `${isOnDisk} && explorerResourceIsFolder`, group: 'navigation@46' },
    { command: 'copyUrl', when: isOnDisk, group: '6_copypath@50' },
  ],
  'editor/title': [
    { command: 'openFile', when: `${isServable} && ${isServedPage}`, group: 'navigation@50' },
    { command: 'openFile', when: `${isServable} && !(${isServedPage})`, group: '5_httpServer@1' },
    { command: 'copyUrl', when: isServable, group: '5_httpServer@2' },
  ],
  'editor/title/context': [
    { command: 'openFile', when: isServable, group: '3_open@50' },
    { command: 'copyUrl', when: isServable, group: '1_cutcopypaste@50' },
  ],
};

/** What else has an identifier: items of the status bar, and views. */
export const otherIds: readonly string[] = ['httpServer.uploads'];
