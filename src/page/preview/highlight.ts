/** Source with its parts in colours: loaded when the first is shown. */
import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import cpp from 'highlight.js/lib/languages/cpp';
import csharp from 'highlight.js/lib/languages/csharp';
import css from 'highlight.js/lib/languages/css';
import diff from 'highlight.js/lib/languages/diff';
import go from 'highlight.js/lib/languages/go';
import ini from 'highlight.js/lib/languages/ini';
import java from 'highlight.js/lib/languages/java';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import makefile from 'highlight.js/lib/languages/makefile';
import php from 'highlight.js/lib/languages/php';
import python from 'highlight.js/lib/languages/python';
import ruby from 'highlight.js/lib/languages/ruby';
import rust from 'highlight.js/lib/languages/rust';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';
import { clean } from './clean';

const languages = {
  ...{ bash, cpp, csharp, css, diff, go, ini, java, javascript, json, makefile, php, python, ruby, rust },
  ...{ typescript, xml, yaml },
};
for (const [name, language] of Object.entries(languages)) hljs.registerLanguage(name, language);

/** More takes longer than anybody waits. In UTF-16 code units. */
const longest = 200_000;

/** Endings that the language itself does not know. What is C to C++ is the same here. */
const others: Readonly<Record<string, string>> = {
  ...{
    c: 'cpp',
    h: 'cpp',
    vue: 'xml',
    svelte: 'xml',
    htm: 'xml',
    scss: 'css',
    less: 'css',
    conf: 'ini',
    cfg: 'ini',
    env: 'ini',
  },
  ...{ mts: 'typescript', cts: 'typescript', jsonc: 'json', json5: 'json', fish: 'bash', bat: 'bash' },
};

/** @param language an ending, or what a Markdown text calls it; unknown ones are shown as they are */
export function highlighted(text: string, language: string): Node {
  const name = others[language] ?? language;
  if (text.length > longest || hljs.getLanguage(name) === undefined) return document.createTextNode(text);
  return clean(hljs.highlight(text, { language: name, ignoreIllegals: true }).value, {
    tags: ['span'],
    attributes: ['class'],
  });
}
