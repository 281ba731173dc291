import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { projectRoot, read } from './markdown';

const strings = (file: string): Record<string, string> => JSON.parse(read(file)) as Record<string, string>;

/** The placeholders, commands and links of a text, which its translation must keep. */
const fixed = (text: string): string[] => (text.match(/\{\d\}|\(command:[^)]+\)|httpServer\.\w+/g) ?? []).sort();

/** Every text that the sources pass to `l10n.t`. */
function texts(): string[] {
  const folder = path.join(projectRoot, 'src/editor');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const sources = names.map((name) => read(path.join('src/editor', name)));
  const calls = sources.flatMap((source) => [...source.matchAll(/l10n\.t\(\s*'((?:[^'\\]|\\.)*)'/g)]);
  return [...new Set(calls.map(([, text = '']) => text))].sort();
}

describe('the German translation', () => {
  it('has every text of the sources, and no other', () => {
    assert.deepEqual(Object.keys(strings('l10n/bundle.l10n.de.json')).sort(), texts());
  });

  it('has the texts of the manifest in the order of the English ones', () => {
    assert.deepEqual(Object.keys(strings('package.nls.de.json')), Object.keys(strings('package.nls.json')));
  });

  it('keeps placeholders, commands and names of settings', () => {
    for (const [english, german] of Object.entries(strings('l10n/bundle.l10n.de.json'))) {
      assert.deepEqual(fixed(german), fixed(english), english);
    }
    const german = strings('package.nls.de.json');
    for (const [key, english] of Object.entries(strings('package.nls.json'))) {
      assert.deepEqual(fixed(german[key] ?? ''), fixed(english), key);
    }
  });
});
