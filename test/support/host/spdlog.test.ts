/** What stands in for the editor's native logger writes what that would. */
import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Cleanup } from './cleanup';
import { spdlogStandIn } from './paths';
import { makeTempFolder } from './tempFolder';

interface Logger {
  info(...values: unknown[]): void;
  warn(text: string): void;
  error(text: string): void;
  critical(text: string): void;
  setLevel(level: number): void;
  getLevel(): number;
  setPattern(pattern: string): void;
  clearFormatters(): void;
  flush(): void;
  drop(): void;
}

interface Spdlog {
  readonly version: number;
  setLevel(level: number): void;
  setFlushOn(level: number): void;
  readonly Logger: new (kind: string, name: string, file: string, size: number, count: number) => Logger;
  createRotatingLogger(name: string, file: string, size: number, count: number): Promise<Logger>;
  createAsyncRotatingLogger(name: string, file: string, size: number, count: number): Promise<Logger>;
}

describe('the stand-in for the editor’s logger', () => {
  let cleanup: Cleanup;
  let file: string;
  let spdlog: Spdlog;
  let logger: Logger;

  const written = (): Promise<string> => fs.readFile(file, 'utf8');

  beforeEach(async () => {
    cleanup = new Cleanup();
    file = path.join(await makeTempFolder(cleanup, 'log'), 'a/b/channel.log');
    // As the editor does, from an ES module: by name, without a default.
    spdlog = (await import(pathToFileURL(spdlogStandIn).href)) as Spdlog;
    logger = await spdlog.createAsyncRotatingLogger('channel', file, 100, 2);
  });

  afterEach(() => {
    logger.drop();
    return cleanup.run();
  });

  it('has each of its names for an ES module', () => {
    const names = ['version', 'setLevel', 'setFlushOn', 'Logger', 'createRotatingLogger', 'createAsyncRotatingLogger'];
    assert.deepEqual(names.filter((name) => !(name in spdlog)), []); // prettier-ignore
    spdlog.setFlushOn(0);
    spdlog.setLevel(0);
  });

  it('writes at once, into a folder that it makes', async () => {
    logger.setPattern('%v');
    logger.info('one');
    assert.equal(await written(), 'one\n');
  });

  it('writes a message as it is, without a line end of its own, once it has no pattern', async () => {
    logger.clearFormatters();
    logger.info('100 % of %s');
    logger.warn(' more\n');
    assert.equal(await written(), '100 % of %s more\n');
  });

  it('writes what the pattern says', async () => {
    logger.setPattern('%Y-%m-%d %H:%M:%S.%e [%l] %n %q %% %v');
    logger.error('%v');
    assert.match(await written(), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} \[error\] channel %q % %v\n$/);
  });

  for (const pattern of ['%+', undefined]) {
    it(`writes date, name and level by ${pattern ?? 'default'}`, async () => {
      if (pattern !== undefined) logger.setPattern(pattern);
      logger.critical('end');
      assert.match(await written(), /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\] \[channel\] \[critical\] end\n$/);
    });
  }

  it('leaves out what is below its level', async () => {
    logger.setPattern('%v');
    assert.equal(logger.getLevel(), 2);
    logger.setLevel(4);
    logger.warn('no');
    logger.error('yes');
    logger.setLevel(6);
    logger.critical('no');
    assert.equal(await written(), 'yes\n');
  });

  it('moves a full file aside, and keeps as many as it was told', async () => {
    logger.setPattern('%v');
    for (const letter of 'abcd') logger.info(letter.repeat(60));
    const contents = await Promise.all(
      (await fs.readdir(path.dirname(file)))
        .sort()
        .map(async (name) => [name, (await fs.readFile(path.join(path.dirname(file), name), 'utf8'))[0]]),
    );
    assert.deepEqual(contents, [
      ['channel.1.log', 'c'],
      ['channel.2.log', 'b'],
      ['channel.log', 'd'],
    ]);
  });

  it('begins anew where it may keep none', async () => {
    logger.drop();
    logger = new spdlog.Logger('rotating', 'other', file, 5, 0);
    logger.setPattern('%v');
    for (const text of ['one', 'two']) logger.info(text);
    assert.equal(await written(), 'two\n');
  });

  it('goes on in the file that is there, and writes nothing once it is dropped', async () => {
    logger.clearFormatters();
    logger.info('before, ');
    logger.drop();
    logger.drop();
    logger.info('lost');
    logger = await spdlog.createRotatingLogger('channel', file, 100, 2);
    logger.clearFormatters();
    logger.info('after');
    logger.flush();
    assert.equal(await written(), 'before, after');
  });
});
