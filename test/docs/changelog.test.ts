/** CHANGELOG tells of the version that there is. */
import assert from 'node:assert/strict';
import { manifest, read } from './markdown';

describe('CHANGELOG', () => {
  const headings = read('CHANGELOG.md').match(/^## .*/gm) ?? [];

  it('has the version of the package in its first part', () => {
    assert.ok(headings[0]?.includes(manifest.version));
  });

  it('has a version, and a date or "Unreleased", for every part', () => {
    const part = /^## (Unreleased: \d+\.\d+\.\d+|\d+\.\d+\.\d+, \d{4}-\d\d-\d\d)$/;
    assert.deepEqual(
      headings.filter((heading) => !part.test(heading)),
      [],
    );
  });
});
