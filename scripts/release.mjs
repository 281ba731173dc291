// Says what a release lacks: npm run release. What only a publisher can fill is in package.json; docs/release.md says how.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './suites.mjs';

const read = (name) => readFileSync(join(root, name), 'utf8');
const { version, publisher, repository, bugs, homepage } = JSON.parse(read('package.json'));

/** What stands in the place of a publisher as long as there is none. */
const placeholder = 'workspace-http-server';

const isAddress = (value) => typeof value === 'string' && URL.canParse(value) && value.startsWith('https://');
const urlOf = (value) => (typeof value === 'object' ? value?.url : value);

const flaws = [
  [
    publisher !== placeholder && /^[a-z0-9][a-z0-9-]*$/i.test(publisher ?? ''),
    'publisher: the name of an account of the marketplaces',
  ],
  [isAddress(urlOf(repository)?.replace(/^git\+/, '')), 'repository: the https address of the sources'],
  [isAddress(urlOf(bugs)), 'bugs: the https address where faults are reported'],
  [isAddress(homepage), 'homepage: the https address of a page about it'],
].flatMap(([isThere, lack]) => (isThere ? [] : `package.json has no ${lack}.`));

const [heading] = read('CHANGELOG.md').match(/^## .*/m) ?? [];
if (!new RegExp(`^## ${version.replaceAll('.', '\\.')}, \\d{4}-\\d\\d-\\d\\d$`).test(heading)) {
  flaws.push(`CHANGELOG.md does not begin with version ${version} and its date.`);
}

for (const flaw of flaws) console.error(flaw);
process.exitCode = flaws.length === 0 ? 0 : 1;
