/** The file in front of the user, whatever kind of editor shows it: text, a picture, a notebook. */
import { TabInputCustom, TabInputNotebook, TabInputNotebookDiff, TabInputText, TabInputTextDiff, window } from 'vscode';
import type { Uri } from 'vscode';

/** The file; undefined where there is none. It is not that of the active text editor, which may be the Output panel. */
export function activeFile(): Uri | undefined {
  const input = window.tabGroups.activeTabGroup.activeTab?.input;
  if (input instanceof TabInputText || input instanceof TabInputCustom || input instanceof TabInputNotebook) {
    return input.uri;
  }
  if (input instanceof TabInputTextDiff || input instanceof TabInputNotebookDiff) return input.modified;
  return undefined;
}
