// The rooms of the sources, from below: which others each may import from. What stands in `src` itself and is in no room is
// either a program, or below everything.
/** By its folder in `src`. */
export const rooms = {
  'http/message': { about: 'what RFC 9110 says, as values', uses: [] },
  'http/wire': { about: 'the octets of RFC 9112, without a socket', uses: ['http/message'] },
  'http/connection': { about: 'sockets, and what goes over them in turn', uses: ['http/message', 'http/wire'] },
  files: { about: 'the folder: what a path means, and who may see it', uses: [] },
  'files/reading': { about: 'files and folders as they are', uses: ['files'] },
  'files/unfinished': { about: 'what is noted of what a server has begun, and who clears it away', uses: ['files'] },
  'files/writing': { about: 'uploads, which are whole or not there', uses: ['files', 'files/unfinished'] },
  'files/changing': {
    about: 'what is there already, or is only a folder: made, moved, removed',
    uses: ['files', 'files/writing'],
  },
  'endpoints/common': { about: 'paths, HTML, errors as responses', uses: ['http/message', 'files'] },
  'endpoints/representation': {
    about: 'one resource in its codings, ranges and digests, and what is remembered of it',
    uses: ['http/message', 'files', 'files/reading', 'endpoints/common'],
  },
  'endpoints/guard': { about: 'who may ask', uses: ['http/message', 'files', 'endpoints/common'] },
  'endpoints/live': {
    about: 'event streams, and what they tell',
    uses: ['http/message', 'files', 'endpoints/common', 'endpoints/representation'],
  },
  'endpoints/site': {
    about: 'the folder to look at: pages, files, lists',
    uses: ['http/message', 'files', 'files/reading', 'endpoints/common', 'endpoints/representation'],
  },
  'endpoints/rules': {
    about: 'what is asked before the site: canned answers, redirects, rewrites, fields, other servers',
    uses: ['http/message', 'endpoints/common', 'endpoints/representation'],
  },
  'endpoints/storing': {
    about: 'what changes the folder: files stored, copied, moved and removed, forms, resumable uploads',
    uses: [
      ...['http/message', 'files', 'files/reading', 'files/writing', 'files/changing'],
      ...['endpoints/common', 'endpoints/representation'],
    ],
  },
  endpoints: {
    about: 'which endpoint answers what',
    uses: [
      ...['http/message', 'files', 'files/unfinished', 'files/writing', 'endpoints/common', 'endpoints/representation'],
      ...['endpoints/live', 'endpoints/rules', 'endpoints/site', 'endpoints/storing'],
    ],
  },
  requests: { about: 'what is kept of finished exchanges, and how it is shown', uses: ['http/message'] },
  'editor/manifest': { about: 'the commands, menus and settings as tables, and their names', uses: [] },
  'editor/common': { about: 'words, and how something is said', uses: ['editor/manifest'] },
  'editor/server': {
    about: 'the server as the editor sees it: settings, state, thread',
    uses: ['editor/manifest', 'editor/common'],
  },
  'editor/live': { about: 'what changed, and what is not saved yet', uses: ['editor/server'] },
  'editor/preview': {
    about: 'what a file looks like on the site, beside its source',
    uses: ['editor/common', 'editor/server'],
  },
  'editor/sharing': {
    about: 'the link for others in the network',
    uses: ['editor/manifest', 'editor/common', 'editor/server'],
  },
  'editor/log': { about: 'the Output panel', uses: ['editor/common', 'editor/server', 'editor/sharing'] },
  'editor/status': {
    about: 'the status bar',
    uses: ['editor/manifest', 'editor/common', 'editor/server', 'editor/sharing'],
  },
  'editor/requests': {
    about: 'the requests that the server keeps: a view, documents, and what can be done with them',
    uses: ['editor/manifest', 'editor/common', 'editor/server'],
  },
  'editor/tools': { about: 'what agents may do', uses: ['editor/server', 'editor/requests'] },
  'editor/commands': {
    about: 'what the palette and the menus do',
    uses: [
      ...['editor/manifest', 'editor/common', 'editor/server'],
      ...['editor/log', 'editor/preview', 'editor/requests', 'editor/sharing', 'editor/status'],
    ],
  },
  editor: {
    about: 'what follows from settings, and what other extensions get',
    uses: ['editor/common', 'editor/server', 'editor/log', 'editor/requests'],
  },
  'page/common': { about: 'words, names, numbers, drawings: below all that runs in a browser', uses: [] },
  'page/live': { about: 'live reload in a page, and the stream of changes', uses: [] },
  'page/list': { about: 'what is in a folder, and what the keyboard does there', uses: ['page/common'] },
  'page/change': { about: 'what the folder’s page has the server change', uses: ['page/common', 'page/list'] },
  'page/upload': { about: 'files on their way to the server', uses: ['page/common', 'page/list'] },
  'page/preview': { about: 'files as they are shown in place', uses: ['page/common', 'page/list'] },
  'page/view': {
    about: 'the folder’s page as it is drawn',
    uses: ['page/common', 'page/list', 'page/change', 'page/upload', 'page/preview'],
  },
  page: { about: 'where the folder’s page begins', uses: ['page/live', 'page/list', 'page/view'] },
  terminal: { about: 'the program for the terminal', uses: ['files', 'endpoints/live'] },
};

/**
 * The files of `src` itself that use a room, or one another, by their names. The others are below everything: each room may
 * import from them, and they only from one another.
 */
export const doors = {
  'extension.ts': [
    'editor',
    'editor/server',
    'editor/commands',
    'editor/live',
    'editor/log',
    'editor/requests',
    'editor/tools',
    'editor/preview',
    'editor/sharing',
    'editor/status',
  ],
  'worker.ts': ['serve.ts', 'endpoints/live', 'files', 'requests'],
  'serve.ts': [
    ...['endpoints', 'endpoints/guard', 'endpoints/live', 'endpoints/rules', 'endpoints/storing'],
    ...['http/connection', 'http/message', 'files', 'files/unfinished', 'files/writing', 'requests'],
  ],
  'cli.ts': ['terminal'],
  'messages.ts': ['files/writing'],
};

/** What runs by itself: the programs, and what `scripts/manifest.mjs` reads. */
export const programs = [
  ...['extension.ts', 'cli.ts', 'worker.ts', 'editor/manifest/menuTable.ts'],
  ...['page/folderScript.tsx', 'page/live/liveScript.ts'],
];

/** Names of types that two files hand out: what a page and the server say to each other is one thing at both ends. */
export const sharedNames = ['ChangedPaths', 'Entry', 'News'];

/** Who else may go through a door. */
export const users = { 'serve.ts': ['terminal'], 'messages.ts': ['editor', 'worker.ts'] };
