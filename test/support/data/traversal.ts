/** Request targets that try to get out of the folder, or at what is excluded: every way of writing it, combined. */

/** Ways to say "one up", and ways that only look like it. */
const ups = [
  '..',
  '%2e%2e',
  '.%2e',
  '%2E.',
  '%252e%252e',
  '%25%32%65%25%32%65',
  '..%00',
  '%00..',
  '...',
  '....',
  '%c0%ae%c0%ae',
  '%e0%80%ae%e0%80%ae',
  '%f0%80%80%ae%f0%80%80%ae',
  '%ef%bc%8e%ef%bc%8e',
  '%u002e%u002e',
  '..;',
  '..%20',
  '..%09',
  '~',
  '*',
];

/** Ways to separate segments, and ways that only look like it. */
const separators = [
  '/',
  '//',
  '/%2e%2e/secret.txt',
  '/%2e/',
  '%2f',
  '%2F',
  '%2f%2f',
  '%252f',
  '%25%32%66',
  '\\',
  '%5c',
  '%5C',
  '%255c',
  '/%2e%2e/secret.txt',
  '%c0%af',
  '%e0%80%af',
  '%c1%9c',
  '%ef%bc%8f',
  '%u2215',
  '%00/',
];

const depths = [1, 2, 3, 8];
const prefixes = ['/', '/d/', '/d/e/', '/files/', '/files/d/', '//'];
const goals = ['secret.txt', 'site2/secret.txt', 'etc/passwd'];
const suffixes = [
  '',
  '/',
  '/.',
  '/%2e%2e/secret.txt',
  '.',
  '%20',
  '%00',
  '%00.txt',
  '\\',
  '%5c',
  '::$DATA',
  ';x=y',
  '?raw',
  '?import&raw??',
  '?/../../secret.txt',
  '~1',
];

/** More than 20,000, each different. */
export function* traversalTargets(): Generator<string> {
  let count = 0;
  for (const prefix of prefixes) {
    for (const up of ups) {
      for (const separator of separators) {
        for (const depth of depths) {
          for (const goal of goals) {
            const suffix = suffixes[count++ % suffixes.length] ?? '';
            yield prefix + (up + separator).repeat(depth) + goal.replace('/', separator) + suffix;
          }
        }
      }
    }
  }
  yield* hiddenTargets();
}

/** Ways to write a name, for a file that is excluded. */
function* hiddenTargets(): Generator<string> {
  const names = [
    '.env',
    '%2eenv',
    '.%65nv',
    '%2e%65%6e%76',
    '.EnV',
    '.ENV',
    'ENV~1',
    '.git/config',
    '.git%2fconfig',
    'd/key.pem',
    'd/KEY.PEM',
  ];
  const before = [
    '',
    './',
    '/',
    '//',
    'd/../',
    'd/%2e%2e/',
    '%2e/',
    'links/',
    'links/d/',
    'alias/',
    'out/',
    'out/site/',
    'up/',
  ];
  for (const prefix of ['/', '/files/']) {
    for (const start of before) {
      for (const name of names) {
        for (const suffix of suffixes) yield prefix + start + name + suffix;
      }
    }
  }
}
