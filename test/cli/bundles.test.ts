/** What is bundled where: every window loads the extension, so it holds what every window needs. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { makeCertificate } from '../../src/certificate';

const dist = path.resolve(__dirname, '../../../dist');
const bundle = (name: string): string => readFileSync(path.join(dist, name), 'utf8');

/** What the encoder of certificates has and nothing else: the number of a key's usage. */
const encoder = '2.5.29.37';

describe('the bundles', () => {
  it('have no encoder of certificates in what every window loads', () => {
    assert.ok(bundle('certificate.js').includes(encoder), 'the encoder has changed');
    for (const name of ['extension.js', 'worker.js', 'terminal/main.js'])
      assert.ok(!bundle(name).includes(encoder), `${name} has it`);
  });

  it('have one beside it, by the name that it is loaded by', async () => {
    assert.ok(bundle('extension.js').includes('require("./certificate.js")'));
    const load = createRequire(path.join(dist, 'extension.js'));
    const loaded = load('./certificate.js') as { readonly makeCertificate: typeof makeCertificate };
    const { cert } = await loaded.makeCertificate({ names: ['192.0.2.1'] });
    assert.equal(new X509Certificate(cert).checkIP('192.0.2.1'), '192.0.2.1');
  });

  it('are in the package for editors', () => {
    const kept = readFileSync(path.join(dist, '../.vscodeignore'), 'utf8').split('\n');
    for (const name of ['extension.js', 'certificate.js', 'worker.js']) assert.ok(kept.includes(`!dist/${name}`), name);
  });
});
