/** The only place that shows notifications and passing messages, so that what others wrote is text in all of them. */
import { ProgressLocation, window } from 'vscode';
import { forLabel, forNotification } from './words';

/** Resolves to the title that was chosen; undefined if none was. */
type Notify = (message: string, ...titles: string[]) => Thenable<string | undefined>;

export const showWarning: Notify = (message, ...titles) =>
  window.showWarningMessage(forNotification(message), ...titles);

export const showInformation: Notify = (message, ...titles) =>
  window.showInformationMessage(forNotification(message), ...titles);

/**
 * Shows a notification that can be taken back, which the editor lets only those of progress: this one stands still.
 *
 * @param links of Markdown, to commands of the editor
 * @param end resolves when it is over; it is, too, when the user closes it
 */
export async function showWhile(message: string, links: readonly string[], end: Promise<void>): Promise<void> {
  const title = [forNotification(message), ...links].join(' ');
  const options = { location: ProgressLocation.Notification, title, cancellable: true };
  await window.withProgress(options, (progress, closed) => {
    progress.report({ increment: 100 });
    return Promise.race([end, new Promise<void>((resolve) => closed.onCancellationRequested(() => resolve()))]);
  });
}

/** Milliseconds that a passing message stays in the status bar. */
const passing = 3000;

/** Shows in the status bar, for a while, what was done. */
export const showDone = (message: string): void => void window.setStatusBarMessage(forLabel(message), passing);
