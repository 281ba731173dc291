/** A Markdown text as it reads: loaded when the first is shown. */
import { marked } from 'marked';
import { clean } from './clean';
import { highlighted } from './highlight';

/** @param folder the URL of the site that relative links in the text start from */
export async function rendered(text: string, folder: string): Promise<DocumentFragment> {
  const html = await marked.parse(text, { gfm: true, async: true });
  const languages = [...html.matchAll(/<pre><code(?: class="language-([^"]*)")?>/g)].map(([, language]) => language);
  const fragment = clean(html);
  fragment.querySelectorAll('pre > code').forEach((code, i) => {
    code.replaceChildren(highlighted(code.textContent, languages[i] ?? ''));
  });
  for (const image of fragment.querySelectorAll('img')) adopt(image, folder);
  for (const link of fragment.querySelectorAll('a')) lead(link, folder);
  for (const box of fragment.querySelectorAll('input')) box.disabled = true;
  return fragment;
}

/** Pictures of our own site alone: nothing is asked of anybody else. */
function adopt(image: HTMLImageElement, folder: string): void {
  const source = image.getAttribute('src') ?? '';
  const url = URL.canParse(source, folder) ? new URL(source, folder) : undefined;
  if (url?.origin === location.origin) image.src = url.href;
  else image.replaceWith(document.createTextNode(image.alt));
}

function lead(link: HTMLAnchorElement, folder: string): void {
  const target = link.getAttribute('href') ?? '';
  if (!URL.canParse(target, folder)) return link.removeAttribute('href');
  link.href = new URL(target, folder).href;
  link.target = '_blank';
  link.rel = 'noopener noreferrer';
}
