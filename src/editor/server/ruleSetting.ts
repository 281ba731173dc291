/** The setting `rules`: the list that is in force, which is the last one that made sense, and what is wrong with the one that is set. */
import { workspace } from 'vscode';
import type { WorkspaceConfiguration, WorkspaceFolder } from 'vscode';
import type { Options } from '../../options';
import type { RuleError } from '../../ruleError';
import { ruleErrorIn } from '../../ruleList';

/** By folder. */
const good = new Map<string, Options['rules']>();

/** What `httpServer.rules` says for a folder. */
interface RuleSetting {
  /** In force. */
  readonly rules: Options['rules'];
  /** Undefined if that is what is set. */
  readonly flaw: RuleError | undefined;
}

export function ruleSetting(folder: WorkspaceFolder): RuleSetting {
  const config = workspace.getConfiguration('httpServer', folder);
  const value = config.get<unknown>('rules');
  const key = folder.uri.toString();
  const flaw = ruleErrorIn(value, { proxyHosts: proxyHostsOf(config) });
  if (flaw !== undefined) return { rules: good.get(key) ?? [], flaw };
  const rules = value as Options['rules'];
  good.set(key, rules);
  return { rules, flaw };
}

/** Hosts beyond this machine that rules may hand requests on to. */
export function proxyHostsOf(config: WorkspaceConfiguration): readonly string[] {
  const hosts = config.get<unknown>('proxyHosts');
  return Array.isArray(hosts) ? hosts.filter((host) => typeof host === 'string') : [];
}

/** Whether one of the rules hands requests on. */
export const handsOn = ({ rules }: RuleSetting): boolean => rules.some((rule) => rule.proxy !== undefined);
