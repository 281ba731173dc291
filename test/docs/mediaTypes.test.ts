/** The bundles answer by a smaller registry of media types, and answer the same. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { runInThisContext } from 'node:vm';
import { build, type Plugin } from 'esbuild';
import { projectRoot } from '../support/host/paths';

interface Answers {
  readonly extensions: readonly string[];
  readonly answers: Readonly<Record<string, readonly unknown[]>>;
}

type Run = (module: { exports: Answers }, exports: Answers, require: NodeJS.Require) => void;

/** What is asked of the packages: of each ending its type, that with its charset, and whether it is worth compressing. */
const questions = `
  const { types, lookup, contentType } = require('mime-types');
  const isCompressible = require('compressible');
  const extensions = Object.keys(types);
  const of = (name) => [lookup(name), contentType(lookup(name) || ''), isCompressible(lookup(name) || '') === true];
  module.exports = { extensions, answers: Object.fromEntries(extensions.map((each) => [each, of('x.' + each)])) };
`;

async function answersWith(plugins: Plugin[]): Promise<{ size: number; said: Answers }> {
  const stdin = { contents: questions, resolveDir: projectRoot };
  const { outputFiles } = await build({ stdin, plugins, bundle: true, format: 'cjs', platform: 'node', write: false });
  const code = outputFiles[0]?.text ?? '';
  const module = { exports: {} as Answers };
  const run = runInThisContext(`(function (module, exports, require) {${code}\n})`) as Run;
  run(module, module.exports, require);
  return { size: code.length, said: module.exports };
}

describe('the registry of media types in the bundles', () => {
  it('is smaller, and answers the same for every ending', async () => {
    const script = pathToFileURL(path.join(projectRoot, 'scripts/mediaTypes.mjs')).href;
    const { typesOfNames } = (await import(script)) as { typesOfNames: Plugin };
    const [all, some] = [await answersWith([]), await answersWith([typesOfNames])];
    assert.ok(all.said.extensions.length > 1000);
    assert.deepEqual(some.said, all.said);
    assert.ok(some.size < all.size / 2, `${some.size} of ${all.size} octets`);
  });
});
