import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { localUrl } from '../../../src/addresses';
import type { ServedSite } from '../../../src/editor/server/state';
import { isExcluded, servedPath, withToken } from '../../../src/editor/server/urls';
import { isInside } from '../../../src/editor/server/plan';
import { folder } from '../support';

const hosts: readonly (readonly [host: string, url: string])[] = [
  ['localhost', 'http://localhost:4221/'],
  ['127.0.0.1', 'http://127.0.0.1:4221/'],
  ['::1', 'http://[::1]:4221/'],
  ['[::1]', 'http://[::1]:4221/'],
  ['0.0.0.0', 'http://localhost:4221/'],
  ['::', 'http://localhost:4221/'],
  ['192.168.1.5', 'http://192.168.1.5:4221/'],
];

const paths: readonly (readonly [promise: string, below: string, isFolder: boolean, path: string | undefined])[] = [
  ['the folder itself', '', true, '/'],
  ['a file', 'a.html', false, '/a.html'],
  ['a folder, with its slash', 'a', true, '/a/'],
  ['a file in a folder', 'a/b.txt', false, '/a/b.txt'],
  ['odd names', 'a b&c#d%e?f.txt', false, '/a%20b%26c%23d%25e%3Ff.txt'],
  ['letters of all scripts', 'ü/日.txt', false, '/%C3%BC/%E6%97%A5.txt'],
  ['a name that begins with dots', '..a', false, '/..a'],
];

describe('the URL', () => {
  for (const [host, url] of hosts) {
    it(`of a server on ${host} is ${url}`, () => assert.equal(localUrl(host, 4221), url));
  }

  const site = (): ServedSite => {
    const url = 'http://localhost:4221/';
    const directory = vscode.Uri.joinPath(folder().uri, 'served').fsPath;
    return {
      port: 4221,
      url,
      external: vscode.Uri.parse(url),
      directory,
      folder: folder(),
      exclude: [],
      liveReload: false,
      serveUnsaved: false,
      access: 'readWrite',
      token: '',
    };
  };
  for (const [promise, below, isFolder, path] of paths) {
    it(`of ${promise}`, () => {
      const uri = vscode.Uri.joinPath(folder().uri, 'served', below);
      assert.equal(servedPath(site(), uri, isFolder), path);
    });
  }

  const kept: readonly (readonly [promise: string, exclude: readonly string[], path: string, isKept: boolean])[] = [
    ['what a glob matches', ['**/.*'], '/a/.env', true],
    ['what is in it', ['**/.*'], '/.git/config', true],
    ['what no glob matches', ['**/.*'], '/a/env', false],
    ['it, whatever the case', ['**/*.PEM'], '/My.Pem', true],
    ['a name with odd characters', ['a b#/**'], '/a%20b%23/c', true],
    ['what is well known', ['**/.*'], '/.well-known/a.txt', false],
    ['the site itself', ['**/.*'], '/', false],
  ];
  for (const [promise, exclude, pathname, isKept] of kept) {
    it(`of ${promise} is${isKept ? '' : ' not'} kept back`, () => {
      assert.equal(isExcluded({ exclude }, pathname), isKept);
    });
  }

  it('that is opened carries the token, and no other does', () => {
    assert.equal(withToken('/a.html', ''), '/a.html');
    assert.equal(withToken('/a.html', 'a&b=c d'), '/a.html?token=a%26b%3Dc%20d');
  });

  it('of what is outside of the served folder does not exist', () => {
    for (const below of ['', 'other.txt', 'served-not/a.txt']) {
      assert.equal(servedPath(site(), vscode.Uri.joinPath(folder().uri, below)), undefined, below);
    }
  });

  it('of what is on no disk does not exist', () => {
    assert.equal(servedPath(site(), vscode.Uri.parse('untitled:Untitled-1')), undefined);
  });
});

describe('a path', () => {
  const rows: readonly (readonly [parent: string, child: string, inside: boolean])[] = [
    ['/a', '/a', true],
    ['/a', '/a/b', true],
    ['/a', '/a/..b', true],
    ['/a', '/ab', false],
    ['/a', '/', false],
    ['/a/b', '/a/c', false],
    ['/', '/a', true],
  ];
  for (const [parent, child, inside] of rows) {
    it(`${child} is${inside ? '' : ' not'} in ${parent}`, () => assert.equal(isInside(parent, child), inside));
  }
});
