/** What is offered where a wrong rule stands in the settings: what was plainly meant, or the setting that is for it. */
import { CodeAction, CodeActionKind, l10n, languages, Position, Range, workspace, WorkspaceEdit } from 'vscode';
import type { CodeActionProvider, Disposable, TextDocument } from 'vscode';
import type { RuleError } from '../../ruleError';
import { ruleErrorIn } from '../../ruleList';
import { openSettings } from './problem';
import type { Span } from './rulePlace';
import { proxyHostsOf } from './ruleSetting';

export const setting = 'httpServer.rules';

/** Of our diagnostics. */
export const source = 'HTTP Server';

const files = [{ pattern: '**/.vscode/settings.json' }, { pattern: '**/*.code-workspace' }];

/** In characters, of what a title says of the text. */
const longest = 60;

const provider: CodeActionProvider = {
  async provideCodeActions(document, _, { diagnostics }) {
    const ours = diagnostics.filter((each) => each.source === source);
    if (ours.length === 0) return [];
    return (await fixesFor(document)).map((action) => Object.assign(action, { diagnostics: ours }));
  },
};

export const offerRuleFixes = (): Disposable =>
  languages.registerCodeActionsProvider(files, provider, { providedCodeActionKinds: [CodeActionKind.QuickFix] });

/** By the text as it is now, saved or not. */
async function fixesFor(document: TextDocument): Promise<CodeAction[]> {
  // Loaded when they are needed: few rules are wrong, and every window starts.
  const [{ editOf, rulesIn }, { repairOf }] = await Promise.all([
    import('./rulePlace.js'),
    import('../../ruleRepair.js'),
  ]);
  const text = document.getText();
  const list = rulesIn(text, setting);
  if (list === undefined) return [];
  const proxyHosts = proxyHostsOf(workspace.getConfiguration('httpServer', document));
  const judge = (rules: unknown): RuleError | undefined => ruleErrorIn(rules, { proxyHosts });
  const flaw = judge(list);
  if (flaw === undefined) return [];
  const repair = repairOf(list, flaw, judge);
  const edit = repair && editOf(text, setting, repair);
  return [...(edit === undefined ? [] : [rewriting(document, edit)]), ...allowing(flaw)];
}

function rewriting(document: TextDocument, { span, text }: { span: Span; text: string }): CodeAction {
  const shown = text.length > longest ? `${text.slice(0, longest)}…` : text;
  const action = new CodeAction(l10n.t('Change to {0}', shown), CodeActionKind.QuickFix);
  action.isPreferred = true;
  action.edit = new WorkspaceEdit();
  action.edit.replace(document.uri, rangeIn(document.getText(), span), text);
  return action;
}

/** What only the settings of the machine can allow. */
function allowing({ instead }: RuleError): CodeAction[] {
  if (instead === undefined) return [];
  const { command, args } = openSettings(instead);
  const action = new CodeAction(l10n.t('Open the setting httpServer.{0}', instead), CodeActionKind.QuickFix);
  action.command = { title: action.title, command, arguments: [...args] };
  return [action];
}

export const rangeIn = (text: string, { offset, length }: Span): Range =>
  new Range(positionOf(text, offset), positionOf(text, offset + length));

function positionOf(text: string, offset: number): Position {
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
  return new Position(lines.length - 1, lines.at(-1)?.length ?? 0);
}
