/** The setting `rules`: the list that is in force, which is the last one that made sense, and what is wrong with the one that is set. */
import { workspace } from 'vscode';
import type { WorkspaceFolder } from 'vscode';
import type { Options } from '../../options';
import { RuleError } from '../../ruleError';
import { compileRules } from '../../ruleList';

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
  const [value, hosts] = [config.get<unknown>('rules'), config.get<unknown>('proxyHosts')];
  const proxyHosts = Array.isArray(hosts) ? hosts.filter((host) => typeof host === 'string') : [];
  const key = folder.uri.toString();
  try {
    compileRules(value, { proxyHosts });
    good.set(key, value as Options['rules']);
    return { rules: value as Options['rules'], flaw: undefined };
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    return { rules: good.get(key) ?? [], flaw: error };
  }
}

/** Whether one of the rules hands requests on. */
export const handsOn = ({ rules }: RuleSetting): boolean => rules.some((rule) => rule.proxy !== undefined);
