/**
 * The commands, a line each. The title of one is `command.NAME` in `package.nls.json`. `npm run manifest` writes what follows into
 * `package.json`, in this order.
 */
import { hasFolder, is, isNoState, isState } from './contexts';

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
  copyUrl: { icon: 'copy', enablement: hasFolder },
  serveFolder: { icon: 'root-folder', enablement: hasFolder },
  cancelUpload: { icon: 'close', category: true, enablement: is('httpServer.uploading') },
  share: { icon: 'device-mobile', category: true, enablement: hasFolder },
  copySharedUrl: { icon: 'copy', category: true, enablement: is('httpServer.sharing') },
  stopSharing: { icon: 'circle-slash', category: true, enablement: is('httpServer.sharing') },
  generateToken: { icon: 'key', category: true },
  copyUrlWithToken: { icon: 'copy' },
  forgetToken: { icon: 'trash', category: true },
  showLog: { icon: 'output' },
  menu: { icon: 'broadcast' },
} satisfies Readonly<Record<string, Command>>;
