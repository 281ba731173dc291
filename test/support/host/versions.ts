/** One edition of VS Code the suites run on. */
export interface EditorVersion {
  readonly name: 'newest' | 'oldest';
  /** What `vscode.version` says there, and what the desktop download is asked for. */
  readonly vscode: string;
  /** The release of the npm package `code-server` that ships this VS Code's server. */
  readonly codeServer: string;
  /** The major version of Node that server runs on. */
  readonly node: number;
  /** The package whose search program it would download from elsewhere, where it is one. */
  readonly downloadsRipgrep: string | undefined;
}

export const versions: Readonly<Record<EditorVersion['name'], EditorVersion>> = {
  newest: {
    name: 'newest',
    vscode: '1.139.1',
    codeServer: '4.139.1',
    node: 24,
    downloadsRipgrep: undefined,
  },
  // The oldest whose server installs from npm alone; `engines.vscode` promises no less.
  oldest: {
    name: 'oldest',
    vscode: '1.99.3',
    codeServer: '4.99.4',
    node: 20,
    downloadsRipgrep: '@vscode/ripgrep',
  },
};

/** The version called `name`, `newest` when nothing is asked; throws on any other word. */
export function versionNamed(name = 'newest'): EditorVersion {
  if (name === 'newest' || name === 'oldest') return versions[name];
  throw new Error(`There is no editor version called "${name}": say newest or oldest.`);
}
