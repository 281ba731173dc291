/**
 * The commands, a line each. The title of one is `command.NAME` in `package.nls.json`. `npm run manifest` writes what follows into
 * `package.json`, in this order.
 */
import { hasFolder, is, isNo, isNoState, isState } from './contexts';

interface Command {
  /** A codicon. */
  readonly icon: string;
  /** Whether the palette says `HTTP Server:` in front of a title that does not name the server itself. */
  readonly category?: true;
  /** When the command can be chosen; always, where it is absent. */
  readonly enablement?: string;
}

export const commandTable = {
  start: { icon: 'play', enablement: `${hasFolder} && ${isNoState('running', 'starting', 'stopping')}` },
  stop: { icon: 'debug-stop', enablement: isState('running', 'starting') },
  restart: { icon: 'debug-restart', enablement: isState('running', 'failed') },
  open: { icon: 'link-external', enablement: hasFolder },
  openFile: { icon: 'globe', enablement: hasFolder },
  preview: { icon: 'open-preview', category: true, enablement: hasFolder },
  debug: { icon: 'debug-alt', enablement: hasFolder },
  copyUrl: { icon: 'copy', enablement: hasFolder },
  serveFolder: { icon: 'root-folder', enablement: hasFolder },
  cancelUpload: { icon: 'close', category: true, enablement: is('httpServer.uploading') },
  share: { icon: 'device-mobile', category: true, enablement: hasFolder },
  copySharedUrl: { icon: 'copy', category: true, enablement: is('httpServer.sharing') },
  stopSharing: { icon: 'circle-slash', category: true, enablement: is('httpServer.sharing') },
  extendShare: { icon: 'history', category: true, enablement: is('httpServer.sharing') },
  shareConsole: { icon: 'output', category: true, enablement: is('httpServer.sharing') },
  generateToken: { icon: 'key', category: true },
  copyUrlWithToken: { icon: 'copy' },
  forgetToken: { icon: 'trash', category: true },
  showRequests: { icon: 'list-unordered', enablement: hasFolder },
  filterRequests: { icon: 'filter', category: true },
  unfilterRequests: { icon: 'filter-filled', category: true, enablement: is('httpServer.requestsFiltered') },
  pauseRequests: { icon: 'debug-pause', category: true, enablement: isNo('httpServer.requestsPaused') },
  resumeRequests: { icon: 'debug-continue', category: true, enablement: is('httpServer.requestsPaused') },
  clearRequests: { icon: 'trash', category: true, enablement: isState('running') },
  exportRequests: { icon: 'export', category: true, enablement: isState('running') },
  waitForRequest: { icon: 'watch', category: true, enablement: isState('running') },
  openRequest: { icon: 'open-preview' },
  compareRequest: { icon: 'diff' },
  copyRequestAsCurl: { icon: 'terminal' },
  copyRequestAsFetch: { icon: 'code' },
  copyRequestContent: { icon: 'copy' },
  saveRequestContent: { icon: 'save-as' },
  replayRequest: { icon: 'debug-rerun', enablement: isState('running') },
  editRequest: { icon: 'edit', enablement: isState('running') },
  sendRequest: { icon: 'send', enablement: isState('running') },
  showConsole: { icon: 'terminal', enablement: hasFolder },
  showLog: { icon: 'output' },
  rules: { icon: 'list-ordered', category: true, enablement: hasFolder },
  menu: { icon: 'broadcast' },
  url: { icon: 'link' },
} satisfies Readonly<Record<string, Command>>;
