import { readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from './paths';

const { publisher, name } = JSON.parse(readFileSync(path.join(projectRoot, 'package.json'), 'utf8')) as {
  readonly publisher: string;
  readonly name: string;
};

/** By this the editor knows the extension under test. */
export const extensionId = `${publisher}.${name}`;
