import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { formats } from '../../builder/cluster/values/values.ts';
import type { Reference } from '../../builder/cluster/model/environment.ts';
import { collectReferences } from '../../builder/cluster/resolve/references.ts';
import { understandCluster } from '../../builder/cluster/understand-cluster.ts';
import { documentedKeys, renderReference } from './render-reference.ts';
import { runCase } from './run-case.ts';
import { environment, publicKey, repository, schemas, world } from './world.ts';

/** What the files that the examples refer to could hold. */
function contentsOf({ purpose }: Reference): string {
  if (purpose === 'stack') return 'services: { web: { image: "web:1" } }';
  return purpose === 'token' ? `SWMTKN-1-${'0'.repeat(50)}-${'1'.repeat(25)}` : publicKey;
}

const page = join(repository, 'docs/cluster-yaml.md');
const keys = documentedKeys(schemas.cluster);

describe('docs/cluster-yaml.md', () => {
  it('has the reference that the schema makes', async () => {
    const text = readFileSync(page, 'utf8');
    const [, before = '', after = ''] =
      /^([\s\S]*<!-- reference: .* -->\n)[\s\S]*(<!-- end of reference -->[\s\S]*)$/.exec(text) ?? [];
    const wanted = await format(`${before}\n${renderReference(schemas.cluster)}\n\n${after}`, {
      parser: 'markdown',
      singleQuote: true,
      printWidth: 110,
    });
    if (process.env['UPDATE'] === '1' && process.env['CI'] === undefined) writeFileSync(page, wanted);
    expect(readFileSync(page, 'utf8')).toBe(wanted);
  });

  it('lets editors offer every board and base', () => {
    const names = (folder: string) =>
      readdirSync(join(repository, folder)).flatMap((file) => /^(.*)\.yaml$/.exec(file)?.[1] ?? []);
    const { profile, base } = schemas.cluster.properties ?? {};
    expect(profile?.examples).toEqual(expect.arrayContaining(names('profiles')));
    expect(base?.examples).toEqual(expect.arrayContaining(names('profiles/bases')));
  });

  const examples = [...readFileSync(page, 'utf8').matchAll(/```yaml\n([\s\S]*?)```/g)].map(
    (match) => match[1] ?? '',
  );

  it('has examples', () => {
    expect(examples.length).toBeGreaterThan(5);
  });

  it('shows a report as it really looks', () => {
    const shown = /```text\n([\s\S]*?)```/.exec(readFileSync(page, 'utf8'))?.[1];
    expect(shown).toBe(runCase('vip-outside-subnet.documented').report);
  });

  it.each(examples)('has an example that is right: %s', (text) => {
    const source = { file: 'cluster.yaml', text };
    // Whatever an example refers to is there.
    const paths = collectReferences(source, { argv: [] }).map((reference) => ({
      ...reference,
      kind: 'file' as const,
      absolutePath: `/project/${reference.written}`,
      realPath: `/project/${reference.written}`,
      sizeBytes: 1,
      text: contentsOf(reference),
      archive: { images: [] },
    }));
    const { diagnostics } = understandCluster({
      source,
      flags: { argv: [] },
      ...world,
      schemas,
      environment: { ...environment, paths },
    });
    expect(diagnostics).toEqual([]);
  });
});

describe('the schema of cluster.yaml', () => {
  const ajv = new Ajv2020({
    strict: true,
    formats: Object.fromEntries(
      Object.entries(formats).map(([name, judge]) => [
        name,
        (value: string) => judge(value, { name, at: undefined }) === undefined,
      ]),
    ),
  });

  it('is a valid schema', () => {
    expect(ajv.validateSchema(schemas.cluster)).toBe(true);
  });

  it.each(keys.map((key) => [key.path, key] as const))(
    '%s has a description, a default and examples that are valid',
    (_, key) => {
      const { schema, required } = key;
      const { description = '', examples = [] } = schema;
      expect(description).toMatch(/^\S.*\.$/);
      expect(required || 'default' in schema || /Default: |Required /.test(description)).toBe(true);
      expect(examples.length).toBeGreaterThan(0);
      const valid = ajv.compile(schema);
      for (const value of 'default' in schema ? [...examples, schema.default] : examples)
        expect([value, valid(value)]).toEqual([value, true]);
    },
  );

  it('refuses unknown keys in every mapping', () => {
    const mappings = [
      schemas.cluster,
      ...keys.flatMap(({ schema }) => [schema, ...(schema.items === undefined ? [] : [schema.items])]),
    ];
    const open = mappings.filter((schema) => 'properties' in schema && schema.additionalProperties !== false);
    expect(open).toEqual([]);
  });

  it('names the defaults that are really taken', () => {
    const { value } = understandCluster({ flags: { argv: [] }, ...world, schemas, environment });
    const said = new Map(keys.map(({ path, schema }) => [path, schema.default]));
    expect({
      profile: said.get('profile'),
      count: said.get('count'),
      'network.subnet': said.get('network.subnet'),
      'users[].shell': said.get('users[].shell'),
      'users[].sudo': said.get('users[].sudo'),
      timezone: said.get('timezone'),
      locale: said.get('locale'),
      'swarm.subnet_prefix': said.get('swarm.subnet_prefix'),
      'swarm.data_path_port': said.get('swarm.data_path_port'),
      'swarm.certificate_days': said.get('swarm.certificate_days'),
    }).toEqual({
      profile: value?.nodes[0]?.profileName,
      count: value?.nodes.length,
      'network.subnet': value?.network.subnet,
      'users[].shell': value?.users[0]?.shell,
      'users[].sudo': value?.users[0]?.sudo,
      timezone: value?.timezone,
      locale: value?.locale,
      'swarm.subnet_prefix': value?.swarm.subnetPrefixLength,
      'swarm.data_path_port': value?.swarm.dataPathPort,
      'swarm.certificate_days': value?.swarm.certificateDays,
    });
  });
});
