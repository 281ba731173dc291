/** The context keys that the editor's part keeps, and conditions (`when`, `enablement`) of them. Pure. */

/** The values that each context key may have. */
export interface Contexts {
  readonly 'httpServer.state': 'stopped' | 'starting' | 'running' | 'stopping' | 'failed';
  readonly 'httpServer.uploading': boolean;
  readonly 'httpServer.sharing': boolean;
  readonly 'httpServer.requestsFiltered': boolean;
  readonly 'httpServer.requestsPaused': boolean;
}

type StateKind = Contexts['httpServer.state'];
type Flag = { [Key in keyof Contexts]: Contexts[Key] extends boolean ? Key : never }[keyof Contexts];

export const isState = (...kinds: StateKind[]): string =>
  kinds.map((kind) => `httpServer.state == '${kind}'`).join(' || ');
export const isNoState = (...kinds: StateKind[]): string =>
  kinds.map((kind) => `httpServer.state != '${kind}'`).join(' && ');
export const is = (flag: Flag): string => flag;
export const isNo = (flag: Flag): string => `!${flag}`;

export const hasFolder = 'workspaceFolderCount != 0';
/** What is on the disk of the machine that the server runs on. */
export const isOnDisk = 'resourceScheme =~ /^(file|vscode-remote)$/';
