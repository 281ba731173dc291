/** Context keys: what conditions of menus and commands look at. */
import { commands } from 'vscode';
import type { Contexts } from '../manifest/contexts';

export const setContext = <Key extends keyof Contexts>(key: Key, value: Contexts[Key]): void =>
  void commands.executeCommand('setContext', key, value);
