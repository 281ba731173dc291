/** What the command line means, and the sentence for each that means nothing. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as fc from 'fast-check';
import { defaultLimits, defaultOptions, MiB, OptionsError, checkOptions, type Options } from '../../src/options';
import { CommandLine } from '../../src/terminal/commandLine';
import { flagNames, flags, usage } from '../../src/terminal/flags';
import { optionsOf, flagErrorOf } from '../../src/terminal/requestedOptions';
import { UsageError } from '../../src/terminal/sentences';

/** The options, as the program finds them and the server checks them. */
function optionsFor(args: readonly string[], env: NodeJS.ProcessEnv = {}): Options {
  const line = new CommandLine(args);
  try {
    return checkOptions(optionsOf(line, env));
  } catch (error) {
    throw error instanceof OptionsError ? flagErrorOf(error, line) : error;
  }
}

const usual: Options = { ...defaultOptions, directory: resolve('.'), tls: undefined };

const meanings: readonly (readonly [promise: string, args: readonly string[], options: Partial<Options>])[] = [
  ['nothing is the current folder', [], {}],
  ['DIR', ['a'], { directory: resolve('a') }],
  ['--directory DIR', ['--directory', 'a'], { directory: resolve('a') }],
  ['--directory=DIR', ['--directory=a'], { directory: resolve('a') }],
  ['DIR between flags', ['--quiet', 'a', '-p', '1'], { directory: resolve('a'), port: 1 }],
  ['DIR behind --, whatever it looks like', ['-p', '1', '--', '--quiet'], { directory: resolve('--quiet'), port: 1 }],
  ['a lone hyphen is a name', ['-'], { directory: resolve('-') }],
  ['-p N', ['-p', '80'], { port: 80 }],
  ['-pN', ['-p80'], { port: 80 }],
  ['-p=N', ['-p=80'], { port: 80 }],
  ['zeros in front', ['-p', '0080'], { port: 80 }],
  ['the last of a flag that has one value counts', ['-p', '1', '--port', '2'], { port: 2 }],
  ['--host of one family', ['--host', '127.0.0.1'], { host: '127.0.0.1' }],
  ['--host in brackets', ['--host', '[::1]'], { host: '::1' }],
  ['--access', ['--access', 'full'], { access: 'full' }],
  ['--token', ['--token', 's'], { token: 's' }],
  ['--token with a hyphen, by =', ['--token=-s'], { token: '-s' }],
  ['--allowed-host, several', ['--allowed-host', 'a', '--allowed-host=b:1'], { allowedHosts: ['a', 'b:1'] }],
  ['--cors, several', ['--cors', 'http://a', '--cors', 'http://b'], { cors: ['http://a', 'http://b'] }],
  ['--exclude replaces', ['--exclude', 'a', '--exclude', 'b'], { exclude: ['a', 'b'] }],
  ['--exclude-also adds', ['--exclude-also', 'a'], { exclude: [...defaultOptions.exclude, 'a'] }],
  ['--exclude-also adds to --exclude, too', ['--exclude-also', 'b', '--exclude', 'a'], { exclude: ['a', 'b'] }],
  ['--max-upload-size', ['--max-upload-size', '0'], { limits: { ...defaultLimits, body: 0 } }],
  ['--max-upload-size in MiB', ['--max-upload-size', '2'], { limits: { ...defaultLimits, body: 2 * MiB } }],
  ['--spa', ['--spa', 'a/index.html'], { spaFallback: 'a/index.html' }],
  ['--header', ['--header', 'A: b: c '], { headers: { A: 'b: c' } }],
  ['--header without a value', ['--header', 'A:'], { headers: { A: '' } }],
  [
    '--header of an odd name',
    ['--header', '__proto__: x'],
    { headers: JSON.parse('{"__proto__":"x"}') as Record<string, string> },
  ],
  ['--live-reload', ['--live-reload'], { liveReload: true }],
  ['--clean-urls', ['--clean-urls'], { cleanUrls: true }],
  ['--sync', ['--sync'], { sync: true }],
  ['--proxy-host, several', ['--proxy-host', 'a:1', '--proxy-host=[::2]:3'], { proxyHosts: ['a:1', '[::2]:3'] }],
];

const sentences: readonly (readonly [args: readonly string[], sentence: string])[] = [
  [['--prot'], 'There is no flag --prot: did you mean --port?'],
  [['--prot=80'], 'There is no flag --prot: did you mean --port?'],
  [['--acess', 'full'], 'There is no flag --acess: did you mean --access?'],
  [['--livereload'], 'There is no flag --livereload: did you mean --live-reload?'],
  [['--no-open'], 'There is no flag --no-open: did you mean --open?'],
  [['--Port', '80'], 'There is no flag --Port: did you mean --port?'],
  [['--a\x1b[2J'], 'There is no flag --a\\x1b[2J: did you mean --port?'],
  [['-port', '80'], 'There is no flag -port: did you mean --port?'],
  [['-help'], 'There is no flag -help: did you mean --help?'],
  [['-d', 'a'], 'There is no flag -d: did you mean --directory?'],
  [['-a'], 'There is no flag -a: did you mean --access or --allowed-host?'],
  [['-q'], 'There is no flag -q: did you mean --qr or --quiet?'],
  [['-z'], 'There is no flag -z: did you mean -p, -h or -v?'],
  [['-Pz'], 'There is no flag -P: did you mean --port or --proxy-host?'],
  [['a', 'b'], 'One folder is served, and two are given: "a" and "b".'],
  [['a', '--directory', 'b'], 'One folder is served, and two are given: "a" and "b".'],
  [['--', 'a', '--port'], 'One folder is served, and two are given: "a" and "--port".'],
  [[''], 'DIR takes a folder, not an empty word: is a variable not set?'],
  [['--directory', ''], '--directory takes a folder, not an empty word: is a variable not set?'],
  [['--directory='], '--directory takes a folder, not an empty word: is a variable not set?'],
  [['--directory'], '--directory takes a folder, and nothing stands behind it.'],
  [
    ['--directory', '--quiet'],
    '--directory takes a folder, not the flag "--quiet": if that is meant, write "--directory=--quiet".',
  ],
  [['-p'], '--port takes a whole number from 0 to 65535, and nothing stands behind it.'],
  [['-p', ''], '--port takes a whole number from 0 to 65535, not an empty word: is a variable not set?'],
  ...['x', '-1', '80.5', '65536', '0x50', '1e3', ' 80', '٨٠'].map(
    (port) => [['--port', port], `--port takes a whole number from 0 to 65535, not ${JSON.stringify(port)}.`] as const,
  ),
  [['-p1', '-px'], '--port takes a whole number from 0 to 65535, not "x".'],
  [['--port=\x9b'], '--port takes a whole number from 0 to 65535, not "\\x9b".'],
  [
    ['--host', 'localhost:80'],
    '--host takes a host name or an address of this machine, without a port, not "localhost:80": write --host localhost --port 80.',
  ],
  [
    ['--host', 'http://localhost'],
    '--host takes a host name or an address of this machine, without a port, not "http://localhost".',
  ],
  [
    ['--host', '0.0.0.0'],
    '--host 0.0.0.0 lets the network in, so a token is needed: give one in HTTP_SERVER_TOKEN, or with --token.',
  ],
  [
    ['--host', '::'],
    '--host :: lets the network in, so a token is needed: give one in HTTP_SERVER_TOKEN, or with --token.',
  ],
  [
    ['--access', 'readonly'],
    '--access takes readOnly, readWrite, full or dropBox, not "readonly" (the nearest is readOnly).',
  ],
  [['--access', 'al'], '--access takes readOnly, readWrite, full or dropBox, not "al" (the nearest is full).'],
  [['--token', ''], '--token takes a secret, not an empty word: is a variable not set?'],
  [['--token', ' x'], '--token: the token must have no control characters in it, and no blanks around it.'],
  [['--tls-cert', 'c'], '--tls-cert and --tls-key go together: give both, or neither.'],
  [['--tls-key', 'k'], '--tls-cert and --tls-key go together: give both, or neither.'],
  [['--allowed-host', '*'], '--allowed-host: the allowed host "*" is no host, alone or as host:port.'],
  [['--cors', '*'], '--cors: the CORS origin "*" is no single origin: name each one as http://host:port.'],
  [['--exclude', ''], '--exclude takes a glob pattern, such as **/*.log, not an empty word: is a variable not set?'],
  [
    ['--exclude-also='],
    '--exclude-also takes a glob pattern, such as **/*.log, not an empty word: is a variable not set?',
  ],
  [
    ['--max-upload-size', '1.5'],
    `--max-upload-size takes a whole number of MiB from 0 to ${Math.floor(Number.MAX_SAFE_INTEGER / MiB)}, not "1.5".`,
  ],
  ...['../x', '/x', 'a/../b', 'C:\\x'].map(
    (file) =>
      [
        ['--spa', file],
        `--spa takes a file, relative to the folder, such as index.html, not ${JSON.stringify(file)}.`,
      ] as const,
  ),
  ...['x', ': x', 'a b: x', '']
    .slice(0, 3)
    .map(
      (header) =>
        [
          ['--header', header],
          `--header takes a field, such as 'X-Robots-Tag: none', not ${JSON.stringify(header)}.`,
        ] as const,
    ),
  [['--header', 'a: x\ny'], '--header: the header "a" cannot be sent with that value.'],
  [['--header', 'Date: x'], '--header: the header "Date" is the server\'s own.'],
  [
    ['--header', 'Access-Control-Allow-Origin: *'],
    '--header cannot set Access-Control-Allow-Origin: name the origins with --cors.',
  ],
  [['--header', 'A: 1', '--header', 'a: 2'], '--header gives a twice: give its values in one, with commas between.'],
  [['--proxy-host', 'a'], '--proxy-host: the host "a" is no host:port.'],
  [['--clean-urls=no'], '--clean-urls takes no value, so "no" cannot be one.'],
  [['--rules', ''], '--rules takes a JSON file with a list of rules, not an empty word: is a variable not set?'],
  [['--qr'], '--qr is for other devices, and --host localhost lets none in: try --host 0.0.0.0.'],
  ...(['live-reload', 'open', 'qr', 'quiet'] as const).map(
    (name) => [[`--${name}=yes`], `--${name} takes no value, so "yes" cannot be one.`] as const,
  ),
  [['--quiet='], '--quiet takes no value, so "" cannot be one.'],
];

/** Of which words are made that nobody means. */
const odd = ['a', '1', '=', '-', ':', ' ', '"', '\\', '\x1b', '\n', '\x9b', '\u202e', '\u2028', '\ud800'];

describe('the command line means what it says:', () => {
  for (const [promise, args, options] of meanings) {
    it(`${promise}: ${JSON.stringify(args)}`, () => assert.deepEqual(optionsFor(args), { ...usual, ...options }));
  }

  it('the option that is for what was meant is told as a flag, too', () => {
    const error = new OptionsError('headers', "The header X is the server's own.", 'cors');
    const { message } = flagErrorOf(error, new CommandLine(['--header', 'X: y']));
    assert.equal(message, "--header: the header X is the server's own. The flag --cors says which origins may ask.");
  });

  it('HTTP_SERVER_TOKEN is the token, unless there is --token', () => {
    const env = { HTTP_SERVER_TOKEN: 'sesame' };
    assert.equal(optionsFor(['--host', '0.0.0.0'], env).token, 'sesame');
    assert.equal(optionsFor(['--token', 'other'], env).token, 'other');
  });

  it('--qr asks for something where others are let in', () => {
    assert.equal(optionsFor(['--qr', '--host', '::', '--token', 't']).host, '::');
  });

  it('who asks for help is told nothing else', () => {
    for (const args of [['-h', '--port', 'x', '--nonsense'], ['--nonsense', '--help', 'a', 'b'], ['-hz']]) {
      assert.ok(new CommandLine(args).has('help'), args.join(' '));
    }
  });
});

describe('the command line that means nothing gets one sentence:', () => {
  for (const [args, sentence] of sentences) {
    it(JSON.stringify(args), () => {
      assert.throws(
        () => optionsFor(args),
        (error) => error instanceof UsageError && (assert.equal(error.message, sentence), true),
      );
    });
  }

  it('HTTP_SERVER_TOKEN that is set, but empty', () => {
    const message = 'HTTP_SERVER_TOKEN takes a secret, not an empty word: is a variable not set?';
    assert.throws(() => optionsFor([], { HTTP_SERVER_TOKEN: '' }), { name: 'UsageError', message });
  });

  it('HTTP_SERVER_TOKEN that cannot be sent', () => {
    const message = 'HTTP_SERVER_TOKEN: the token must have no control characters in it, and no blanks around it.';
    assert.throws(() => optionsFor([], { HTTP_SERVER_TOKEN: 'a\n' }), { name: 'UsageError', message });
  });

  it('a file that cannot be read, by the name of its flag', () => {
    const folder = mkdtempSync(join(tmpdir(), 'http-server-usage-'));
    writeFileSync(join(folder, 'c'), '');
    for (const [cert, key, sentence] of [
      ['absent', 'c', /^The file ".*absent" of --tls-cert cannot be read: it is not there\.$/],
      ['c', '.', /^The file ".*" of --tls-key cannot be read: it is a folder\.$/],
    ] as const) {
      const args = ['--tls-cert', join(folder, cert), '--tls-key', join(folder, key)];
      assert.throws(() => optionsFor(args), { name: 'Error', message: sentence });
    }
    rmSync(folder, { recursive: true });
  });

  it('a list of rules: what it is, or else why it is none', () => {
    const folder = mkdtempSync(join(tmpdir(), 'http-server-usage-'));
    const file = join(folder, 'rules.json');
    const given = (text: string, ...more: string[]): Options => {
      writeFileSync(file, text);
      return optionsFor(['--rules', file, ...more]);
    };
    const rules = [{ match: '/a', proxy: 'http://b.test:80' }];
    assert.deepEqual(given(`\uFEFF${JSON.stringify(rules)}`, '--proxy-host', 'b.test:80').rules, rules);
    for (const [text, name, sentence] of [
      ['[', 'Error', /^The file ".*rules\.json" of --rules is no JSON: .*\.$/],
      ['{}', 'Error', /^The file ".*rules\.json" of --rules has no list in it\.$/],
      ['[{}]', 'Error', /^--rules: rule 1 has no "match", a pattern such as "\/api\/\*\*"\.$/],
      [
        JSON.stringify(rules),
        'Error',
        /^--rules: rule 1 hands on to b\.test:80, which is not this machine\. The flag --proxy-host says /,
      ],
    ] as const) {
      assert.throws(() => given(text), { name, message: sentence });
    }
    const absent = ['--rules', join(folder, 'absent')];
    assert.throws(() => optionsFor(absent), {
      message: /^The file ".*absent" of --rules cannot be read: it is not there\.$/,
    });
    rmSync(folder, { recursive: true });
  });

  it('whatever the words are, in one line that a terminal shows as it is', () => {
    const known = fc.constantFrom(...flagNames.flatMap((name) => [`--${name}`, `--${name}=`]), '-p', '--', '-');
    const word = fc.oneof(known, fc.string({ unit: fc.constantFrom(...odd) }));
    fc.assert(
      fc.property(fc.array(word, { maxLength: 5 }), (args) => {
        try {
          optionsFor(args);
        } catch (error) {
          assert.ok(error instanceof Error);
          assert.doesNotMatch(error.message, /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/u);
          assert.match(error.message, /^\S.*[.?]$/u);
        }
      }),
    );
  });
});

describe('the help', () => {
  it('has each flag once, with what it takes, in 120 columns', () => {
    for (const name of flagNames) {
      const { short, value } = flags[name];
      const said = `${short === undefined ? '   ' : `-${short},`} --${name}${value === undefined ? '' : ` ${value}`} `;
      assert.equal(usage.split(said).length, 2, name);
    }
    assert.ok(usage.split('\n').every((line) => line.length <= 120));
  });
});
