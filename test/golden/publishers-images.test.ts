import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { BaseDefinition } from '../../builder/cluster/generated/base.ts';
import { isVendor, traitsOf } from '../../builder/cluster/model/base-traits.ts';
import { readShippedDefinitions } from '../../builder/cluster/host/read-definitions.ts';
import { exampleNode } from '../unit/node/render/support/example-cluster.ts';

describe('a publisher’s image that somebody names as a file', () => {
  it('is known by its content wherever it would not work as any image', async () => {
    const { bases } = await readShippedDefinitions();
    const unknown = [...bases].flatMap(([name, { text }]) => {
      const definition: BaseDefinition = parse(text);
      if (!isVendor(definition) || definition.vendor.signs !== undefined) return [];
      const base = { from: 'definition', name, definition, image: null } as const;
      return [[name, traitsOf({ ...exampleNode(1), base })]] as const;
    });
    const any = traitsOf(exampleNode(1, { base: { from: 'file', path: '/x.img', sha256: null } }));
    expect(unknown.map(([name]) => name)).toEqual([
      'debian-12-cloud',
      'debian-13-cloud',
      'ubuntu-24.04-cloud',
    ]);
    expect(unknown.map(([, traits]) => traits)).toEqual(unknown.map(() => any));
  });
});
