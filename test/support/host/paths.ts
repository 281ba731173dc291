import path from 'node:path';

/** The project's folder; this file runs from `out/test/support/host/`. */
export const projectRoot = path.resolve(__dirname, '../../../..');

/** What is installed once and kept between runs; git ignores it. */
export const cacheFolder = path.join(projectRoot, '.vscode-test');

/** The program that takes the desktop's arguments and runs the npm-shipped editor. */
export const launcher = path.join(projectRoot, 'test/support/host/launcher');

/** What is put in the place of the native module that the editor's server logs by. */
export const spdlogStandIn = path.join(projectRoot, 'test/support/host/spdlog.cjs');
