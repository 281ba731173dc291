/** The works that are done again and again while calls fail: what is there before, what is sent, and what may come of it. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RawClient, RawResponse } from '../support/rawClient';
import { field } from '../support/rawClient';

export interface Work {
  /** Makes what has to be there. */
  readonly prepare: (at: At) => void;
  /** @returns the last answer; rejects if the connection ended before it was whole */
  readonly run: (client: RawClient, name: string) => Promise<RawResponse>;
  /** What the disk has, as one text: to be equal to one of the two that follow. */
  readonly state: (at: At) => string;
  readonly old: string;
  readonly new: string;
  /** Whether what was done stays if it cannot be flushed then: to undo it would be no more certain. */
  readonly stays?: boolean;
  /** Whether a file is read. */
  readonly reads?: boolean;
  /** What the answer has to hold. */
  readonly content?: string;
  /** Undoes what the client could still go on with. */
  readonly after?: (client: RawClient, earlier: RawClient) => Promise<void>;
}

/** The path on disk of an entry of the folder that this one case has to itself. */
export type At = (path: string) => string;

export const request = (line: string, fields: readonly string[] = [], body = ''): string =>
  [`${line} HTTP/1.1`, 'Host: localhost', ...fields, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join(
    '\r\n',
  );

const write =
  (path: string, content: string) =>
  (at: At): void => {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), content);
  };

const contentOf = (path: string): string => (existsSync(path) ? abridged(readFileSync(path, 'latin1')) : '–');

/** Long content in short: what it is made of, and how much of it. */
const abridged = (content: string): string =>
  content.length > 100 && /^(.)\1*$/.test(content) ? `${content[0] ?? ''}×${content.length}` : content;

const states =
  (...paths: readonly string[]) =>
  (at: At): string =>
    paths.map((path) => contentOf(at(path))).join(' ');

async function answerTo(client: RawClient, bytes: string): Promise<RawResponse> {
  await client.write(bytes);
  return client.read();
}

const large = 'n'.repeat(300_000);
const boundary = 'Content-Type: multipart/form-data; boundary=x';
const part = (name: string, content: string): string =>
  `--x\r\nContent-Disposition: form-data; name="f"; filename="${name}"\r\n\r\n${content}\r\n`;

const partial = 'Content-Type: application/partial-upload';

/** The resumable upload of each connection. */
const places = new WeakMap<RawClient, string>();

async function inParts(client: RawClient, name: string): Promise<RawResponse> {
  const begun = await answerTo(client, request(`PUT /files/${name}/a`, ['Upload-Complete: ?0'], 'new '));
  const place = field(begun, 'location');
  if (begun.status !== 201 || place === undefined) return begun;
  places.set(client, place);
  return answerTo(client, request(`PATCH ${place}`, [partial, 'Upload-Offset: 4', 'Upload-Complete: ?1'], 'rest'));
}

async function cancel(client: RawClient, earlier: RawClient): Promise<void> {
  const place = places.get(earlier);
  if (place !== undefined) await answerTo(client, request(`DELETE ${place}`));
}

export const works = {
  upload: {
    prepare: write('a', 'old'),
    run: (client, name) => answerTo(client, request(`PUT /files/${name}/a`, [], 'new')),
    state: states('a'),
    old: 'old',
    new: 'new',
  },
  'upload, large': {
    prepare: write('a', 'old'),
    run: (client, name) => answerTo(client, request(`PUT /files/${name}/a`, [], large)),
    state: states('a'),
    old: 'old',
    new: 'n×300000',
  },
  'upload into new folders': {
    prepare: (at) => mkdirSync(at('')),
    run: (client, name) => answerTo(client, request(`POST /files/${name}/b/c/a`, [], 'new')),
    state: (at) => (existsSync(at('b')) ? `b/c ${contentOf(at('b/c/a'))}` : '–'),
    old: '–',
    new: 'b/c new',
  },
  form: {
    prepare: write('a', 'old'),
    run: (client, name) =>
      answerTo(
        client,
        request(`POST /files/${name}/`, [boundary], `${part('a', 'new')}${part('b', 'newer')}--x--\r\n`),
      ),
    state: states('a', 'b'),
    old: 'old –',
    new: 'new newer',
  },
  'resumable upload': {
    prepare: write('a', 'old'),
    run: inParts,
    state: states('a'),
    old: 'old',
    new: 'new rest',
    after: cancel,
  },
  COPY: {
    prepare: (at) => {
      write('a', 'old')(at);
      write('b', 'new')(at);
    },
    run: (client, name) => answerTo(client, request(`COPY /files/${name}/b`, [`Destination: /files/${name}/a`])),
    state: states('a', 'b'),
    old: 'old new',
    new: 'new new',
    reads: true,
  },
  MOVE: {
    prepare: (at) => {
      write('a', 'old')(at);
      write('b', 'new')(at);
    },
    run: (client, name) => answerTo(client, request(`MOVE /files/${name}/b`, [`Destination: /files/${name}/a`])),
    state: states('a', 'b'),
    old: 'old new',
    new: 'new –',
    stays: true,
  },
  DELETE: {
    prepare: write('a', 'old'),
    run: (client, name) => answerTo(client, request(`DELETE /files/${name}/a`)),
    state: states('a'),
    old: 'old',
    new: '–',
    stays: true,
  },
  download: {
    prepare: write('a', 'old'),
    run: (client, name) => answerTo(client, request(`GET /${name}/a`)),
    state: states('a'),
    old: 'old',
    new: 'old',
    content: 'old',
    reads: true,
  },
  'download, large': {
    prepare: write('a', large),
    run: (client, name) => answerTo(client, request(`GET /files/${name}/a`)),
    state: states('a'),
    old: 'n×300000',
    new: 'n×300000',
    content: large,
    reads: true,
  },
} satisfies Readonly<Record<string, Work>>;

export type WorkName = keyof typeof works;
export const workNames = Object.keys(works) as readonly WorkName[];

/** The paths of one case. */
export const placeOf =
  (directory: string, name: string): At =>
  (path) =>
    join(directory, name, path);
