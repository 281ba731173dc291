/** What a page can try against another site, as scripts that run in it and say what they got. */

export interface Attack {
  readonly name: string;
  /** Body of an async function of `victim`, the address of the other site with its slash; returns a string. */
  readonly script: string;
  /** What it returns at another site, if that is anything but `nothing`. */
  readonly refused?: string;
  /** What it returns in a page of the site's own. */
  readonly allowed: string;
  /** Whether the site is shown, in a way that the page cannot look into. */
  readonly isShown?: true;
  /** Whether it makes itself another site wherever it runs. */
  readonly isSandbox?: true;
}

/** What is to be read, by the names of its files, in their order. */
export const secrets = {
  'page.html': '<!doctype html><meta charset="utf-8"><title>ours</title><body>a secret',
  'secret.css': ':root { --stolen: secret }',
  'secret.js': 'var stolen = "a secret"',
  'secret.mjs': 'export const stolen = "a secret"',
  'secret.svg': '<svg xmlns="http://www.w3.org/2000/svg" width="7" height="7"/>',
  'secret.txt': 'a secret',
};

/** What every script may use. */
export const helpers = `
const add = (tag, properties) => new Promise((resolve) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.onload = () => resolve(element);
  element.onerror = () => resolve(undefined);
  document.body.append(element);
});
const form = (action, enctype, inputs) => {
  const element = Object.assign(document.createElement('form'), { action, enctype, method: 'post', target: 'sink' });
  element.append(...inputs);
  document.body.append(element);
  return new Promise((resolve) => {
    const frame = Object.assign(document.createElement('iframe'), { name: 'sink' });
    frame.onload = () => resolve('sent');
    document.body.append(frame);
    element.submit();
  });
};
const input = (type, name, value) => Object.assign(document.createElement('input'), { type, name, value });
const fileInput = (name) => {
  const files = new DataTransfer();
  files.items.add(new File(['evil'], 'new.txt'));
  const element = input('file', name, '');
  element.files = files.files;
  return element;
};
const isLoaded = (other) => {
  try {
    return other.location.href !== 'about:blank' && other.document.readyState === 'complete';
  } catch {
    return true;
  }
};
const sandbox = (script) => new Promise((resolve) => {
  onmessage = ({ data }) => resolve(data);
  const frame = document.createElement('iframe');
  frame.sandbox = 'allow-scripts allow-forms';
  frame.srcdoc = '<body><script>(async () => {' + script + '})().then((got) => parent.postMessage(got, "*"))</' + 'script>';
  document.body.append(frame);
});
`;

/** Each asks for `secret.*` or `page.html`. */
export const reads: readonly Attack[] = [
  {
    name: 'fetch',
    script: `return fetch(victim + 'secret.txt').then((response) => response.text(), () => 'nothing')`,
    allowed: 'a secret',
  },
  {
    name: 'fetch without CORS',
    script: `return fetch(victim + 'secret.txt', { mode: 'no-cors' }).then((r) => r.text()).then((t) => t || 'nothing')`,
    allowed: 'a secret',
  },
  {
    name: 'fetch with credentials',
    script: `return fetch(victim + 'secret.txt', { credentials: 'include' }).then((r) => r.text(), () => 'nothing')`,
    allowed: 'a secret',
  },
  {
    name: 'fetch of a listing',
    script: `return fetch(victim + 'files/').then((r) => r.json()).then((list) => list[0].name, () => 'nothing')`,
    allowed: 'kept.txt',
  },
  {
    name: 'XMLHttpRequest',
    script: `return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open('GET', victim + 'secret.txt');
      request.onloadend = () => resolve(request.responseText || 'nothing');
      request.send();
    })`,
    allowed: 'a secret',
  },
  {
    name: 'a script',
    script: `await add('script', { src: victim + 'secret.js' }); return window.stolen || 'nothing'`,
    allowed: 'a secret',
  },
  {
    name: 'a module',
    script: `return import(victim + 'secret.mjs').then((module) => module.stolen, () => 'nothing')`,
    allowed: 'a secret',
  },
  {
    name: 'a script of a worker',
    script: `
      const source = 'try { importScripts("' + victim + 'secret.js"); postMessage(stolen) } catch { postMessage("nothing") }';
      const worker = new Worker(URL.createObjectURL(new Blob([source])));
      return new Promise((resolve) => (worker.onmessage = ({ data }) => resolve(data)))`,
    allowed: 'a secret',
  },
  {
    name: 'a picture',
    script: `const image = await add('img', { src: victim + 'secret.svg' }); return image ? image.width + ' wide' : 'nothing'`,
    allowed: '7 wide',
  },
  {
    name: 'a style sheet',
    script: `
      await add('link', { rel: 'stylesheet', href: victim + 'secret.css' });
      return getComputedStyle(document.body).getPropertyValue('--stolen').trim() || 'nothing'`,
    allowed: 'secret',
  },
  {
    name: 'an object',
    script: `return (await add('object', { data: victim + 'page.html' })) ? 'loaded' : 'nothing'`,
    allowed: 'loaded',
  },
  {
    name: 'a frame',
    script: `
      const { contentDocument } = await add('iframe', { src: victim + 'page.html' });
      return contentDocument ? contentDocument.body.textContent : 'nothing'`,
    isShown: true,
    allowed: 'a secret',
  },
  {
    name: 'a window',
    script: `
      const other = open(victim + 'page.html');
      await new Promise((resolve) => {
        const look = () => (isLoaded(other) ? resolve() : setTimeout(look, 10));
        look();
      });
      try { return other.document.body.textContent } catch { return 'nothing' }`,
    isShown: true,
    allowed: 'a secret',
  },
  {
    name: 'live events',
    script: `return new Promise((resolve) => {
      const source = new EventSource(victim + 'secret.txt');
      source.onopen = () => resolve('open');
      source.onerror = () => resolve('nothing');
    })`,
    // A file is no stream of events.
    allowed: 'nothing',
  },
  {
    name: 'a WebSocket',
    script: `return new Promise((resolve) => {
      const socket = new WebSocket(victim.replace('http', 'ws') + 'secret.txt');
      socket.onopen = () => resolve('open');
      socket.onerror = () => resolve('nothing');
    })`,
    // There are none.
    allowed: 'nothing',
  },
  {
    name: 'a sandbox',
    script: `return sandbox('return fetch("' + victim + 'secret.txt").then((r) => r.text(), () => "nothing")')`,
    isSandbox: true,
    allowed: 'nothing',
  },
];

/** Each tries to store `new.txt`, to change `kept.txt` or to remove it. */
export const writes: readonly Attack[] = [
  {
    name: 'a form of plain text',
    script: `return form(victim + 'files/new.txt', 'text/plain', [input('hidden', 'a', 'evil')])`,
    refused: 'sent',
    allowed: 'sent',
  },
  {
    name: 'a form coded as a URL',
    script: `return form(victim + 'files/new.txt', 'application/x-www-form-urlencoded', [input('hidden', 'a', 'evil')])`,
    refused: 'sent',
    allowed: 'sent',
  },
  {
    name: 'a form with a file, to a file',
    script: `return form(victim + 'files/new.txt', 'multipart/form-data', [fileInput('a')])`,
    refused: 'sent',
    allowed: 'sent',
  },
  {
    name: 'fetch without CORS',
    script: `
      const answer = fetch(victim + 'files/new.txt', { method: 'POST', mode: 'no-cors', body: 'evil' });
      return answer.then((response) => response.type)`,
    refused: 'opaque',
    allowed: 'basic',
  },
  {
    name: 'fetch of a form with a file',
    script: `
      const body = new FormData();
      body.append('a', new File(['evil'], 'new.txt'));
      return fetch(victim + 'files/new.txt', { method: 'POST', mode: 'no-cors', body }).then((response) => response.type)`,
    refused: 'opaque',
    allowed: 'basic',
  },
  {
    name: 'PUT',
    script: `return fetch(victim + 'files/kept.txt', { method: 'PUT', body: 'evil' }).then((r) => r.type, () => 'nothing')`,
    allowed: 'basic',
  },
  {
    name: 'DELETE',
    script: `return fetch(victim + 'files/kept.txt', { method: 'DELETE' }).then((r) => r.type, () => 'nothing')`,
    allowed: 'basic',
  },
  {
    name: 'a beacon',
    script: `return String(navigator.sendBeacon(victim + 'files/new.txt', 'evil'))`,
    refused: 'true',
    allowed: 'true',
  },
  {
    name: 'the ping of a link',
    script: `
      const link = Object.assign(document.createElement('a'), { href: '#here', ping: victim + 'files/new.txt' });
      document.body.append(link);
      link.click();
      return 'sent'`,
    refused: 'sent',
    allowed: 'sent',
  },
  {
    name: 'fetch in a sandbox',
    script: `
      const options = "{ method: 'POST', mode: 'no-cors', body: 'evil' }";
      return sandbox('return fetch("' + victim + 'files/new.txt", ' + options + ').then((r) => r.type)')`,
    refused: 'opaque',
    isSandbox: true,
    allowed: 'opaque',
  },
  {
    name: 'a form in a sandbox',
    script: `
      const action = "Object.assign(document.createElement('form'), { method: 'post', enctype: 'text/plain', action: '";
      return sandbox('const f = ' + action + victim + 'files/new.txt' + "' }); document.body.append(f); f.submit(); return 'sent'")`,
    refused: 'sent',
    isSandbox: true,
    allowed: 'sent',
  },
];
