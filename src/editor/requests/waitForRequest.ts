/** Waiting for a request, for other extensions, tasks and keybindings. */
import { l10n, ProgressLocation, window } from 'vscode';
import type { RequestFilter, RequestSummary, WaitTerms } from '../../requestQuestions';
import { showDone, showInformation } from '../common/notify';
import type { Controller } from '../server/controller';
import { ask } from './askRequests';

/** Milliseconds. */
const longest = 300_000;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Of what another extension, a keybinding or an agent has written. What has another type than it should is not said. */
export function filterFrom(value: unknown): RequestFilter {
  const { text, method, status, shared } = isRecord(value) ? value : {};
  return {
    ...(typeof text === 'string' && { text }),
    ...(typeof method === 'string' && { method }),
    ...((typeof status === 'string' || typeof status === 'number') && { status }),
    ...(typeof shared === 'boolean' && { shared }),
  };
}

/** @param fallback milliseconds to wait if nothing is said */
export function termsFrom(filter: unknown, options: unknown, fallback = longest): WaitTerms {
  const { since, timeout } = isRecord(options) ? options : {};
  const wanted = typeof timeout === 'number' && timeout >= 0 ? timeout : fallback;
  return {
    filter: filterFrom(filter),
    ...(typeof since === 'number' && { since }),
    timeout: Math.min(wanted, longest),
  };
}

/** Resolves to undefined when the time is over. Rejects with a sentence when the server stops, or does not run. */
export const waitFor = (
  controller: Controller,
  terms: WaitTerms,
  signal?: AbortSignal,
): Promise<RequestSummary | undefined> => ask(controller, { kind: 'wait', ...terms }, signal);

/**
 * The same where a person sees it, and can cancel it. Resolves to the number of the request, as text: a task may put it into
 * a command line, and nothing else that a client sent belongs there.
 */
export async function waitVisibly(controller: Controller, terms: WaitTerms): Promise<string | undefined> {
  const title = l10n.t('Waiting for a request…');
  const options = { location: ProgressLocation.Notification, title, cancellable: true };
  const cancelled = new AbortController();
  const found = await window.withProgress(options, async (_, token) => {
    token.onCancellationRequested(() => cancelled.abort());
    try {
      return await waitFor(controller, terms, cancelled.signal);
    } catch (error) {
      if (cancelled.signal.aborted) return undefined;
      throw error;
    }
  });
  if (found !== undefined) showDone(l10n.t('Request {0} has come', found.number));
  else if (!cancelled.signal.aborted) void showInformation(l10n.t('No such request has come in time.'));
  return found === undefined ? undefined : String(found.number);
}
