/**
 * Live reload, in the page. Learns of changed files from one event stream per browser, and reloads the page if it uses
 * one of them; a style sheet or a picture is replaced without that.
 */
(() => {
  const script = document.currentScript;
  const mark = Symbol.for('http-server live reload');
  if (!script || window[mark]) return;
  /** For whoever debugs, and so that there is only one. */
  const state = (window[mark] = { server: undefined });

  /** Where the site begins: behind a proxy it is not the root of the host. */
  const base = new URL('..', script.src).href;
  const channel = new BroadcastChannel(`http-server ${base}`);

  const fold = (path) => path.normalize('NFC').toLowerCase();

  /** The path of the site that `url` means, decoded; undefined for another site. */
  function pathOf(url) {
    const absolute = new URL(url, document.baseURI).href.replace(/[?#].*/, '');
    if (!absolute.startsWith(base)) return undefined;
    try {
      return fold(decodeURIComponent(absolute.slice(base.length - 1)));
    } catch {
      return undefined;
    }
  }

  // ── What the page uses ────────────────────────────────────────────────────────────────────────────────────────────

  /** By path: the URL, if it may be asked for, and the kinds of things that did. */
  const uses = new Map();

  function use(path, kind, url) {
    // What stores files by the API must not be interrupted by its own success.
    if (path === undefined || /^\/(\.http-server|files)\//.test(path)) return;
    if (!uses.has(path)) uses.set(path, { url, kinds: new Set() });
    uses.get(path).kinds.add(kind);
  }

  const shown = fold(decodeURIComponent(script.dataset.shows));
  use(shown, 'page', location.href);
  // What a path means may change; but that of a folder whose index is shown does not mean all that is in it.
  if (!location.pathname.endsWith('/')) use(pathOf(location.href), 'page', location.href);
  /** A frame has a script of its own. */
  const watch = ({ name, initiatorType }) => /frame/.test(initiatorType) || use(pathOf(name), initiatorType, name);
  new PerformanceObserver((list) => list.getEntries().forEach(watch)).observe({ type: 'resource', buffered: true });

  /** The kinds of uses that `changed`, a file or a folder, has; undefined if it has none. */
  function kindsOf(changed) {
    const kinds = [...uses].flatMap(([path, used]) => (concerns(changed, path) ? [...used.kinds] : []));
    return kinds.length === 0 ? undefined : new Set(kinds);
  }

  /** Of a folder that is used, there is a list, or its index. */
  const concerns = (changed, path) =>
    path === changed ||
    path.startsWith(`${changed}/`) ||
    (path.endsWith('/') && changed.slice(0, changed.lastIndexOf('/') + 1) === path);

  // ── What is done about a change ───────────────────────────────────────────────────────────────────────────────────

  let version = Date.now();

  /** The same URL, but not for a cache. */
  function renewed(url) {
    const fresh = new URL(url, document.baseURI);
    fresh.searchParams.set('live', String(++version));
    return fresh.href;
  }

  const only = (kinds, kind) => kinds.size === 1 && kinds.has(kind);

  /** The sheets that are being loaded, by those they are to replace. */
  const successors = new Map();

  /** The old sheet stays until the new one is there, so that nothing flashes. What has changed again is not waited for. */
  function swapSheets(path) {
    const coming = new Set(successors.values());
    const links = [...document.querySelectorAll('link[rel~="stylesheet" i][href]')].filter(
      (link) => pathOf(link.href) === path && !coming.has(link),
    );
    for (const link of links) {
      successors.get(link)?.remove();
      const next = link.cloneNode();
      successors.set(link, next);
      next.href = renewed(link.href);
      next.onload = next.onerror = () => {
        if (successors.get(link) !== next) return;
        successors.delete(link);
        link.remove();
      };
      link.after(next);
    }
    return links.length > 0;
  }

  function swapImages(path) {
    const images = [...document.images].filter((image) => pathOf(image.currentSrc || image.src) === path);
    if (images.some((image) => image.srcset || image.closest('picture'))) return false;
    for (const image of images) image.src = renewed(image.src);
    return images.length > 0;
  }

  /** Whether `changed` took effect, or need not, without a reload. */
  function absorb(changed) {
    const kinds = kindsOf(changed);
    if (kinds === undefined) return true;
    if (only(kinds, 'link')) return swapSheets(changed);
    return only(kinds, 'img') && swapImages(changed);
  }

  const stored = `http-server live ${base}`;

  /** Remembers up to where the changes are known: the page that follows need not hear of them again. */
  function reload() {
    try {
      sessionStorage.setItem(stored, JSON.stringify(known));
    } catch {
      // A page may have no storage. At worst it reloads once more.
    }
    location.reload();
  }

  function take(paths) {
    if (paths === 'all' || !paths.map(fold).every(absorb)) reload();
  }

  // ── What is known of the server ───────────────────────────────────────────────────────────────────────────────────

  /** The server that told, and the number of its last change; and when that was, in milliseconds since the epoch. */
  let known = { server: undefined, number: 0, time: performance.timeOrigin };
  try {
    known = { ...known, ...JSON.parse(sessionStorage.getItem(stored)), time: performance.timeOrigin };
    sessionStorage.removeItem(stored);
  } catch {
    // As above.
  }

  /** @param news as the stream told it, and when */
  function hear({ server, from, changes, time }) {
    if (known.server !== server) {
      if (known.server !== undefined) void compare(known.time);
      known = { server, number: 0, time };
    } else if (from > known.number + 1) void compare(known.time);
    for (const [number, age, paths] of changes) {
      if (number <= known.number) continue;
      known.number = number;
      // What was before this page is in it.
      if (time - age >= performance.timeOrigin) take(paths);
    }
    known.number = Math.max(known.number, from - 1);
    state.server = server;
    known.time = Math.max(known.time, time);
  }

  /** Most files that are looked at one by one. */
  const most = 100;

  /** Nobody knows what has changed since `time`, but the files themselves. A list of a folder has no date. */
  async function compare(time) {
    const urls = [...uses.values()].flatMap(({ url }) => url ?? []);
    if (urls.length > most || shown.endsWith('/')) return reload();
    const second = Math.floor(time / 1000) * 1000;
    for (const url of urls) {
      const answer = await fetch(url, { method: 'HEAD', cache: 'no-store' }).catch(() => undefined);
      if (answer && Date.parse(answer.headers.get('Last-Modified')) >= second) return reload();
    }
  }

  // ── One stream per browser ────────────────────────────────────────────────────────────────────────────────────────

  let source;
  let timer;
  let retry = 1000;
  /** Called when the server no longer tells of changes. */
  let end;
  const ended = new Promise((resolve) => (end = resolve));
  let isOver = false;

  function open() {
    clearTimeout(timer);
    if (isOver) return;
    source = new EventSource(`${base}.http-server/events`);
    source.onmessage = ({ data }) => {
      retry = 1000;
      share({ ...JSON.parse(data), time: Date.now() });
    };
    source.addEventListener('end', () => {
      channel.postMessage('end');
      stop();
    });
    // A refusal, such as a proxy's for a server that is away, is final for the browser, but not for us.
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(open, retry);
      retry = Math.min(2 * retry, 60_000);
    };
  }

  function close() {
    clearTimeout(timer);
    source?.close();
    source = undefined;
  }

  function stop() {
    isOver = true;
    close();
    end();
  }

  /** What the server told of late, for pages that come later. */
  let recent = [];

  function share(news) {
    recent = [...recent.filter(({ server }) => server === news.server).slice(-100), news];
    channel.postMessage(news);
    hear(news);
  }

  channel.onmessage = ({ data }) => {
    if (data === 'end') stop();
    else if (data !== 'join') hear(data);
    else if (source) recent.forEach((news) => channel.postMessage(news));
  };

  /** Browsers open six connections to one host: a stream for each of many tabs would leave none. */
  function lead() {
    open();
    return ended;
  }

  /** Where there are no locks, which need a secure context, only a page that is seen has a stream. */
  const followVisibility = () => (document.visibilityState === 'visible' ? source || open() : close());

  channel.postMessage('join');
  if (navigator.locks) void navigator.locks.request(`http-server ${base}`, lead);
  else {
    followVisibility();
    document.addEventListener('visibilitychange', followVisibility);
  }
})();
