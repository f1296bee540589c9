import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DefinitionSchemas } from '../definition/schema/schema-set.ts';
import { packageRoot } from './package-root.ts';

/** Reads the JSON Schemas of what users and maintainers write. */
export async function readSchemas(): Promise<DefinitionSchemas> {
  const [cluster, profile, base, compose] = await Promise.all(
    ['cluster', 'profile', 'base', 'compose'].map(readSchema),
  );
  return { cluster, profile, base, compose } as DefinitionSchemas;
}

/** Path of the schema of `cluster.yaml`, for editors. */
export const clusterSchemaPath = schemaPath('cluster');

async function readSchema(name: string): Promise<object> {
  return JSON.parse(await readFile(schemaPath(name), 'utf8')) as object;
}

function schemaPath(name: string): string {
  return join(packageRoot, 'profiles/schemas', `${name}.schema.json`);
}
