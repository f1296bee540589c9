import { stringify } from 'yaml';
import type { DefinitionPath } from '../source/definition-path.ts';
import type { SchemaNode } from './schema-node.ts';

/** Example values by type, for schemas without an example. */
const typical: Readonly<Record<string, unknown>> = { integer: 1, number: 1, boolean: true };

/** The first example of a schema as a line of YAML: `count: 4`. */
export function exampleLine(key: string, schema: SchemaNode | undefined): string {
  const example = schema?.examples?.[0] ?? schema?.enum?.[0] ?? typical[schema?.type ?? ''];
  return example === undefined ? `${key}: ...` : `${key}: ${flow(example)}`;
}

/** The same for the value at a path; a list item is shown without a key. */
export function exampleOf(path: DefinitionPath, schema: SchemaNode): string {
  const key = path.at(-1);
  if (typeof key === 'string') return exampleLine(key, schema);
  const example = schema.examples?.[0] ?? typical[schema.type ?? ''];
  return example === undefined ? '...' : flow(example);
}

/** A value as YAML on one line. */
export function flow(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false }).trim();
}
