import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The highest number of a user that tests give files to, or are. */
const NOBODY = 65_534;

/**
 * Skips a test, or from a hook all that it is for, unless what it needs is there. The title then says what that is, by which
 * the reporter tells what this machine lacks: `[needs WHAT]`.
 */
export function needs(context: Mocha.Context, what: string, isThere: boolean): asserts isThere {
  if (isThere) return;
  for (const test of testsOf(context)) test.title += ` [needs ${what}]`;
  context.skip();
}

export const needsPosix = (context: Mocha.Context): void =>
  needs(context, 'a POSIX system', process.platform !== 'win32');

export const needsLinux = (context: Mocha.Context): void => needs(context, 'Linux', process.platform === 'linux');

export const needsSuperuser = (context: Mocha.Context): void => needs(context, 'another user to be', mayBeOthers());

/** Who may be anybody: in a container that knows one user alone, not even the superuser may. */
function mayBeOthers(): boolean {
  if (process.geteuid?.() !== 0) return false;
  const map = '/proc/self/uid_map';
  const [, , count = 0] = existsSync(map) ? readFileSync(map, 'utf8').trim().split(/\s+/) : [0, 0, NOBODY + 1];
  return Number(count) > NOBODY;
}

/** From whom the system keeps a file that may not be read or written. */
export const needsOrdinaryUser = (context: Mocha.Context): void =>
  needs(context, 'a user that is not the superuser', process.geteuid !== undefined && process.geteuid() !== 0);

export const needsProgram = (context: Mocha.Context, name: string): void => needs(context, name, isInstalled(name));

/** Whether PATH leads to the program. */
export function isInstalled(name: string): boolean {
  const names = process.platform === 'win32' ? [`${name}.exe`, `${name}.cmd`] : [name];
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return folders.some((folder) => names.some((file) => isExecutable(path.join(folder, file))));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What a skip in that hook or test skips. */
function testsOf({ test, currentTest }: Mocha.Context): Mocha.Runnable[] {
  const hook = /^"before (all|each)" hook/.exec(test?.title ?? '')?.[1];
  if (hook !== 'all') return [hook === 'each' ? currentTest : test].filter((one) => one !== undefined);
  const tests: Mocha.Test[] = [];
  test?.parent?.eachTest((each) => tests.push(each));
  return tests;
}
