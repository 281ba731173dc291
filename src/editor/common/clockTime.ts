/** Times of day, as the user of the editor writes them. */
import { env } from 'vscode';

/** `15:42`; on a remote machine, whose clock may be another, with its zone. */
export const clockTime = (date: Date): string =>
  new Intl.DateTimeFormat(env.language, {
    hour: 'numeric',
    minute: '2-digit',
    ...(env.remoteName === undefined ? {} : { timeZoneName: 'short' }),
  }).format(date);
