/**
 * What a window is given at its beginning: it keeps keys that are meant for the palette from whatever else has the keyboard, and
 * tells what came to pass. Where the keys go is decided when they come, not when they are sent.
 */

/** What it has seen, last. */
export interface Seen {
  /** How many keys have come to the palette, or to another list that asks at its place. */
  readonly keys: number;
  /** How many clicks have come to an entry there. */
  readonly clicks: number;
}

/** Of both the number so far; with `isKept` keys come to the palette or to nothing, until it is called without. */
export const seen = (isKept = false): string => `globalThis.witness.look(${isKept})`;

/** Whether the palette has the keyboard. */
export const hasKeyboard = 'globalThis.witness.isThere(document.activeElement)';

/** What the status bar has shown since `watchStatus`, whether it is still there or not. */
export const statusTexts = 'globalThis.witness.statuses';
export const watchStatus = 'globalThis.witness.watchStatus()';

/** What had the keyboard when, the latest last. */
export const history = 'globalThis.witness?.history';

export const witness = `(() => {
  if (globalThis !== globalThis.top) return;
  const named = (element) => {
    const place = element instanceof Element ? element : undefined;
    return place ? place.tagName.toLowerCase() + [...place.classList].slice(0, 3).map((name) => '.' + name).join('') : 'nothing';
  };
  const witness = { history: [], statuses: [], keys: 0, clicks: 0, isKept: false };
  const tell = (text) => {
    witness.history.push(Math.round(performance.now()) + ' ms: ' + text);
    if (witness.history.length > 30) witness.history.shift();
  };
  witness.isThere = (target) => target instanceof Element && target.closest('.quick-input-widget') !== null;
  witness.look = (isKept) => {
    witness.isKept = isKept;
    return { keys: witness.keys, clicks: witness.clicks };
  };
  witness.watchStatus = () => {
    witness.statuses.length = 0;
    const status = document.querySelector('.part.statusbar');
    const note = (records) => {
      for (const { target, addedNodes } of records)
        for (const node of [target, ...addedNodes]) witness.statuses.push(node.textContent.replaceAll('\\u00a0', ' '));
    };
    new MutationObserver(note).observe(status, { subtree: true, childList: true, characterData: true });
    witness.statuses.push(status.textContent);
  };
  addEventListener('keydown', (event) => {
    const isThere = witness.isThere(event.target);
    const isLost = witness.isKept && !isThere;
    tell('key ' + (event.key.length > 1 ? event.key : 'of a letter') + ' at ' + named(event.target) + (isLost ? ', kept back' : ''));
    if (isThere) witness.keys += 1;
    if (!isLost) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  addEventListener('click', ({ target }) => {
    if (witness.isThere(target) && target.closest('.monaco-list-row')) witness.clicks += 1;
  }, true);
  addEventListener('focusin', ({ target }) => tell('keyboard at ' + named(target)), true);
  addEventListener('blur', ({ target }) => target === globalThis && tell('keyboard in ' + named(document.activeElement)), true);
  globalThis.witness = witness;
})()`;
