/** The names by which the editor knows what is ours. Types alone: the tables stay out of the bundle. */
import type { commandTable } from './commandTable';
import type { settingTable } from './settingTable';

export type CommandName = keyof typeof commandTable;
export type CommandId = `httpServer.${CommandName}`;

/** The commands of the editor itself that buttons and menus run. */
type EditorCommand =
  | 'workbench.action.openRemoteSettings'
  | 'vscode.openFolder'
  | 'workbench.action.openSettings'
  | 'workbench.action.openWorkspaceSettings';

/** What a button or a menu may run. */
export type ActionId = CommandId | EditorCommand;

export type SettingName = keyof typeof settingTable;

/** Settings whose value is of that type of JSON. */
export type SettingOf<Type extends string> = {
  [Name in SettingName]: (typeof settingTable)[Name]['type'] extends Type ? Name : never;
}[SettingName];
