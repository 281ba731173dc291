/** Tells of a list of rules that makes no sense: at its place in the settings file, and once as a notification. */
import { Diagnostic, DiagnosticSeverity, Disposable, l10n, languages, Range, Uri, workspace } from 'vscode';
import type { WorkspaceFolder } from 'vscode';
import type { RuleError } from '../../ruleError';
import { adviceOn } from '../common/settingAdvice';
import type { Controller } from './controller';
import { openSettings, showConcern } from './problem';
import { offerRuleFixes, rangeIn, setting, source } from './ruleFixes';
import { ruleSetting } from './ruleSetting';

export class RuleProblems implements Disposable {
  readonly #diagnostics = languages.createDiagnosticCollection('httpServer');
  readonly #subscriptions: Disposable;
  /** What was told last. */
  #told: string | undefined;

  /** @param served the folder whose settings count */
  constructor(
    controller: Controller,
    private readonly served: () => WorkspaceFolder | undefined,
  ) {
    this.#subscriptions = Disposable.from(
      offerRuleFixes(),
      workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('httpServer')) void this.#look();
      }),
      controller.onDidChangeState(({ kind }) => {
        if (kind === 'running') void this.#look();
      }),
    );
  }

  dispose(): void {
    this.#subscriptions.dispose();
    this.#diagnostics.dispose();
  }

  async #look(): Promise<void> {
    const folder = this.served();
    const flaw = folder && ruleSetting(folder).flaw;
    this.#diagnostics.clear();
    if (folder === undefined || flaw === undefined) {
      this.#told = undefined;
      return;
    }
    this.#tell(flaw);
    await this.#mark(folder, flaw);
  }

  /** Once, though the settings change elsewhere. */
  #tell(flaw: RuleError): void {
    const message = sentencesOf(flaw);
    if (this.#told === message) return;
    this.#told = message;
    void showConcern({
      message: l10n.t('The rules of the setting httpServer.rules stay as they were: {0}', message),
      actions: [openSettings('rules')],
    });
  }

  async #mark(folder: WorkspaceFolder, flaw: RuleError): Promise<void> {
    const file = fileOf(folder);
    const text = file && (await textOf(file));
    if (file === undefined || text === undefined) return;
    const range = await rangeOf(text, flaw);
    const message = sentencesOf(flaw);
    // The rules may have changed meanwhile; then what is wrong with them now is marked, or nothing.
    if (this.#told !== message) return;
    const diagnostic = new Diagnostic(range, message, DiagnosticSeverity.Error);
    diagnostic.source = source;
    this.#diagnostics.set(file, [diagnostic]);
  }
}

/** What is wrong, and what helps. */
const sentencesOf = ({ message, instead }: RuleError): string => [message, adviceOn(instead) ?? []].flat().join(' ');

/** The file that sets the rules; undefined for that of the user, of which nobody tells where it is. */
function fileOf(folder: WorkspaceFolder): Uri | undefined {
  const found = workspace.getConfiguration('httpServer', folder).inspect('rules');
  const ofFolder = Uri.joinPath(folder.uri, '.vscode/settings.json');
  if (found?.workspaceFolderValue !== undefined) return ofFolder;
  return found?.workspaceValue === undefined ? undefined : (workspace.workspaceFile ?? ofFolder);
}

/** Read, and not opened as a document: while it is one, the editor cannot write settings as it would. */
async function textOf(file: Uri): Promise<string | undefined> {
  try {
    return Buffer.from(await workspace.fs.readFile(file)).toString();
  } catch {
    // It went away meanwhile; that is told as a change of the settings.
    return undefined;
  }
}

/** Where in the text of a file the flaw is: its own place, or the nearest around it. */
export async function rangeOf(text: string, { place }: Pick<RuleError, 'place'>): Promise<Range> {
  // Loaded when it is needed: few rules are wrong, and every window starts.
  const { spanOf } = await import('./rulePlace.js');
  const span = spanOf(text, setting, place);
  if (span === undefined) return new Range(0, 0, 0, 0);
  return rangeIn(text, span);
}
