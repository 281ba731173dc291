// Loaded before each script that builds or tests: says in one sentence what is missing, on any Node.js, however old.
var path = require('path');
var manifest = require('../package.json');

function rankOf(version) {
  var numbers = version.split('.').map(Number);
  return numbers[0] * 1000 + numbers[1];
}

function complaint() {
  var oldest = /\d+\.\d+/.exec(manifest.engines.node)[0];
  if (rankOf(process.versions.node) < rankOf(oldest)) {
    return 'This needs Node.js ' + oldest + ' or newer, and this is ' + process.versions.node + '.';
  }
  try {
    require.resolve('esbuild');
    return undefined;
  } catch (error) {
    return 'The packages that this needs are not installed: run `npm ci` in ' + path.dirname(__dirname) + ' first.';
  }
}

var sentence = complaint();
if (sentence !== undefined) {
  process.stderr.write(sentence + '\n');
  process.exit(1);
}
