/** The rules that are in force, as a list to look at and to go on from. */
import { commands, l10n, QuickPickItemKind, ThemeIcon, window } from 'vscode';
import type { QuickPickItem } from 'vscode';
import type { Rule } from '../../ruleList';
import { forLabel } from '../common/words';
import { openSettings } from '../server/problem';
import { ruleSetting } from '../server/ruleSetting';
import type { ServedSite } from '../server/state';

export async function showRules({ folder }: ServedSite): Promise<void> {
  const { rules, flaw } = ruleSetting(folder);
  const wrong: QuickPickItem[] =
    flaw === undefined ? [] : [{ label: forLabel(flaw.message), iconPath: new ThemeIcon('warning') }];
  const items = [...wrong, ...rules.map(itemOf), { label: '', kind: QuickPickItemKind.Separator }, edit()];
  const placeHolder = rules.length === 0 ? l10n.t('There are no rules.') : l10n.t('The first that matches acts.');
  const picked = await window.showQuickPick(items, { title: l10n.t('Rules'), placeHolder, matchOnDescription: true });
  if (picked === undefined) return;
  const { command, args } = openSettings('rules');
  await commands.executeCommand(command, ...args);
}

const edit = (): QuickPickItem => ({ label: l10n.t('Edit Rules'), iconPath: new ThemeIcon('gear') });

function itemOf(rule: Rule, i: number): QuickPickItem {
  const methods = [(rule.method ?? []) as string | readonly string[]].flat().join(', ');
  const label = [`${i + 1}`, methods, rule.match].filter((word) => word !== '').join(' ');
  return { label: forLabel(label), description: forLabel(summaryOf(rule)) };
}

/** What it does, in a few words. */
export function summaryOf(rule: Rule): string {
  for (const [name, value] of Object.entries(rule)) {
    if (name === 'match' || name === 'method') continue;
    if (typeof value === 'string') return `${name} ${value}`;
    const { to, status, file } = value as { readonly to?: string; readonly status?: number; readonly file?: string };
    if (name === 'headers') return `${name} ${Object.keys(value as object).join(', ')}`;
    return [name, to, status, file].filter((word) => word !== undefined).join(' ');
  }
  return '';
}
