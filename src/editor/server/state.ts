/** The states of the server as the editor knows them. */
import type { Uri, WorkspaceFolder } from 'vscode';
import type { Access } from '../../options';
import type { Detour } from './binding';
import type { Problem } from './problem';

/** A server that listens. */
export interface ServedSite {
  readonly port: number;
  /** Why it is not the port asked for; undefined if it is. */
  readonly detour?: Detour | undefined;
  /** Where this machine reaches it: `http://localhost:4221/`. */
  readonly url: string;
  /** Where the user's browser reaches it; the same unless the editor forwards ports. */
  readonly external: Uri;
  /** Absolute path of the folder that is served. */
  readonly directory: string;
  readonly folder: WorkspaceFolder;
  /** Globs of what is kept back. */
  readonly exclude: readonly string[];
  /** Whether the server wants to be told of changed files, and of text that is not saved. */
  readonly liveReload: boolean;
  readonly serveUnsaved: boolean;
  /** What requests may do. */
  readonly access: Access;
  /** The secret that every request must carry; empty for none. Never to be logged. */
  readonly token: string;
}

export type State =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'starting' }
  /** `concern`: why it goes on as it was, for what is asked for now cannot be done. */
  | { readonly kind: 'running'; readonly site: ServedSite; readonly concern?: Problem | undefined }
  | { readonly kind: 'stopping' }
  | { readonly kind: 'failed'; readonly problem: Problem };

export type StateKind = State['kind'];

/** What is served now; undefined unless the server is running. */
export const siteIn = (state: State): ServedSite | undefined => (state.kind === 'running' ? state.site : undefined);

/** What may follow what. `running` follows itself when its folder or its settings changed, or cannot. */
const transitions: Readonly<Record<StateKind, readonly StateKind[]>> = {
  stopped: ['starting'],
  starting: ['running', 'failed'],
  running: ['running', 'stopping', 'starting', 'failed'],
  stopping: ['stopped', 'failed'],
  failed: ['starting', 'stopped'],
};

export const mayFollow = (from: StateKind, to: StateKind): boolean => transitions[from].includes(to);
