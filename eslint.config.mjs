import js from '@eslint/js';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/** Forbids imports by the patterns of `group`, saying why. */
const zone = (files, group, message) => ({
  files,
  rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: [{ group, message }] }] },
});

const server = 'the server must run where the editor is not';

export default tseslint.config(
  { ignores: ['dist/', 'out/', 'node_modules/', '.vscode-test/', 'screenshots/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: { 'no-console': 'off', '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  { files: ['**/*.mjs'], languageOptions: { globals: globals.node } },
  { files: ['media/**/*.js'], languageOptions: { globals: globals.browser } },

  // The arrows of CONTRIBUTING's map. They may not be turned round.
  zone(['src/http/**'], ['vscode', '**/files/*', '**/endpoints/*', '**/editor/*', '**/serve'], 'http knows only bytes'),
  zone(
    ['src/files/**'],
    ['vscode', '**/http/*', '**/endpoints/*', '**/editor/*', '**/serve', 'node:net', 'node:http'],
    'files knows no HTTP',
  ),
  zone(['src/endpoints/**'], ['vscode', '**/editor/*', '**/serve', 'node:net', 'node:http'], server),
  zone(['src/serve.ts', 'src/worker.ts', 'src/cli.ts'], ['vscode', '**/editor/*', 'node:http'], server),
  zone(['src/options.ts', 'src/accessLog.ts'], ['vscode', './*/**'], 'this is a pure helper'),
  zone(['src/messages.ts'], ['vscode', './*/**', '!./files/progress'], 'these are types of what goes to and fro'),
  zone(
    ['src/editor/**', 'src/extension.ts'],
    ['**/http/*', '**/endpoints/*', '**/files/*', '**/serve', 'node:http'],
    'the editor talks to the server through messages only',
  ),
);
