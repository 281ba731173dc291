/** What clients ask for besides storing and reading a file: one errand of each kind, with the statuses it is for. */
import { field, type RawClient, type RawResponse } from '../support/rawClient';
import { request } from './faultWorks';

/** What one client has to itself. */
export interface Errand {
  readonly client: RawClient;
  /** One more connection. Whoever opens it closes it. */
  readonly another: () => Promise<RawClient>;
  /** A folder of its own below `/files`. */
  readonly folder: string;
  /** Text that no other errand has. */
  readonly text: string;
  /** Notes what the disk is to have from now on; undefined: nobody knows, until the next answer. */
  readonly know: (path: string, content: string | undefined) => void;
}

export interface Kind {
  /** @returns the answer that counts */
  readonly run: (errand: Errand) => Promise<RawResponse>;
  /** The statuses that it is for, where nothing fails. */
  readonly hoped: readonly number[];
}

async function ask(client: RawClient, line: string, fields: readonly string[] = [], body = ''): Promise<RawResponse> {
  await client.write(request(line, fields, body));
  return client.read(line.split(' ', 1)[0]);
}

const get =
  (path: string, fields: readonly string[] = []): Kind['run'] =>
  ({ client }) =>
    ask(client, `GET ${path}`, fields);

/** Asks for what changes `path`: what is there after an answer is known, and unknown without one. */
async function change(
  errand: Errand,
  after: Readonly<Record<string, string>>,
  act: () => Promise<RawResponse>,
): Promise<RawResponse> {
  const paths = Object.keys(after).map((name) => `${errand.folder}/${name}`);
  const isKnown = (answer: RawResponse): boolean => answer.status < 300;
  const answer = await act().catch((error: unknown) => {
    for (const path of paths) errand.know(path, undefined);
    throw error;
  });
  if (isKnown(answer))
    for (const [name, content] of Object.entries(after)) errand.know(`${errand.folder}/${name}`, content);
  return answer;
}

const put = (errand: Errand, name: string): Promise<RawResponse> =>
  change(errand, { [name]: errand.text }, () =>
    ask(errand.client, `PUT /files/${errand.folder}/${name}`, [], errand.text),
  );

/** First `name` is there, then something is done with it. */
const with_ =
  (name: string, then: (errand: Errand) => Promise<RawResponse>): Kind['run'] =>
  async (errand) => {
    const answer = await put(errand, name);
    return answer.status < 300 ? then(errand) : answer;
  };

const boundary = 'Content-Type: multipart/form-data; boundary=x';
const part = (name: string, content: string): string =>
  `--x\r\nContent-Disposition: form-data; name="f"; filename="${name}"\r\n\r\n${content}\r\n`;

const form: Kind['run'] = (errand) => {
  const { client, folder, text } = errand;
  const body = `${part('form1', text)}${part('form2', text)}--x--\r\n`;
  return change(errand, { form1: text, form2: text }, () => ask(client, `POST /files/${folder}/`, [boundary], body));
};

const partial = 'Content-Type: application/partial-upload';

const inParts: Kind['run'] = (errand) => {
  const { client, another, folder, text } = errand;
  return change(errand, { parts: text + text }, async () => {
    const begun = await ask(client, `PUT /files/${folder}/parts`, ['Upload-Complete: ?0'], text);
    const place = field(begun, 'location');
    if (begun.status !== 201 || place === undefined) return begun;
    const fields = [partial, `Upload-Offset: ${text.length}`, 'Upload-Complete: ?1'];
    try {
      return await ask(client, `PATCH ${place}`, fields, text);
    } finally {
      // What is refused before any of it was taken closes the connection, and leaves the upload to be gone on with.
      const last = await another();
      await end(last, place);
      last.close();
    }
  });
};

/** An upload that is complete is kept, too, so that its client can ask for it. @returns the first answer */
async function end(client: RawClient, place: string): Promise<RawResponse> {
  const answer = await ask(client, `DELETE ${place}`);
  if (![204, 404].includes(answer.status)) await end(client, place);
  return answer;
}

const stopped: Kind['run'] = async ({ client, folder, text }) => {
  const begun = await ask(client, `PUT /files/${folder}/stopped`, ['Upload-Complete: ?0'], text);
  const place = field(begun, 'location');
  return place === undefined ? begun : end(client, place);
};

const to = (folder: string, name: string): string => `Destination: /files/${folder}/${name}`;

const unchanged: Kind['run'] = async ({ client }) => {
  const tag = field(await ask(client, 'GET /site/style.css'), 'etag') ?? '"none"';
  return ask(client, 'GET /site/style.css', [`If-None-Match: ${tag}`]);
};

/** The page's own stream: the head, the first of what is told, and then the page is closed. */
const events: Kind['run'] = async ({ client }) => {
  await client.write('GET /.http-server/events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n');
  const answer = await client.readHead();
  client.reset();
  return answer;
};

const pipelined: Kind['run'] = async ({ client }) => {
  await client.write(request('GET /echo/1') + request('GET /site/') + request('GET /echo/3'));
  for (let i = 0; i < 2; i++) await client.read();
  return client.read();
};

export const kinds = {
  page: { run: get('/site/'), hoped: [200] },
  'page, coded': { run: get('/site/style.css', ['Accept-Encoding: gzip, br']), hoped: [200] },
  'not modified': { run: unchanged, hoped: [304] },
  head: { run: ({ client }) => ask(client, 'HEAD /files/site/large'), hoped: [200] },
  download: { run: get('/files/site/large'), hoped: [200] },
  range: { run: get('/files/site/large', ['Range: bytes=1000-200000']), hoped: [206] },
  ranges: { run: get('/files/site/large', ['Range: bytes=0-9,100-199,-7']), hoped: [206] },
  digest: { run: get('/files/site/style.css', ['Want-Repr-Digest: sha-256=9']), hoped: [200] },
  listing: { run: get('/files/site/'), hoped: [200] },
  'folder’s page': { run: get('/files/site/', ['Accept: text/html']), hoped: [200] },
  archive: { run: get('/files/site/?zip'), hoped: [200, 503] },
  events: { run: events, hoped: [200, 503] },
  'handed on': { run: get('/up/stream'), hoped: [200] },
  pipelined: { run: pipelined, hoped: [200] },
  options: { run: ({ client }) => ask(client, 'OPTIONS /files/site/large'), hoped: [204] },
  'not found': { run: get('/nothing/here'), hoped: [404] },
  malformed: { run: ({ client }) => ask(client, 'GET /files/site/large', ['Content-Length: x']), hoped: [400] },
  precondition: {
    run: with_('guarded', ({ client, folder }) =>
      ask(client, `PUT /files/${folder}/guarded`, ['If-None-Match: *'], 'other'),
    ),
    hoped: [412],
  },
  form: { run: form, hoped: [200, 201] },
  'resumable upload': { run: inParts, hoped: [201, 204] },
  'resumable, cancelled': { run: stopped, hoped: [204] },
  COPY: {
    run: with_('source', (errand) => {
      const { client, folder, text } = errand;
      return change(errand, { copy: text }, () => ask(client, `COPY /files/${folder}/source`, [to(folder, 'copy')]));
    }),
    hoped: [201, 204],
  },
  MOVE: {
    run: with_('leaving', (errand) => {
      const { client, folder, text } = errand;
      return change(errand, { leaving: '', moved: text }, () =>
        ask(client, `MOVE /files/${folder}/leaving`, [to(folder, 'moved')]),
      );
    }),
    hoped: [201, 204],
  },
  DELETE: {
    run: with_('removed', (errand) =>
      change(errand, { removed: '' }, () => ask(errand.client, `DELETE /files/${errand.folder}/removed`)),
    ),
    hoped: [204],
  },
  'MKCOL, and away': {
    run: async ({ client, folder }) => {
      const made = await ask(client, `MKCOL /files/${folder}-made/`);
      return made.status === 201 || made.status === 405 ? ask(client, `DELETE /files/${folder}-made/`) : made;
    },
    hoped: [204],
  },
} satisfies Readonly<Record<string, Kind>>;

export type KindName = keyof typeof kinds;
export const kindNames = Object.keys(kinds) as readonly KindName[];
