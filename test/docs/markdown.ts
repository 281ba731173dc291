/** What the documents of the project say, taken apart. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The project's folder; this file runs from `out/test/docs/`. */
export const projectRoot = path.resolve(__dirname, '../../..');

export const read = (name: string): string => readFileSync(path.join(projectRoot, name), 'utf8');

/** The files below a folder, with `/`, relative to the project. */
export const filesBelow = (folder: string): string[] =>
  readdirSync(path.join(projectRoot, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(projectRoot, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'));

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly publisher: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string }[];
    readonly configuration: {
      readonly properties: Readonly<Record<string, { readonly default: unknown; readonly scope: string }>>;
    };
  };
}

export const manifest = JSON.parse(read('package.json')) as Manifest;

/** A fenced block of code. */
export interface Block {
  /** The comment in front of it, `<!-- mark -->`; empty if there is none. */
  readonly mark: string;
  readonly language: string;
  readonly text: string;
}

/** The blocks of code in the order they come. */
export function blocksOf(markdown: string): Block[] {
  const fence = /(?:^<!-- ([\w-]+) -->\n\n)?^```(\w*)\n([\s\S]*?)^```$/gm;
  return [...markdown.matchAll(fence)].map(([, mark = '', language = '', text = '']) => ({ mark, language, text }));
}

/** The text below a heading, up to the next one of the same or a higher level. */
export function sectionOf(markdown: string, heading: string): string {
  const level = /^#+/.exec(heading)?.[0].length ?? 0;
  const start = markdown.indexOf(`\n${heading}\n`);
  if (start < 0) throw new Error(`There is no "${heading}".`);
  const text = markdown.slice(start + heading.length + 2);
  const end = text.search(new RegExp(`^#{1,${level}} `, 'm'));
  return end < 0 ? text : text.slice(0, end);
}

/** The cells of the table's rows, without its head. */
export function rowsOf(section: string): string[][] {
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

/** The code in a cell. */
export const codeIn = (cell = ''): string => /^`(.*)`$/.exec(cell)?.[1] ?? cell;

/** The names behind `npm run`, and `test` for `npm test`. */
export const scriptsIn = (markdown: string): string[] =>
  [...markdown.matchAll(/\bnpm (?:run ([\w:-]+)|(test|start)\b)/g)].map(([, run, short]) => run ?? short ?? '');

/** The targets of its links and pictures that are files of the project. */
export const filesLinkedBy = (markdown: string): string[] =>
  [...markdown.matchAll(/\]\((?![a-z]+:|#)([^)#]+)/g)].map(([, target = '']) => target);
