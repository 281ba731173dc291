/** Pages: what is written into them is escaped, and nothing but our own style may apply. */
import { createHash } from 'node:crypto';
import type { FieldLine } from '../../http/message/message';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Of marks that turn what follows them round: a name may not pass for another. */
const written = (mark: string): string => `\\u${mark.charCodeAt(0).toString(16)}`;

/** For text and for quoted attribute values. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"'\u202a-\u202e\u2066-\u2069]/g, (mark) => entities[mark] ?? written(mark));

const style = `:root{color-scheme:light dark}
body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.25rem;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%}
th,td{text-align:start;padding:.2rem 1rem .2rem 0;vertical-align:top}
td:first-child{overflow-wrap:anywhere;width:100%}
td+td{white-space:nowrap;font-variant-numeric:tabular-nums}
th+th,td+td{text-align:end}
a{text-underline-offset:.15em}`;

const styleHash = createHash('sha256').update(style).digest('base64');

const policy = (more: string): FieldLine => [
  'Content-Security-Policy',
  `default-src 'none'; style-src 'sha256-${styleHash}'; ${more}base-uri 'none'; form-action 'none'`,
];

const type: FieldLine = ['Content-Type', 'text/html; charset=utf-8'];
const caching: FieldLine = ['Cache-Control', 'no-cache'];

export const pageFields: readonly FieldLine[] = [type, policy(''), caching];

/** The fields of a page that has the script of live reload. */
export const livePageFields: readonly FieldLine[] = [type, policy("script-src 'self'; connect-src 'self'; "), caching];

/**
 * @param title plain text
 * @param tag HTML that goes into the head
 */
export const pageStart = (title: string, tag = ''): string =>
  `<!doctype html>
<html lang="en">
<meta charset="utf-8">${tag}
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
<h1>${escapeHtml(title)}</h1>
`;
