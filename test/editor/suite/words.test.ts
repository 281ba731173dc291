import assert from 'node:assert/strict';
import { commandLink, forLabel, forLog, forMarkdown, forNotification } from '../../../src/editor/common/words';

type Row = readonly [promise: string, text: string, shown: string];

const sinks: readonly (readonly [sink: string, escape: (text: string) => string, rows: readonly Row[]])[] = [
  [
    'a notification',
    forNotification,
    [
      ['keeps plain text', 'Port 4221 is taken (by whom?) [x]', 'Port 4221 is taken (by whom?) [x]'],
      ['E1: has no link to a command', '[Click to repair](command:x)', '[Click to repair] (command:x)'],
      ['has no link to a page, nor to a file', '[a](https://b) [c](file:///d)', '[a] (https://b) [c] (file:///d)'],
      ['has no link with a title', '[a](command:b "c")', '[a] (command:b "c")'],
      ['has no link that is hidden in another one', '[[a](command:b)](command:c)', '[[a] (command:b)] (command:c)'],
      ['has no link that a character without a shape would make', '[a]\u200b(command:b)', '[a]\\u{200b}(command:b)'],
      ['keeps its direction and its line', 'a\u202eb\nc', 'a\\u{202e}b\\u{a}c'],
    ],
  ],
  [
    'a label',
    forLabel,
    [
      ['keeps plain text', 'größe (1) [x].html', 'größe (1) [x].html'],
      ['has no icon', 'a$(trash)b', 'a\\$(trash)b'],
      ['keeps its direction and its line', 'a\u202eb\nc', 'a\uFFFDb\uFFFDc'],
    ],
  ],
  [
    'a tooltip',
    forMarkdown,
    [
      ['keeps letters of all scripts', 'größe 文件', 'größe 文件'],
      ['E1: has no link', '[a](command:b)', '\\[a\\]\\(command\\:b\\)'],
      ['has no bare address', 'https://a.example www.b.example', 'https\\:\\/\\/a\\.example www\\.b\\.example'],
      [
        'has no picture, code, markup or table',
        '![a](b) `c` *d* <e> |f|',
        '\\!\\[a\\]\\(b\\) \\`c\\` \\*d\\* \\<e\\> \\|f\\|',
      ],
      // What Markdown leaves of it is `\$(trash)`, which the editor shows as the text it is.
      ['has no icon', '$(trash)', '\\\\\\$\\(trash\\)'],
      ['has no line of its own', 'a\n# b', 'a\uFFFD\\# b'],
    ],
  ],
  [
    'a line of the log',
    forLog,
    [
      ['keeps letters of all scripts', 'größe/文件.html', 'größe/文件.html'],
      ['has no second line, and no colours', 'a\n\u001b[31mb', 'a\\u{a}\\u{1b}[31mb'],
      ['keeps its direction', 'a\u202eb', 'a\\u{202e}b'],
    ],
  ],
];

describe('text of others', () => {
  for (const [sink, escape, rows] of sinks) {
    for (const [promise, text, shown] of rows) it(`in ${sink} ${promise}`, () => assert.equal(escape(text), shown));
  }

  it('in the arguments of a command does not end its link', () => {
    assert.equal(commandLink('a', 'b', ['c)(d']), '[a](command:b?%5B%22c%29%28d%22%5D)');
  });
});
