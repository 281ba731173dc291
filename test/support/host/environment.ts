/** This process's environment without what an editor or npm around it has put there, and with a home of its own. */
export function cleanEnvironment(home: string): NodeJS.ProcessEnv {
  const foreign = /^(VSCODE_(?!TEST_)|ELECTRON_|npm_|NODE_OPTIONS$|XDG_)/;
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  // Nothing is looked up in a gallery of extensions.
  return { ...Object.fromEntries(kept), HOME: home, XDG_RUNTIME_DIR: home, EXTENSIONS_GALLERY: '{"serviceUrl":""}' };
}
