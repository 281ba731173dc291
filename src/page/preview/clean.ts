/** HTML of others as nodes in which nothing runs, and that load nothing from elsewhere. */
import DOMPurify from 'dompurify';

interface Permitted {
  readonly tags: readonly string[];
  readonly attributes: readonly string[];
}

/** @param only what is left; by default what a text is made of */
export function clean(html: string, only?: Permitted): DocumentFragment {
  return DOMPurify.sanitize(html, {
    RETURN_DOM_FRAGMENT: true,
    ALLOW_DATA_ATTR: false,
    ...(only === undefined
      ? {
          USE_PROFILES: { html: true },
          FORBID_TAGS: ['style', 'form', 'button', 'select', 'textarea', 'dialog', 'audio', 'video'],
          FORBID_ATTR: ['style', 'id', 'name', 'srcset', 'class'],
        }
      : { ALLOWED_TAGS: [...only.tags], ALLOWED_ATTR: [...only.attributes] }),
  });
}
