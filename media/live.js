/**
 * Live reload, in the page. Learns of changed files from one event stream per browser, and reloads the page if it uses
 * one of them; a style sheet or a picture is replaced without that.
 */
(() => {
  if (!self.document) return relay();
  const script = document.currentScript;
  const mark = Symbol.for('http-server live reload');
  if (!script || window[mark]) return;
  /** For whoever debugs, and so that there is only one. */
  const state = (window[mark] = { server: undefined });

  // It runs before the page's own parts are there: no `<base>` has changed yet what the address means.
  const { src, dataset } = script;
  // The page's first script is its own.
  script.remove();

  /** Where the site begins: behind a proxy it is not the root of the host. */
  const base = new URL('..', src).href;
  const events = `${base}.http-server/events`;
  const name = `http-server ${base}`;
  const channel = new BroadcastChannel(name);

  /** In a worker, to which the policy of the page does not apply: hands on what the stream tells. */
  function relay() {
    const source = new EventSource('events');
    source.onmessage = ({ data }) => postMessage(data);
    source.addEventListener('end', () => postMessage('end'));
    source.onerror = () => source.readyState === EventSource.CLOSED && postMessage('closed');
  }

  const fold = (path) => path.normalize('NFC').toLowerCase();

  /** The path of the site that `url`, which is absolute, means, decoded; undefined for another site. */
  function pathOf(url) {
    const absolute = url.replace(/[?#].*/, '');
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
    if (path === undefined || /^\/(?:\.http-server|files)\//.test(path)) return;
    if (!uses.has(path)) uses.set(path, { url, kinds: new Set() });
    uses.get(path).kinds.add(kind);
  }

  const shown = fold(decodeURIComponent(dataset.shows));
  use(shown, 'page', location.href);
  // What a path means may change; but that of a folder whose index is shown does not mean all that is in it.
  if (!location.pathname.endsWith('/')) use(pathOf(location.href), 'page', location.href);
  /** Frames are looked at when something changes: where they went since then, the record does not tell. */
  const watch = ({ name: url, initiatorType }) => /frame/.test(initiatorType) || use(pathOf(url), initiatorType, url);
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

  /** The same URL, which is absolute, but not for a cache. */
  function renewed(url) {
    const fresh = new URL(url);
    fresh.searchParams.set('live', String(++version));
    return fresh.href;
  }

  /** Of the page, and of what elements show as their own. */
  const all = (selector, root = document) => [
    ...root.querySelectorAll(selector),
    ...[...root.querySelectorAll('*')].flatMap(({ shadowRoot }) => (shadowRoot ? all(selector, shadowRoot) : [])),
  ];

  const only = (kinds, kind) => kinds.size === 1 && kinds.has(kind);

  /** The sheets that are being loaded, by those they are to replace. */
  const successors = new Map();

  /** The old sheet stays until the new one is there, so that nothing flashes. What has changed again is not waited for. */
  function swapSheet(link) {
    // What is off is not loaded. Whether an alternate sheet is on, its element knows, and does not tell.
    if (link.disabled || link.relList.contains('alternate')) return reloadSheet(link);
    successors.get(link)?.remove();
    const next = link.cloneNode();
    successors.set(link, next);
    next.href = renewed(link.href);
    next.onload = next.onerror = () => {
      if (successors.get(link) !== next) return;
      successors.delete(link);
      // A script may have turned it off.
      if (link.sheet && next.sheet) next.sheet.disabled = link.sheet.disabled;
      link.remove();
    };
    link.after(next);
  }

  function reloadSheet(link) {
    // Where the sheet knows it instead, a new one is off.
    if (link.sheet?.disabled === false)
      link.addEventListener('load', () => link.sheet && (link.sheet.disabled = false), { once: true });
    link.href = renewed(link.href);
  }

  function swapSheets(path) {
    const coming = new Set(successors.values());
    const links = all('link[rel~="stylesheet" i][href]').filter(
      (link) => pathOf(link.href) === path && !coming.has(link),
    );
    links.forEach(swapSheet);
    return links.length > 0;
  }

  function swapImages(path) {
    const images = all('img').filter((image) => pathOf(image.currentSrc || image.src) === path);
    if (images.some((image) => image.srcset || image.closest('picture'))) return false;
    for (const image of images) image.src = renewed(image.src);
    return images.length > 0;
  }

  /** Of icons some browsers have records of no kind, and others none. Returns whether it is one. */
  function swapIcons(path) {
    const icons = all('link[rel~="icon" i][href]');
    const changed = icons.filter((icon) => pathOf(icon.href) === path);
    for (const icon of changed) icon.href = renewed(icon.href);
    if (icons.length > 0 || path !== '/favicon.ico' || new URL(base).pathname !== '/') return changed.length > 0;
    const icon = Object.assign(document.createElement('link'), { rel: 'icon', href: renewed(`${base}favicon.ico`) });
    document.head?.append(icon);
    return true;
  }

  /** Only those that have no script of their own, such as text. */
  function reloadFrames(path) {
    for (const { contentWindow } of document.querySelectorAll('iframe, frame')) {
      try {
        const { location } = contentWindow;
        if (!contentWindow[mark] && concerns(path, pathOf(location.href) ?? '')) location.reload();
      } catch {
        // It is another site's.
      }
    }
  }

  /** Whether `changed` took effect, or need not, without a reload. */
  function absorb(changed) {
    const isIcon = swapIcons(changed);
    reloadFrames(changed);
    const kinds = kindsOf(changed);
    if (kinds === undefined || (isIcon && only(kinds, 'other'))) return true;
    if (only(kinds, 'link')) return swapSheets(changed);
    return only(kinds, 'img') && swapImages(changed);
  }

  const stored = `http-server live ${base}`;
  const visited = `${stored} ${location.href.replace(/#.*/, '')}`;

  // A page may have no storage. At worst it reloads once more, or not when it is shown again.
  function read(key) {
    try {
      return JSON.parse(sessionStorage.getItem(key)) ?? undefined;
    } catch {
      return undefined;
    }
  }
  function store(key, value) {
    try {
      sessionStorage.setItem(key, JSON.stringify(value));
    } catch {
      // As above.
    }
  }

  /** Remembers up to where the changes are known: the page that follows need not hear of them again. */
  function reload() {
    store(stored, known);
    location.reload();
  }

  function take(paths) {
    if (paths === 'all' || !paths.map(fold).every(absorb)) reload();
  }

  // ── What is known of the server ───────────────────────────────────────────────────────────────────────────────────

  /** A page that is shown again by Back comes out of the cache, its parts too: as of when it was first asked for. */
  const isAgain = performance.getEntriesByType('navigation')[0]?.type === 'back_forward';
  const before = isAgain ? read(visited) : { ...read(stored), time: performance.timeOrigin };
  store(stored, null);

  /** The server that told, and the number of its last change; and when that was, in milliseconds since the epoch. */
  let known = { server: undefined, number: 0, time: performance.timeOrigin, ...before };
  /** What was before this is in the page. */
  const since = known.time;
  let isNoted = isAgain && before !== undefined;

  /** @param news as the stream told it, and when */
  function hear({ server, from, changes, time }) {
    if (!isNoted) store(visited, { server, number: from - 1, time: since });
    isNoted = true;
    if (known.server !== server) {
      if (known.server !== undefined) void compare(known.time);
      known = { server, number: 0, time };
    } else if (from > known.number + 1) void compare(known.time);
    for (const [number, age, paths] of changes) {
      if (number <= known.number) continue;
      known.number = number;
      if (time - age >= since) take(paths);
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
    // Where the policy lets the page ask for nothing, it cannot look.
    if (urls.length > most || shown.endsWith('/') || isBarred()) return reload();
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
  let isOver = false;

  /** Whether the policy of the page may forbid the stream, or has done so. */
  let wasBarred = false;
  const isBarred = () => wasBarred || document.querySelector('meta[http-equiv="content-security-policy" i]') !== null;
  document.addEventListener('securitypolicyviolation', ({ blockedURI }) => {
    if (blockedURI !== events || wasBarred) return;
    wasBarred = true;
    if (source) reopen();
  });

  /** Where the page may not open the stream, a worker may. */
  function open() {
    clearTimeout(timer);
    if (isOver) return;
    const inWorker = isBarred();
    source = inWorker ? worker() : new EventSource(events);
    if (!source) return;
    source.onmessage = ({ data }) => {
      if (data === 'end') return finish();
      if (data === 'closed') return later();
      retry = 1000;
      share({ ...JSON.parse(data), time: Date.now() });
    };
    source.addEventListener('end', finish);
    // A refusal, such as a proxy's for a server that is away, is final for the browser, but not for us.
    source.onerror = () => (inWorker ? giveUp() : source?.readyState === EventSource.CLOSED && later());
  }

  function worker() {
    try {
      return new Worker(src);
    } catch {
      giveUp();
    }
  }

  function giveUp() {
    console.info(
      'Live reload is off: the policy of this page (Content-Security-Policy) allows it neither by connect-src nor by worker-src.',
    );
    leave();
  }

  function later() {
    close();
    timer = setTimeout(open, retry);
    retry = Math.min(2 * retry, 60_000);
  }

  function close() {
    clearTimeout(timer);
    if (source) source.onerror = null;
    source?.close?.();
    source?.terminate?.();
    source = undefined;
  }

  function reopen() {
    close();
    open();
  }

  /** The server no longer tells of changes. */
  function finish() {
    channel.postMessage('end');
    stop();
  }

  function stop() {
    isOver = true;
    leave();
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

  /** Called when the page no longer leads, or waits to. */
  let release = () => undefined;

  /** Browsers open six connections to one host: a stream for each of many tabs would leave none. */
  function enter() {
    channel.postMessage('join');
    if (!navigator.locks) return followVisibility();
    const waiting = new AbortController();
    const left = new Promise((resolve) => (release = resolve)).then(() => waiting.abort());
    const lead = () => (isOver ? undefined : (open(), left));
    // Whoever leaves while it waits gets an error, which says nothing new.
    navigator.locks.request(name, { signal: waiting.signal }, lead).catch(() => undefined);
  }

  function leave() {
    close();
    release();
  }

  /** Where there are no locks, which need a secure context, only a page that is seen has a stream. */
  const followVisibility = () => (document.visibilityState === 'visible' ? source || open() : close());

  enter();
  if (!navigator.locks) document.addEventListener('visibilitychange', followVisibility);
  // A page that is put aside must not keep the stream from others; when it is shown again, it asks what it missed.
  addEventListener('pagehide', leave);
  addEventListener('pageshow', ({ persisted }) => persisted && enter());
})();
