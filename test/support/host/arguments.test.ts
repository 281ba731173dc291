import assert from 'node:assert/strict';
import path from 'node:path';
import { type LaunchArguments, parseArguments } from './arguments';
import { workbenchUrl, type WorkbenchRequest } from './workbenchUrl';

const nothing: LaunchArguments = {
  workspace: undefined,
  extensionDevelopmentPaths: [],
  extensionTestsPath: undefined,
  userDataDir: undefined,
  extensionsDir: undefined,
  disableWorkspaceTrust: false,
};

const understood: readonly (readonly [promise: string, argv: string[], wanted: Partial<LaunchArguments>])[] = [
  ['nothing', [], {}],
  ['a folder', ['/a/b'], { workspace: '/a/b' }],
  ['a relative folder', ['b'], { workspace: path.resolve('b') }],
  ['a folder as a URI', ['--folder-uri=file:///a/b%20c'], { workspace: '/a/b c' }],
  ['a workspace file', ['/a/b.code-workspace'], { workspace: '/a/b.code-workspace' }],
  ['a workspace file as a URI', ['--file-uri=file:///a.code-workspace'], { workspace: '/a.code-workspace' }],
  ['an extension', ['--extensionDevelopmentPath=/x'], { extensionDevelopmentPaths: ['/x'] }],
  [
    'several extensions',
    ['--extensionDevelopmentPath=/x', '--extensionDevelopmentPath=/y'],
    { extensionDevelopmentPaths: ['/x', '/y'] },
  ],
  ['tests', ['--extensionTestsPath=/t/index.js'], { extensionTestsPath: '/t/index.js' }],
  ['a value with an equals sign', ['--user-data-dir=/u=1'], { userDataDir: '/u=1' }],
  ['a folder of extensions', ['--extensions-dir=/e'], { extensionsDir: '/e' }],
  ['no workspace trust', ['--disable-workspace-trust'], { disableWorkspaceTrust: true }],
  ['what only a desktop has', ['--no-sandbox', '--disable-updates', '--skip-welcome', '--disable-gpu'], {}],
];

describe('the launcher takes', () => {
  for (const [promise, argv, wanted] of understood) {
    it(promise, () => assert.deepEqual(parseArguments(argv), { ...nothing, ...wanted }));
  }

  for (const argument of ['--disable-extensions', '--locale=de']) {
    it(`no ${argument}, and says so`, () => assert.throws(() => parseArguments([argument]), /does not know/));
  }
});

const addresses: readonly (readonly [promise: string, request: WorkbenchRequest, query: string])[] = [
  ['a folder', { workspace: '/a b' }, 'folder=/a b'],
  ['a workspace file', { workspace: '/a.code-workspace' }, 'workspace=/a.code-workspace'],
  ['an empty window', {}, 'ew=true'],
];

describe('the address of a workbench names', () => {
  for (const [promise, request, query] of addresses) {
    it(promise, () => {
      const [name, value] = query.split('=');
      assert.equal(new URL(workbenchUrl('http://127.0.0.1:1', request)).searchParams.get(name!), value);
    });
  }

  it('the secret that opens it', () => {
    const { searchParams } = new URL(workbenchUrl('http://127.0.0.1:1/?tkn=s', { workspace: '/w' }));
    assert.deepEqual([searchParams.get('tkn'), searchParams.get('folder')], ['s', '/w']);
  });

  it('what to load, as files of the remote side', () => {
    const request = { extensionDevelopmentPaths: ['/my extension'], extensionTestsPath: '/t/index.js' };
    const payload = new URL(workbenchUrl('http://127.0.0.1:1', request)).searchParams.get('payload');
    assert.deepEqual(JSON.parse(payload ?? ''), [
      ['extensionDevelopmentPath', 'vscode-remote://remote/my%20extension'],
      ['extensionTestsPath', 'vscode-remote://remote/t/index.js'],
      ['skipWelcome', 'true'],
    ]);
  });
});
