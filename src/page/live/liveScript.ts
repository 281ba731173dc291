/**
 * Live reload, in the page: a program of its own. Learns of changed files from one event stream per browser, and reloads
 * the page if it uses one of them; a style sheet or a picture is replaced without that.
 */
import { ConsoleForward } from './consoleForward';
import { mark, NewsStream, relay, type Mark } from './newsStream';
import { Reloader } from './reloader';
import { Replacements } from './replacements';
import { SiteUses } from './siteUses';
import { VisitorState } from './visitorState';

const markOf = (frame: Window): Mark | undefined => (frame as Window & { [mark]?: Mark })[mark];

/** Whether the server listens to consoles, which it says in front of this script. */
function takeWord(): boolean {
  const said = 'httpServerConsole' in window;
  Reflect.deleteProperty(window, 'httpServerConsole');
  return said;
}

function follow(script: HTMLScriptElement): void {
  const state: Mark = { server: undefined };
  Object.assign(window, { [mark]: state });
  // It runs before the page's own parts are there: no `<base>` has changed yet what the address means.
  const { src, dataset } = script;
  // The page's first script is its own.
  script.remove();
  const base = new URL('..', src).href;
  if (takeWord()) new ConsoleForward(base, src, dataset.shows ?? '/');
  const uses = new SiteUses(base, dataset.shows ?? '/');
  const replacements = new Replacements(base, uses, (frame) => markOf(frame) !== undefined);
  const visitor = new VisitorState(`http-server visitor ${location.href.replace(/#.*/s, '')}`);
  const acts = {
    absorb: (path: string) => replacements.absorb(path),
    isBarred: () => stream.isBarred,
    leave: () => visitor.keep(),
  };
  const reloader = new Reloader(base, uses, acts, (server) => (state.server = server));
  const stream = new NewsStream(base, src, (news) => reloader.hear(news));
  stream.start();
}

if (!('document' in globalThis)) relay();
else if (document.currentScript instanceof HTMLScriptElement && !markOf(window)) follow(document.currentScript);
