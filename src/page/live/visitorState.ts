/** What a visitor has done to a page, kept over a reload that the visitor did not ask for. */
import { all } from './replacements';
import { deedOf, focusOf, isField, isPrivate, redo, type Deed, type Field } from './visitorDeeds';

type Kept = readonly (readonly [place: string, deed: Deed])[];

/** How long after it was loaded a page may still be drawing itself, in milliseconds. */
const patience = 10_000;

/** What tells an element from others, but those that are alike. */
function likeness(element: Element): string {
  const form = isField(element) ? element.form : null;
  const summary = element.localName === 'details' ? element.querySelector('summary')?.textContent : '';
  // What a field looks like often tells what is in it.
  const names = ['id', 'name', 'type', ...(isField(element) ? [] : ['class'])].map((name) =>
    element.getAttribute(name),
  );
  const value = /^(?:radio|checkbox)$/.test(element.getAttribute('type') ?? '') ? element.getAttribute('value') : '';
  return JSON.stringify([element.localName, ...names, value, form?.getAttribute('id'), summary]);
}

/** The elements by their places, which are their likeness and which of those that are alike each is. */
function places(): Map<string, Element> {
  const counts = new Map<string, number>();
  return new Map(
    all('*').map((element) => {
      const like = likeness(element);
      const count = counts.get(like) ?? 0;
      counts.set(like, count + 1);
      return [`${count} ${like}`, element];
    }),
  );
}

function focused(root: DocumentOrShadowRoot = document): Element | null {
  const { activeElement } = root;
  return activeElement?.shadowRoot?.activeElement ? focused(activeElement.shadowRoot) : activeElement;
}

export class VisitorState {
  /** Where the visitor typed or chose something, or opened and closed it: what a script fills in, it fills in again. */
  private readonly touched = new WeakSet<Element>();
  /** A password that is shown is still one. */
  private readonly secret = new WeakSet<Element>();
  private missing: Kept;
  private attempt: ReturnType<typeof setTimeout> | undefined;

  /** @param key of the storage, for this page alone */
  constructor(private readonly key: string) {
    for (const type of ['input', 'change']) addEventListener(type, (event) => this.touch(event), true);
    addEventListener('click', (event) => this.toggle(event), true);
    addEventListener('reset', ({ target }) => this.forget(target as HTMLFormElement), true);
    this.missing = this.take();
    if (this.missing.length > 0) this.restore();
  }

  /** Keeps what there is when the page goes. */
  keep(): void {
    addEventListener('pagehide', () => this.store(), { once: true });
  }

  private touch(event: Event): void {
    const [target] = event.composedPath();
    if (!isField(target)) return;
    this.touched.add(target);
    if (isPrivate(target)) this.secret.add(target);
  }

  private toggle(event: Event): void {
    for (const each of event.composedPath())
      if (each instanceof HTMLElement && each.localName === 'summary' && each.parentElement)
        this.touched.add(each.parentElement);
  }

  private forget(form: HTMLFormElement): void {
    for (const element of form.elements) this.touched.delete(element);
  }

  private store(): void {
    const focus = focused();
    const kept = [...places()].flatMap(([place, element]) =>
      this.deedsOf(element, focus).map((deed): Kept[number] => [place, deed]),
    );
    // What has the focus may be in what is still to be opened.
    kept.sort(([, { kind }], [, { kind: other }]) => Number(kind === 'focus') - Number(other === 'focus'));
    try {
      sessionStorage.setItem(this.key, JSON.stringify(kept));
    } catch {
      // A page may have no storage, or none that is left: then it is loaded as it is.
    }
  }

  private deedsOf(element: Element, focus: Element | null): Deed[] {
    const { scrollLeft: left, scrollTop: top } = element;
    const deeds: Deed[] = left !== 0 || top !== 0 ? [{ kind: 'scroll', left, top }] : [];
    if (element instanceof HTMLDetailsElement && (element.open || this.touched.has(element)))
      deeds.push({ kind: 'open', open: element.open });
    if (isField(element) && this.mayKeep(element)) deeds.push(deedOf(element));
    if (element === focus && element !== document.body) deeds.push(focusOf(element));
    return deeds;
  }

  private mayKeep(field: Field): boolean {
    return this.touched.has(field) && !this.secret.has(field) && !isPrivate(field);
  }

  /** It is there for one reload: whatever this load is, it is gone afterwards. */
  private take(): Kept {
    const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    try {
      const kept = sessionStorage.getItem(this.key);
      sessionStorage.removeItem(this.key);
      return navigation?.type === 'reload' ? (JSON.parse(kept ?? '[]') as Kept) : [];
    } catch {
      return [];
    }
  }

  /** Does what was done as soon as its elements are there, until the visitor does something else. */
  private restore(): void {
    const over = new AbortController();
    const { signal } = over;
    const observer = new MutationObserver(() => this.later());
    signal.addEventListener('abort', () => {
      observer.disconnect();
      this.missing = [];
    });
    const begin = (): void => {
      this.redoAll();
      observer.observe(document, { childList: true, subtree: true });
    };
    addEventListener('DOMContentLoaded', begin, { signal });
    addEventListener(
      'load',
      () => {
        this.redoAll();
        setTimeout(() => over.abort(), patience);
      },
      { signal },
    );
    for (const type of ['keydown', 'pointerdown', 'wheel'])
      addEventListener(type, () => over.abort(), { signal, capture: true, passive: true });
  }

  /** Once for many elements. */
  private later(): void {
    if (this.missing.length === 0) return;
    this.attempt ??= setTimeout(() => {
      this.attempt = undefined;
      this.redoAll();
    }, 50);
  }

  private redoAll(): void {
    if (this.missing.length === 0) return;
    const elements = places();
    this.missing = this.missing.filter(([place, deed]) => {
      const element = elements.get(place);
      return element === undefined || !this.redo(deed, element);
    });
  }

  private redo(deed: Deed, element: Element): boolean {
    const isDone = redo(deed, element);
    if (isDone && deed.kind !== 'scroll' && deed.kind !== 'focus') this.touched.add(element);
    return isDone;
  }
}
