// Stands in for the one native module that the editor's server writes its logs by, so that no compiler is needed: what is logged
// is appended to the file at once, and a file that grows beyond its size is moved aside.
const fs = require('node:fs');
const path = require('node:path');
const { format } = require('node:util');

const LEVELS = ['trace', 'debug', 'info', 'warning', 'error', 'critical', 'off'];
const DEFAULT_PATTERN = '[%Y-%m-%d %H:%M:%S.%e] [%n] [%l] %v';

const two = (value) => String(value).padStart(2, '0');

/** The flags of a pattern that editors use; any other stays as it is written. */
const flags = {
  '%': () => '%',
  '+': (entry) => render(DEFAULT_PATTERN, entry),
  v: ({ text }) => text,
  n: ({ name }) => name,
  l: ({ level }) => LEVELS[level],
  L: ({ level }) => LEVELS[level][0].toUpperCase(),
  P: () => String(process.pid),
  Y: ({ time }) => String(time.getFullYear()),
  m: ({ time }) => two(time.getMonth() + 1),
  d: ({ time }) => two(time.getDate()),
  H: ({ time }) => two(time.getHours()),
  M: ({ time }) => two(time.getMinutes()),
  S: ({ time }) => two(time.getSeconds()),
  e: ({ time }) => String(time.getMilliseconds()).padStart(3, '0'),
};

const render = (pattern, entry) => pattern.replace(/%(.)/g, (all, flag) => flags[flag]?.(entry) ?? all);

class Logger {
  #name;
  #file;
  #maxSize;
  #maxFiles;
  #level = 2;
  /** Without one, a message is written as it is, and ends its lines itself. */
  #pattern = DEFAULT_PATTERN;
  #descriptor;
  #size;

  /** `maxSize` in octets; `maxFiles` is how many that are full are kept beside the one that is written. */
  constructor(kind, name, file, maxSize, maxFiles) {
    this.#name = name;
    this.#file = file;
    this.#maxSize = maxSize;
    this.#maxFiles = maxFiles;
    fs.mkdirSync(path.dirname(file), { recursive: true });
    this.#open();
  }

  trace(...values) {
    this.#log(0, values);
  }

  debug(...values) {
    this.#log(1, values);
  }

  info(...values) {
    this.#log(2, values);
  }

  warn(...values) {
    this.#log(3, values);
  }

  error(...values) {
    this.#log(4, values);
  }

  critical(...values) {
    this.#log(5, values);
  }

  getLevel() {
    return this.#level;
  }

  setLevel(level) {
    this.#level = level;
  }

  setPattern(pattern) {
    this.#pattern = pattern;
  }

  clearFormatters() {
    this.#pattern = undefined;
  }

  /** What is logged is in the file already. */
  flush() {}

  /** Nothing is written any more. */
  drop() {
    if (this.#descriptor !== undefined) fs.closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #open() {
    this.#descriptor = fs.openSync(this.#file, 'a');
    this.#size = fs.fstatSync(this.#descriptor).size;
  }

  #log(level, values) {
    if (level < this.#level || this.#descriptor === undefined) return;
    const text = format(...values);
    const entry = { level, text, name: this.#name, time: new Date() };
    const octets = Buffer.from(this.#pattern === undefined ? text : `${render(this.#pattern, entry)}\n`);
    if (this.#size > 0 && this.#size + octets.length > this.#maxSize) this.#rotate();
    fs.writeSync(this.#descriptor, octets);
    this.#size += octets.length;
  }

  /** `a.log` becomes `a.1.log`, and that `a.2.log`; the last one goes. */
  #rotate() {
    const { dir, name, ext } = path.parse(this.#file);
    const numbered = (number) => (number === 0 ? this.#file : path.join(dir, `${name}.${number}${ext}`));
    this.drop();
    if (this.#maxFiles > 0) {
      for (let number = this.#maxFiles - 1; number >= 0; number--) {
        if (fs.existsSync(numbered(number))) fs.renameSync(numbered(number), numbered(number + 1));
      }
    } else fs.truncateSync(this.#file);
    this.#open();
  }
}

const createLogger = async (name, file, maxSize, maxFiles) => new Logger('rotating', name, file, maxSize, maxFiles);

// Each by a statement of its own: by these the editor's ES modules see the names.
exports.version = 0;
exports.setLevel = () => undefined;
exports.setFlushOn = () => undefined;
exports.Logger = Logger;
exports.createRotatingLogger = createLogger;
exports.createAsyncRotatingLogger = createLogger;
