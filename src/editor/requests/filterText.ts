/** The filter of the view as a person writes it: `POST 4xx hooks`. Pure. */
import type { RequestFilter } from '../../requestQuestions';

const methods = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|MKCOL|COPY|MOVE)$/;
const status = /^[1-5](?:xx|\d\d)$/i;

/**
 * A method in capitals and a status, or a class of them, are what they look like; `method:` and `status:` say so of others.
 * All else is text.
 */
export function filterOf(text: string): RequestFilter {
  const filter: { text?: string; method?: string; status?: string; shared: true } = { shared: true };
  const words: string[] = [];
  for (const word of text.trim().split(/\s+/)) {
    const [, name, value = ''] = /^(method|status):(.+)$/.exec(word) ?? [];
    if (name === 'method' || methods.test(word)) filter.method = name === undefined ? word : value;
    else if (name === 'status' || status.test(word)) filter.status = name === undefined ? word : value;
    else words.push(word);
  }
  const rest = words.join(' ');
  return { ...filter, ...(rest === '' ? {} : { text: rest }) };
}
