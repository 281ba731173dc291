/** The server in a terminal: flags in, log lines out. */
import { version } from '../../package.json';
import { combinedLine, jsonLine } from '../accessLog';
import { OptionsError, type Options } from '../options';
import { serve, type Server, type Surroundings } from '../serve';
import { advice } from './flagAdvice';
import { announcementOf, exposureOf, ownUrl } from './announcement';
import { CommandLine } from './commandLine';
import { failureOf } from './failure';
import { usage } from './flags';
import type { Watcher } from './watcher';
import { Output } from './output';
import { logFormatOf, optionsOf, flagErrorOf } from './requestedOptions';
import { ignoreFileSizeSignal, onStopSignal } from './signals';
import { UsageError, visible } from './sentences';

const errors = new Output(process.stderr);
const log = new Output(process.stdout, ({ code, message }) =>
  errors.print(`The log cannot be written (${code ?? message}): the server goes on, and its lines are dropped.`),
);
/** For what is told instead of serving. */
const answer = new Output(process.stdout, ({ code, message }) =>
  errors.print(`This cannot be written (${code ?? message}).`),
);

async function run(line: CommandLine): Promise<void> {
  const options = optionsOf(line, process.env);
  const lineOf = logFormatOf(line) === 'json' ? jsonLine : combinedLine;
  const liveReload = options.liveReload ? await makeLiveReload() : undefined;
  const server = await start(line, options, {
    advice,
    onExchange: (event) => {
      if (!line.has('quiet')) log.print(lineOf(event));
    },
    onNoPrivateFolder: () =>
      errors.print('There is no private folder: if this program is killed, unfinished uploads stay.'),
    onLeftover: (_, code) => errors.print(`An unfinished upload cannot be removed yet (${code}): it is tried again.`),
    ...(liveReload && { live: liveReload.live }),
  });
  endWith(server, liveReload);
  announce(line, options, server.address.port);
  if (await liveReload?.start(options.directory)) log.print('Pages reload when a file that they use changes.');
}

/** Loaded when it is used, as is what opens a browser: most do not ask for it. */
async function makeLiveReload(): Promise<Watcher> {
  const { Watcher } = await import('./watcher.js');
  return new Watcher(({ message }, missing) => {
    const what =
      missing === 'all' ? 'Pages do not reload, for no change can be seen' : 'Some changes do not reach the pages';
    errors.print(`${what}: ${visible(message)}`);
  });
}

async function start(line: CommandLine, options: Options, surroundings: Surroundings): Promise<Server> {
  try {
    return await serve(options, surroundings);
  } catch (error) {
    if (error instanceof OptionsError) throw flagErrorOf(error, line);
    throw new Error(failureOf(error, options), { cause: error });
  }
}

function announce(line: CommandLine, options: Options, port: number): void {
  const { isTerminal } = log;
  for (const each of announcementOf(options, port, { isTerminal, qr: line.has('qr') })) log.print(each);
  const exposure = exposureOf(options);
  if (exposure !== undefined) errors.print(exposure);
  if (line.has('open')) void open(ownUrl(options, port));
}

async function open(url: string): Promise<void> {
  const { openPage } = await import('./browser.js');
  const reason = await openPage(url);
  if (reason !== undefined) errors.print(`The browser could not be opened at ${visible(url)}: ${visible(reason)}.`);
}

function endWith(server: Server, liveReload: Watcher | undefined): void {
  const stop = async (): Promise<void> => {
    await Promise.all([server.stop(), liveReload?.stop()]);
    await end();
    process.exit(0);
  };
  ignoreFileSizeSignal();
  onStopSignal(
    () => void stop(),
    () => process.exit(1),
  );
}

/** Writes what is to be written, if anybody takes it. */
async function end(): Promise<void> {
  await Promise.all([answer.end(), log.end()]);
  const { missing } = log;
  if (missing > 0)
    errors.print(`${missing} ${missing === 1 ? 'line of the log was' : 'lines of the log were'} dropped.`);
  await errors.end();
}

async function main(args: readonly string[]): Promise<void> {
  try {
    const line = new CommandLine(args);
    if (line.has('help')) answer.print(usage.trimEnd());
    else if (line.has('version')) answer.print(version);
    else {
      await run(line);
      return;
    }
  } catch (error) {
    errors.print((error as Error).message);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
  await end();
}

void main(process.argv.slice(2));
