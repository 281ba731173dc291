/** Asks the server about the requests that it keeps, in words that a person can read where there is no answer. */
import { l10n } from 'vscode';
import type { QuestionOf, RequestAnswers, RequestQuestion } from '../../requestQuestions';
import type { Controller } from '../server/controller';
import { died, ProblemError, ServerError } from '../server/problem';

/** What a person reads for the code of a failure; undefined for a failure of another kind. */
function sentence(code: string): string | undefined {
  switch (code) {
    case 'REQUEST_GONE':
      return l10n.t('The request is not kept any more.');
    case 'CONTENT_GONE':
      return l10n.t('Not all of the request’s content was kept.');
    case 'NO_REQUEST':
      return l10n.t('What was edited is not a request: its first line must be a method, a target and HTTP/1.1.');
    case 'NO_SERVER':
    case 'WAIT_ENDED':
    case died:
      return notRunning();
    default:
      return undefined;
  }
}

const notRunning = (): string => l10n.t('The server is not running.');

const problem = (message: string): ProblemError => new ProblemError({ message, actions: [] });

/** Rejects with a {@link ProblemError}. @param signal to wait no longer */
export async function ask<K extends RequestQuestion['kind']>(
  controller: Pick<Controller, 'ask'>,
  question: QuestionOf<K>,
  signal?: AbortSignal,
): Promise<RequestAnswers[K]> {
  const answer = controller.ask<K>(question, signal);
  if (answer === undefined) throw problem(notRunning());
  try {
    return await answer;
  } catch (error) {
    const message = error instanceof ServerError ? sentence(error.failure.code) : undefined;
    throw message === undefined ? error : problem(message);
  }
}
