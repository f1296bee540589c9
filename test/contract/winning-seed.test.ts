import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pasts } from '../unit/image/support/pasts.ts';
import { askNodes } from './support/ask-nodes.ts';
import { unpackBase, type BaseTree } from './support/base-tree.ts';
import { layOverBase, type ExampleRoots } from './support/node-root.ts';

// The seed that inspect and verify name is the one that the base's own cloud-init takes.
let base: BaseTree | undefined;
let example: ExampleRoots | undefined;

beforeAll(async () => {
  base = await unpackBase();
  example = await layOverBase('mixed-boards', base);
});
afterAll(async () => {
  await example?.remove();
});

describe('the seed that wins', () => {
  it(`is that of cloud-init itself, in ${pasts.length} images with a past`, async () => {
    const program = readFileSync(join(import.meta.dirname, 'support/ask-seeds.py'), 'utf8');
    const asked = Buffer.from(JSON.stringify(pasts)).toString('base64');
    const script = `printf %s ${asked} | base64 -d >/tmp/pasts.json\npython3 - 2>/dev/null <<'PYTHON'\n${program}\nPYTHON`;
    const [answer] = await askNodes((example?.nodes ?? []).slice(0, 1), script);
    const labels: unknown = JSON.parse(answer?.output.trim().split('\n').at(-1) ?? '');
    expect(labels).toEqual(pasts.map(({ wins }) => wins));
  });
});
