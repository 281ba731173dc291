/** Names of files whose octets are content-coded already, as build tools make them. Pure. */
import { extname } from 'node:path';
import { lookup } from 'mime-types';
import type { Coding } from '../../http/message/negotiate';

interface CodedName {
  /** The name of the file before it was coded. */
  readonly name: string;
  readonly coding: Coding;
}

/** Codings, by what is put behind the name of a file that is coded so. */
export const codingsByExtension: Readonly<Record<string, Coding>> = { '.br': 'br', '.gz': 'gzip' };

/** What a page loads as its own parts, and wants decoded. Anything else that is compressed is there to be kept so. */
const parts = new Set([
  'text/html',
  'application/xhtml+xml',
  'text/css',
  'text/javascript',
  'application/json',
  'application/manifest+json',
  'application/wasm',
  'image/svg+xml',
]);

/** What a name tells; undefined if it is not of a coded file that a page loads. */
export function codedName(name: string): CodedName | undefined {
  const extension = extname(name).toLowerCase();
  if (extension === '.svgz') return { name: name.slice(0, -1), coding: 'gzip' };
  const coding = codingsByExtension[extension];
  if (coding === undefined) return undefined;
  const original = name.slice(0, -extension.length);
  return isPart(original) ? { name: original, coding } : undefined;
}

function isPart(name: string): boolean {
  const extension = extname(name).toLowerCase();
  // Programs compiled to WebAssembly have their files in one with this ending.
  return extension === '.data' || extension === '.cjs' || parts.has(lookup(extension) || '');
}
