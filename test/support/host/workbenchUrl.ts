/** What a workbench page is to show and to load. */
export interface WorkbenchRequest {
  /** Absolute path of a folder or of a `.code-workspace` file; absent for an empty window. */
  readonly workspace?: string | undefined;
  /** Absolute paths of extensions to load from their source trees. */
  readonly extensionDevelopmentPaths?: readonly string[];
  /** Absolute path of a module whose `run()` is to be called in the extension host. */
  readonly extensionTestsPath?: string | undefined;
}

/** The address at which a server's page opens that window; the payload is what the smoke-test driver honours. */
export function workbenchUrl(server: string, request: WorkbenchRequest): string {
  const remote = (file: string) => `vscode-remote://remote${encodeURI(file)}`;
  const payload = [
    ...(request.extensionDevelopmentPaths ?? []).map((folder) => ['extensionDevelopmentPath', remote(folder)]),
    ...(request.extensionTestsPath === undefined ? [] : [['extensionTestsPath', remote(request.extensionTestsPath)]]),
    ['skipWelcome', 'true'],
  ];
  const url = new URL(server);
  const { workspace } = request;
  if (workspace === undefined) url.searchParams.set('ew', 'true');
  else url.searchParams.set(workspace.endsWith('.code-workspace') ? 'workspace' : 'folder', workspace);
  url.searchParams.set('payload', JSON.stringify(payload));
  return url.href;
}
