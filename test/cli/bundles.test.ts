/** What is bundled where: every window loads the extension, so it holds what every window needs. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { makeCertificate } from '../../src/certificate';

const dist = path.resolve(__dirname, '../../../dist');
const bundle = (name: string): string => readFileSync(path.join(dist, name), 'utf8');

/** What a window loads when it is needed, each with a word that it has and nothing else. */
const onDemand: readonly (readonly [what: string, name: string, word: string])[] = [
  ['the encoder of certificates', 'certificate.js', '2.5.29.37'],
  ['the panel of a share, with its QR code', 'sharePage.js', 'whiteColor'],
  ['the parser of settings files', 'rulePlace.js', 'allowTrailingComma'],
  ['what wrong rules were meant to be', 'ruleRepair.js', 'Uint32Array(65536)'],
];

describe('the bundles', () => {
  for (const [what, name, word] of onDemand) {
    it(`have ${what} beside what every window loads, by the name that it is loaded by`, () => {
      assert.ok(bundle(name).includes(word), 'it is written in another way now');
      assert.ok(!bundle('extension.js').includes(word));
      assert.ok(bundle('extension.js').includes(`require("./${name}")`));
    });
  }

  it('have no encoder of certificates where nobody asks for one', () => {
    for (const name of ['worker.js', 'terminal/main.js']) assert.ok(!bundle(name).includes('2.5.29.37'), name);
  });

  it('have what is loaded later for what loads it, and nothing besides', () => {
    const loaded = [...bundle('extension.js').matchAll(/require\("\.\/([^"]+)"\)/g)].map(([, name]) => name ?? '');
    assert.deepEqual([...new Set(loaded)].sort(), onDemand.map(([, name]) => name).sort());
  });

  it('have an encoder that makes certificates', async () => {
    const load = createRequire(path.join(dist, 'extension.js'));
    const loaded = load('./certificate.js') as { readonly makeCertificate: typeof makeCertificate };
    const { cert } = await loaded.makeCertificate({ names: ['192.0.2.1'] });
    assert.equal(new X509Certificate(cert).checkIP('192.0.2.1'), '192.0.2.1');
  });

  it('are in the package for editors', () => {
    const kept = readFileSync(path.join(dist, '../.vscodeignore'), 'utf8').split('\n');
    const names = ['extension.js', 'worker.js', ...onDemand.map(([, name]) => name)];
    for (const name of names) assert.ok(kept.includes(`!dist/${name}`), name);
  });
});
