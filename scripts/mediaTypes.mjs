// What of the registry of media types goes into the bundles: as little as gives the same answers.
import { readFile } from 'node:fs/promises';

/** What is compressible where the registry does not say, by the package `compressible`. */
const isCompressible = (type) => /^text\/|\+(?:json|text|xml)$/i.test(type);

/**
 * Those types that a name can lead to: of the others, three in four, nobody ever asks. Where a type comes from decides only
 * which of two that share an ending is taken.
 */
function reduced(registry) {
  const named = Object.entries(registry).filter(([, { extensions }]) => extensions !== undefined);
  const all = named.flatMap(([, { extensions }]) => extensions);
  const shared = new Set(all.filter((extension, i) => all.indexOf(extension) !== i));
  const types = named.map(([type, { source, compressible, ...rest }]) => [
    type,
    {
      ...(rest.extensions.some((extension) => shared.has(extension)) && { source }),
      ...(compressible !== undefined && compressible !== isCompressible(type) && { compressible }),
      ...rest,
    },
  ]);
  return Object.fromEntries(types);
}

/** @type {import('esbuild').Plugin} */
export const typesOfNames = {
  name: 'types of names',
  setup: ({ onLoad }) => {
    onLoad({ filter: /\/mime-db\/db\.json$/ }, async ({ path }) => ({
      contents: JSON.stringify(reduced(JSON.parse(await readFile(path, 'utf8')))),
      loader: 'json',
    }));
  },
};
