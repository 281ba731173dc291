/** Of a label that begins with an icon a screen reader says the icon's name first: entries of lists have their icon beside it. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from './markdown';

describe('the labels of lists', () => {
  it('begin with no icon', () => {
    const editor = path.join(projectRoot, 'src/editor');
    const files = readdirSync(editor, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    assert.ok(files.length > 20);
    const lines = files.flatMap((name) => readFileSync(path.join(editor, name), 'utf8').split('\n'));
    assert.deepEqual(
      lines.filter((line) => /\blabel\b.*[`'"]\$\(/.test(line) && !line.startsWith('/**')),
      [],
    );
  });
});
