/** The recipes of docs/rules.md do what they say. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Rule } from '../../src/ruleList';
import { startServed, type Served } from '../support/served';
import { startUpstream } from '../support/upstreams';
import { blocksOf, manifest, read, sectionOf } from './markdown';

const page = read('docs/rules.md');
const recipes = blocksOf(sectionOf(page, '## Recipes')).map(({ text }) => JSON.parse(text) as readonly Rule[]);

describe('docs/rules.md', () => {
  let served: Served;
  beforeEach(async () => {
    served = await startServed();
    const write = async (name: string, text: string): Promise<void> => {
      await mkdir(path.dirname(path.join(served.directory, name)), { recursive: true });
      await writeFile(path.join(served.directory, name), text);
    };
    await write('index.html', 'home');
    await write('app/index.html', 'app');
    await write('app/assets/a.js', 'script');
    await write('mocks/ada.json', '{"id":1}');
  });
  afterEach(() => served.stop());

  const use = (recipe: number, change = (text: string): string => text): void => {
    const rules = JSON.parse(change(JSON.stringify(recipes[recipe]))) as readonly Rule[];
    served.server.configure({ ...served.options, rules });
  };
  const ask = async (target: string, init?: RequestInit): Promise<readonly [number, string]> => {
    const response = await fetch(served.origin + target, init);
    return [response.status, await response.text()];
  };

  it('has five recipes', () => assert.equal(recipes.length, 5));

  it('a single-page application', async () => {
    use(0);
    assert.deepEqual(await ask('/app/some/where'), [200, 'app']);
    assert.deepEqual(await ask('/app/assets/a.js'), [200, 'script']);
    assert.equal((await ask('/app/assets/none.js'))[0], 404);
    assert.deepEqual(await ask('/'), [200, 'home']);
  });

  it('a backend on port 3000', async () => {
    const backend = await startUpstream((request, response) => response.end(`${request.method} ${request.url}`));
    use(1, (text) => text.replace(':3000', `:${backend.port}`));
    assert.deepEqual(await ask('/api/x?y', { method: 'POST', body: 'z' }), [200, 'POST /api/x?y']);
    assert.deepEqual(await ask('/'), [200, 'home']);
    await backend.stop();
  });

  it('pages that are isolated from other origins', async () => {
    use(2);
    const { headers } = await fetch(`${served.origin}/`);
    assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin');
    assert.equal(headers.get('cross-origin-embedder-policy'), 'require-corp');
  });

  it('a mock of a REST resource', async () => {
    use(3);
    assert.deepEqual(await ask('/api/users'), [200, '[{"id":1,"name":"Ada"}]']);
    assert.deepEqual(await ask('/api/users', { method: 'POST', body: '{}' }), [201, '{"id":2}']);
    assert.deepEqual(await ask('/api/users/1'), [200, '{"id":1}']);
    assert.deepEqual(await ask('/api/users/1', { method: 'DELETE' }), [204, '']);
    assert.deepEqual(await ask('/api/users/7'), [404, '{"error":"no such user"}']);
  });

  it('a webhook that answers 202', async () => {
    use(4);
    assert.deepEqual(await ask('/hook/a', { method: 'POST', body: 'x'.repeat(1000) }), [202, '']);
    assert.equal((await ask('/hook/a'))[0], 404);
  });

  it('has a snippet in the settings for each, which makes sense as it is', () => {
    const { defaultSnippets } = (
      manifest.contributes.configuration.properties['httpServer.rules'] as unknown as {
        readonly items: { readonly defaultSnippets: readonly { readonly body: unknown }[] };
      }
    ).items;
    assert.equal(defaultSnippets.length, recipes.length);
    for (const { body } of defaultSnippets) {
      const text = JSON.stringify(body).replace(/\$\{\d+:([^}]*)\}/g, '$1');
      served.server.configure({ ...served.options, rules: [JSON.parse(text) as Rule] });
    }
  });
});
