/** Where commands stand in menus of the editor, a line each. `npm run manifest` writes it into `package.json`. */
import { hasFolder, is, isNo, isOnDisk } from './contexts';
import type { CommandName } from './ids';

interface Entry {
  readonly command: CommandName;
  readonly when: string;
  /** The group in the menu, and behind the `@` the place in the group. */
  readonly group?: string;
}

const isPage = 'resourceLangId == html';
/** Of a request: a row of the view, a document to be read, one to be edited. */
const isView = 'view == httpServer.requests';
/** What is only about what the view shows is not offered while nobody sees it. */
const isSeen = 'view.httpServer.requests.visible';
const isRow = `${isView} && viewItem == request`;
const isRead = 'resourceScheme == http-server-request';
const isEdited = 'resourceScheme == http-server-edit';
const isServable = `${hasFolder} && ${isOnDisk}`;

export const menuTable: Readonly<Record<string, readonly Entry[]>> = {
  commandPalette: [
    { command: 'openFile', when: isOnDisk },
    { command: 'generateToken', when: 'false' },
    { command: 'url', when: 'false' },
    { command: 'copyUrlWithToken', when: 'false' },
    { command: 'forgetToken', when: 'false' },
    { command: 'openRequest', when: 'false' },
    { command: 'filterRequests', when: isSeen },
    { command: 'unfilterRequests', when: isSeen },
    { command: 'pauseRequests', when: isSeen },
    { command: 'resumeRequests', when: isSeen },
    { command: 'clearRequests', when: isSeen },
    { command: 'compareRequest', when: isRead },
    { command: 'copyRequestAsCurl', when: isRead },
    { command: 'copyRequestAsFetch', when: isRead },
    { command: 'copyRequestContent', when: isRead },
    { command: 'saveRequestContent', when: isRead },
    { command: 'replayRequest', when: isRead },
    { command: 'editRequest', when: isRead },
    { command: 'sendRequest', when: isEdited },
  ],
  'explorer/context': [
    { command: 'openFile', when: isOnDisk, group: 'navigation@45' },
    { command: 'preview', when: `${isOnDisk} && !explorerResourceIsFolder`, group: 'navigation@46' },
    { command: 'serveFolder', when: `${isOnDisk} && explorerResourceIsFolder`, group: 'navigation@47' },
    { command: 'copyUrl', when: isOnDisk, group: '6_copypath@50' },
  ],
  'editor/title': [
    { command: 'openFile', when: `${isServable} && ${isPage}`, group: 'navigation@50' },
    { command: 'openFile', when: `${isServable} && !(${isPage})`, group: '5_httpServer@1' },
    { command: 'preview', when: isServable, group: '5_httpServer@2' },
    { command: 'debug', when: `${isServable} && ${isPage}`, group: '5_httpServer@3' },
    { command: 'copyUrl', when: isServable, group: '5_httpServer@4' },
    { command: 'sendRequest', when: isEdited, group: 'navigation@1' },
    { command: 'replayRequest', when: isRead, group: 'navigation@1' },
    { command: 'editRequest', when: isRead, group: 'navigation@2' },
    { command: 'compareRequest', when: isRead, group: 'navigation@3' },
    { command: 'copyRequestAsCurl', when: isRead, group: '5_httpServer@1' },
    { command: 'copyRequestAsFetch', when: isRead, group: '5_httpServer@2' },
    { command: 'copyRequestContent', when: isRead, group: '5_httpServer@3' },
    { command: 'saveRequestContent', when: isRead, group: '5_httpServer@4' },
  ],
  'view/title': [
    { command: 'filterRequests', when: `${isView} && ${isNo('httpServer.requestsFiltered')}`, group: 'navigation@1' },
    { command: 'unfilterRequests', when: `${isView} && ${is('httpServer.requestsFiltered')}`, group: 'navigation@1' },
    { command: 'pauseRequests', when: `${isView} && ${isNo('httpServer.requestsPaused')}`, group: 'navigation@2' },
    { command: 'resumeRequests', when: `${isView} && ${is('httpServer.requestsPaused')}`, group: 'navigation@2' },
    { command: 'clearRequests', when: isView, group: 'navigation@3' },
    { command: 'filterRequests', when: `${isView} && ${is('httpServer.requestsFiltered')}`, group: '1_filter@1' },
    { command: 'waitForRequest', when: isView, group: '2_requests@1' },
    { command: 'exportRequests', when: isView, group: '2_requests@2' },
  ],
  'view/item/context': [
    { command: 'replayRequest', when: isRow, group: 'inline@1' },
    { command: 'openRequest', when: isRow, group: '1_open@1' },
    { command: 'compareRequest', when: isRow, group: '1_open@2' },
    { command: 'replayRequest', when: isRow, group: '2_send@1' },
    { command: 'editRequest', when: isRow, group: '2_send@2' },
    { command: 'copyRequestAsCurl', when: isRow, group: '3_copy@1' },
    { command: 'copyRequestAsFetch', when: isRow, group: '3_copy@2' },
    { command: 'copyRequestContent', when: isRow, group: '3_copy@3' },
    { command: 'saveRequestContent', when: isRow, group: '4_save@1' },
    { command: 'exportRequests', when: isRow, group: '4_save@2' },
  ],
  'editor/title/context': [
    { command: 'openFile', when: isServable, group: '3_open@50' },
    { command: 'copyUrl', when: isServable, group: '1_cutcopypaste@50' },
  ],
};

/** What else has an identifier: items of the status bar, and views. */
export const otherIds: readonly string[] = ['httpServer.uploads', 'httpServer.requests'];
