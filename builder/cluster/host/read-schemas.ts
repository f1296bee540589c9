import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DefinitionSchemas } from '../schema/schema-set.ts';
import { packageRoot } from '../../system/host/package-root.ts';

let known: Promise<DefinitionSchemas> | undefined;

/** Reads the JSON Schemas of what users and maintainers write. They are read once: compiling goes by the object. */
export async function readSchemas(): Promise<DefinitionSchemas> {
  known ??= readAllSchemas();
  return await known;
}

async function readAllSchemas(): Promise<DefinitionSchemas> {
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
