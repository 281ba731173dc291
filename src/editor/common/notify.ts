/** The only place that shows notifications and passing messages, so that what others wrote is text in all of them. */
import { window } from 'vscode';
import { forLabel, forNotification } from './words';

/** Resolves to the title that was chosen; undefined if none was. */
type Notify = (message: string, ...titles: string[]) => Thenable<string | undefined>;

export const showError: Notify = (message, ...titles) => window.showErrorMessage(forNotification(message), ...titles);

export const showWarning: Notify = (message, ...titles) =>
  window.showWarningMessage(forNotification(message), ...titles);

export const showInformation: Notify = (message, ...titles) =>
  window.showInformationMessage(forNotification(message), ...titles);

/** Milliseconds that a passing message stays in the status bar. */
const passing = 3000;

/** Shows in the status bar, for a while, what was done. */
export const showDone = (message: string): void => void window.setStatusBarMessage(forLabel(message), passing);
