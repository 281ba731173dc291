/** An exchange as a document in HTTP's own form: heads and content, and behind `#` what is known besides. Pure. */
import { formatBytes, formatDuration } from '../accessLog';
import type { DocumentWords } from '../requestQuestions';
import { show } from './contentText';
import { linesOf, readable, textOf } from './heads';
import { mask, maskHead } from './masking';
import type { KeptRequest } from './requestStore';

/** What shows nothing, breaks a line, or turns the direction of what follows. */
const hidden = /[\p{C}\p{Zl}\p{Zp}]/gu;

const remark = (text: string): string => `# ${text.replace(hidden, '\uFFFD')}`;

const filled = (words: string, value: string): string => words.replace('{0}', () => value);

/** With LF at the ends of lines. Secrets are masked. */
export function documentOf(request: KeptRequest, words: DocumentWords): string {
  const { requestHead, responseHead, event } = request;
  const parts = [
    [...about(request, words), headText(requestHead, words)].join('\n'),
    ...contentParts(request, words),
    [remark(words.response), headText(responseHead, words)].join('\n'),
    ...(event.bytesOut === 0 ? [] : [remark(filled(words.answerContent, formatBytes(event.bytesOut)))]),
  ];
  return `${parts.join('\n\n')}\n`;
}

const headText = (head: string, words: DocumentWords): string =>
  head === '' ? remark(words.noHead) : shownHead(head).replaceAll('\r\n', '\n');

function about({ event, number, port, received, answered }: KeptRequest, words: DocumentWords): string[] {
  const peer = event.peer.includes(':') ? `[${event.peer}]` : event.peer;
  const times = [
    ...(received === undefined ? [] : [filled(words.received, formatDuration(received))]),
    ...(answered === undefined ? [] : [filled(words.answered, formatDuration(answered))]),
    filled(words.done, formatDuration(event.ms)),
    ...(event.aborted ? [words.cut] : []),
  ];
  return [
    remark(`${number} · ${new Date(event.time).toISOString()} · ${peer}:${port}`),
    remark(times.join(' · ')),
    ...(event.reason === undefined ? [] : [remark(event.reason)]),
  ];
}

function contentParts({ content, event, requestHead }: KeptRequest, words: DocumentWords): string[] {
  switch (content.kind) {
    case 'none':
      return [];
    case 'stored':
      return [[remark(words.stored), ...(event.stored ?? []).map((file) => remark(`→ ${file}`))].join('\n')];
    case 'gone':
      return [remark(words.gone)];
    case 'whole':
    case 'cut': {
      const shown = show(linesOf(requestHead), content.bytes);
      const remarks = {
        asSent: [],
        laidOut: [remark(words.laidOut)],
        binary: [remark(filled(words.binary, formatBytes(event.bytesIn)))],
      }[shown.kind];
      const rest = content.kind === 'cut' ? [remark(words.beginning)] : [];
      return [[...remarks, ...extent(shown.text, words), shown.text].join('\n'), ...rest];
    }
  }
}

/** How many lines are content, where some of it could pass for what we say: for a response that there was not, say. */
const extent = (text: string, words: DocumentWords): string[] =>
  /^#/m.test(text) ? [remark(filled(words.lines, String(text.split(/\r\n|[\r\n]/).length)))] : [];

/** Without its empty line. The end of a value that looks like a blank, such as the octet A0, stays. */
const shownHead = (head: string): string => readable(maskHead(head)).replace(/\r\n\r\n$/, '');

/**
 * The request alone, to be edited and sent again. Secrets are masked; the same mask stands for content that cannot be
 * edited as text, or would not survive it.
 */
export function editableOf({ requestHead, content }: KeptRequest): string {
  const head = shownHead(requestHead);
  const bytes = 'bytes' in content ? content.bytes : undefined;
  if (bytes === undefined) return `${head.replaceAll('\r\n', '\n')}\n\n`;
  const text = content.kind === 'whole' ? textOf(bytes) : undefined;
  const isCrlf = text?.includes('\r') === true && !/\r(?!\n)|(?<!\r)\n/.test(text);
  const isPlain = text?.includes('\r') === false;
  if (isCrlf) return `${head}\r\n\r\n${text}`;
  return `${head.replaceAll('\r\n', '\n')}\n\n${isPlain ? text : mask}`;
}
