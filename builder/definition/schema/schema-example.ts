import type { AnySchemaObject } from 'ajv';
import { stringify } from 'yaml';
import type { DefinitionPath } from '../source/definition-path.ts';

/** The first example of a schema as a line of YAML: `count: 4`. */
export function exampleLine(key: string, schema: AnySchemaObject | undefined): string {
  const examples = schema?.['examples'] as unknown[] | undefined;
  const choices = schema?.['enum'] as unknown[] | undefined;
  const example = examples?.[0] ?? choices?.[0];
  return example === undefined ? `${key}: ...` : `${key}: ${flow(example)}`;
}

/** The same for the value at a path; a list item is shown without a key. */
export function exampleOf(path: DefinitionPath, schema: AnySchemaObject): string {
  const key = path.at(-1);
  if (typeof key === 'string') return exampleLine(key, schema);
  const examples = schema['examples'] as unknown[] | undefined;
  return examples?.[0] === undefined ? '...' : flow(examples[0]);
}

/** A value as YAML on one line. */
export function flow(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false }).trim();
}
