/** The folder's page: takes over the list that the server made, which works without it. */
import { render } from 'preact';
import { mark, NewsStream, type Mark, type News } from './live/newsStream';
import { concerns, fold } from './live/siteUses';
import { entriesOf } from './list/entries';
import { listedIn } from './list/listed';
import { Place, placeOf, type PageSite } from './list/place';
import { Actions } from './view/actions';
import { App } from './view/app';
import { Model, words, type Given } from './view/model';

/** Whether it is shown by a page of another site. */
function isFramed(): boolean {
  try {
    return window.top?.location.origin !== location.origin;
  } catch {
    return true;
  }
}

/** As the server wrote it into the page. */
function given(): Given {
  const { base = './', page = 'site', live } = document.body.dataset;
  const site: PageSite = { base: new URL(base, location.href).href, isFiles: page === 'files' };
  const isDropBox = page === 'dropBox';
  const place = isDropBox ? undefined : placeOf(site, location.href);
  const entries = isRemembered() ? undefined : listedIn(document);
  return {
    ...{ site, place: place ?? new Place(site, []), isDropBox, isFramed: isFramed(), isLive: live !== undefined },
    entries: entries && entriesOf(entries),
  };
}

/** Whether the browser may have shown what it had, without a question to the server. */
function isRemembered(): boolean {
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return navigation === undefined || navigation.type === 'back_forward';
}

/** Has the list follow what changes: by the server's word, or, without it, when somebody looks. */
function follow(model: Model): void {
  const { site, isLive, isDropBox } = model.given;
  if (isDropBox) return;
  const look = (): void => {
    if (document.visibilityState === 'visible') model.refreshSoon();
  };
  // A stream that was away has missed something.
  addEventListener('pageshow', ({ persisted }) => persisted && look());
  if (!isLive) {
    addEventListener('focus', look);
    document.addEventListener('visibilitychange', look);
    return;
  }
  const state: Mark = { server: undefined };
  Object.assign(window, { [mark]: state });
  const hear = ({ server, changes }: News): void => {
    state.server = server;
    const folder = fold(model.place.path);
    const isHere = (path: string): boolean => concerns(fold(path), folder);
    if (changes.some(([, , paths]) => paths === 'all' || paths.some(isHere))) model.refreshSoon();
  };
  new NewsStream(site.base, '', hear).start();
}

/** What is sent would be lost with the page. */
function guard(model: Model): void {
  addEventListener('beforeunload', (event) => {
    if (model.queue.isBusy) event.preventDefault();
  });
}

function start(): void {
  const model = new Model(given());
  document.documentElement.lang = words.language;
  document.body.replaceChildren();
  document.body.className = 'app';
  render(<App model={model} actions={new Actions(model)} />, document.body);
  addEventListener('popstate', () => model.follow());
  guard(model);
  follow(model);
  model.queue.recall((segments) => new Place(model.given.site, segments));
  void model.begin();
}

start();
