/** Kept requests as lists show them, and which of them are meant. Pure. */
import { isOwn } from '../accessLog';
import type { RequestFilter, RequestSummary } from '../requestQuestions';
import type { KeptRequest } from './requestStore';

/** Names of stored files that a summary has room for: a list has many summaries, and a form may have a thousand files. */
const mostNames = 20;

export function summaryOf({ event, number, shared }: KeptRequest): RequestSummary {
  const { stored } = event;
  return { ...event, ...(stored !== undefined && { stored: stored.slice(0, mostNames) }), number, shared };
}

const fits = (status: number, wanted: number | string): boolean =>
  /^[1-5]xx$/i.test(String(wanted))
    ? Math.floor(status / 100) === Number(String(wanted)[0])
    : status === Number(wanted);

/** Whether `request` is meant. Only what is shown of it is looked at, so that nobody can ask for a secret bit by bit. */
export function isMeant(filter: RequestFilter, { event, shared }: Pick<KeptRequest, 'event' | 'shared'>): boolean {
  const { text = '', method = '', status } = filter;
  if (shared && filter.shared !== true) return false;
  if (text === '' && event.status < 400 && isOwn(event.target)) return false;
  if (method !== '' && event.method.toUpperCase() !== method.toUpperCase()) return false;
  if (status !== undefined && status !== '' && !fits(event.status, status)) return false;
  if (text === '') return true;
  const shown = [event.method, event.target, event.peer, event.userAgent, event.reason ?? '', String(event.status)];
  return shown.join('\n').toLowerCase().includes(text.toLowerCase());
}
