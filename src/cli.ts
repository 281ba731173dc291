#!/usr/bin/env node
/** Starts the program of the terminal where the runtime can run it. Built for any Node.js, unlike the program, which is loaded last. */

/** Set by the build: the oldest version, as `20.19`. */
declare const oldestNode: string;

/** `20.19.4` as a number that grows with it. */
const rankOf = (version: string): number => {
  const numbers = version.split('.').map(Number);
  return (numbers[0] ?? 0) * 1000 + (numbers[1] ?? 0);
};

if (rankOf(process.versions.node) < rankOf(oldestNode)) {
  process.stderr.write(
    `workspace-http-server needs Node.js ${oldestNode} or newer, and this is ${process.versions.node}.\n`,
  );
  process.exitCode = 1;
} else void import('./terminal/main.js');
