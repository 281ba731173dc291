/** What a folder's page has around its rows: a list that works without a script, and the script that takes it over. */
import type { FieldLine, Request, Response } from '../../http/message/message';
import type { Options } from '../../options';
import { isForeignFrame } from '../common/fetchMetadata';
import { escapeHtml } from '../common/html';
import { encodeSegment } from '../common/path';
import { assetPath } from '../representation/assets';

/** A folder's page, for one request. */
export interface FolderPage {
  /** Of the folder, as it was asked for. */
  readonly segments: readonly string[];
  readonly request: Request;
  /** Whether it is below `/files/`. */
  readonly isFiles: boolean;
  readonly options: Pick<Options, 'access' | 'liveReload'>;
}

/**
 * Nothing is loaded from elsewhere, and no text becomes a script. Names get into the page as text alone; the one policy
 * that Trusted Types let in is that of the library which cleans what a preview shows.
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "connect-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "media-src 'self' blob:",
  "frame-src 'self' blob:",
  "base-uri 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types dompurify',
];

const fieldsFor = (...more: readonly string[]): readonly FieldLine[] => [
  ['Content-Type', 'text/html; charset=utf-8'],
  ['Content-Security-Policy', [...policy, ...more].join('; ')],
  ['Cache-Control', 'no-cache'],
  // RFC 9110 §10.1.3: an address may have a token in it, and previews lead elsewhere.
  ['Referrer-Policy', 'same-origin'],
];

const ownFields = fieldsFor("form-action 'self'");
const framedFields = fieldsFor("form-action 'none'");
/** The same for everybody, so no other site may frame it. */
const dropBoxFields = fieldsFor("frame-ancestors 'self'", "form-action 'self'");

/** In a page of another site there is nothing that changes anything. */
export const fieldsOfPage = ({ request }: FolderPage): readonly FieldLine[] =>
  isForeignFrame(request.fields) ? framedFields : ownFields;

/** What comes before the rows; its links are relative, so that they survive a proxy that puts a prefix before the path. */
export function startOfPage({ segments, request, isFiles, options }: FolderPage): Buffer {
  const base = '../'.repeat(request.path.split('/').length - 2) || './';
  const title = `/${segments.map((name) => `${name}/`).join('')}`;
  const mayStore = options.access !== 'readOnly' && !isForeignFrame(request.fields);
  const live = options.liveReload ? ' data-live' : '';
  const up = segments.length === 0 ? '' : '<tr><td><a href="../">../</a><td><td>\n';
  const target = `${base}files/${segments.map((name) => `${encodeSegment(name)}/`).join('')}`;
  return Buffer.from(`${headOf(base, title)}<body class="plain-list" data-base="${base}" data-page="${isFiles ? 'files' : 'site'}"${live}>
<h1>${escapeHtml(title)}</h1>
${mayStore ? formTo(target) : ''}<table>
<thead><tr><th scope="col">Name<th scope="col">Size<th scope="col">Modified (UTC)<tbody>
${up}`);
}

/**
 * A page on which files can be sent, and that tells nothing of what is there.
 *
 * @param base where the site begins, relative to the page
 */
export const dropBoxPage = (base: string): Response => ({
  status: 200,
  fields: dropBoxFields,
  body: startOfDropBox(base),
});

const startOfDropBox = (base: string): Buffer =>
  Buffer.from(`${headOf(base, 'Send files')}<body class="plain-list" data-base="${base}" data-page="dropBox">
<h1>Send files</h1>
${formTo(`${base}files/`)}`);

const headOf = (base: string, title: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="${base}${assetPath('icon')}">
<link rel="stylesheet" href="${base}${assetPath('style')}">
<script type="module" src="${base}${assetPath('page')}"></script>
`;

const formTo = (target: string): string =>
  `<form action="${target}" method="post" enctype="multipart/form-data">
<input type="file" name="file" multiple required aria-label="Files to upload">
<button class="button main">Upload</button>
</form>
`;
