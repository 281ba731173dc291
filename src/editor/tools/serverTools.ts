/** The tools by which an agent starts and stops the server. */
import { l10n, LanguageModelTextPart, LanguageModelToolResult } from 'vscode';
import type { LanguageModelTool, PreparedToolInvocation } from 'vscode';
import type { Controller } from '../server/controller';
import { ProblemError } from '../server/problem';
import { trustedResult } from './toolResult';

const told = (value: object): LanguageModelToolResult =>
  new LanguageModelToolResult([new LanguageModelTextPart(trustedResult(value))]);

export class StartTool implements LanguageModelTool<object> {
  constructor(private readonly controller: Controller) {}

  /** Asks only if it would change anything. */
  prepareInvocation(): PreparedToolInvocation {
    if (this.controller.state.kind === 'running') return { invocationMessage: l10n.t('Looking where the server is') };
    return {
      invocationMessage: l10n.t('Starting the server'),
      confirmationMessages: {
        title: l10n.t('Start the HTTP server?'),
        message: l10n.t('It serves the folder of this workspace to programs of this machine, as the settings say.'),
      },
    };
  }

  async invoke(): Promise<LanguageModelToolResult> {
    const state = await this.controller.start();
    if (state.kind === 'failed') throw new ProblemError(state.problem);
    if (state.kind !== 'running') throw new Error('The server was stopped meanwhile.');
    const { url, directory, access, token } = state.site;
    return told({ url, folder: directory, access, needsToken: token !== '' });
  }
}

export class StopTool implements LanguageModelTool<object> {
  constructor(private readonly controller: Controller) {}

  prepareInvocation(): PreparedToolInvocation {
    return {
      invocationMessage: l10n.t('Stopping the server'),
      confirmationMessages: {
        title: l10n.t('Stop the HTTP server?'),
        message: l10n.t('Whoever uses it is cut off, and the requests that it keeps are forgotten.'),
      },
    };
  }

  async invoke(): Promise<LanguageModelToolResult> {
    const { kind } = await this.controller.stop();
    return told({ state: kind });
  }
}
