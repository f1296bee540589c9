import type { AnySchemaObject } from 'ajv';
import { flow } from '../../builder/definition/schema/schema-example.ts';

/** One key of the definition, with the schema of its value. */
export interface DocumentedKey {
  /** `nodes[].address` */
  readonly path: string;
  readonly key: string;
  readonly schema: AnySchemaObject;
  readonly required: boolean;
}

/** Every key that a schema knows, at every depth, in its order. */
export function documentedKeys(schema: AnySchemaObject, prefix = ''): DocumentedKey[] {
  const properties = (schema['properties'] ?? {}) as Record<string, AnySchemaObject>;
  const required = (schema['required'] ?? []) as string[];
  return Object.entries(properties).flatMap(([key, property]) => {
    const path = `${prefix}${key}`;
    const items = property['items'] as AnySchemaObject | undefined;
    return [
      { path, key, schema: property, required: required.includes(key) },
      ...documentedKeys(property, `${path}.`),
      ...(items === undefined ? [] : documentedKeys(items, `${path}[].`)),
    ];
  });
}

/** The reference as a Markdown list: key, type, description, default, example. */
export function renderReference(schema: AnySchemaObject): string {
  return documentedKeys(schema)
    .map(({ path, key, schema: property, required }) => {
      const parts = [
        `\`${path}\` (${typeWords(property)}${required ? ', required' : ''}): ${escape(String(property['description']))}`,
        ...(isWorthSaying(property['default']) ? [`Default: \`${flow(property['default'])}\`.`] : []),
        ...(property['examples'] as unknown[])
          .slice(0, 1)
          .map((example) => `Example: \`${key}: ${flow(example)}\`.`),
      ];
      return `- ${parts.join(' ')}`;
    })
    .join('\n');
}

/** That a mapping is empty by default says nothing: its keys have defaults of their own. */
function isWorthSaying(value: unknown): boolean {
  return value !== undefined && JSON.stringify(value) !== '{}';
}

function typeWords(schema: AnySchemaObject): string {
  const alternatives = schema['anyOf'] as AnySchemaObject[] | undefined;
  if (alternatives !== undefined) return alternatives.map(typeWords).join(' or ');
  if ('const' in schema) return `\`${String(schema['const'])}\``;
  if (Array.isArray(schema['enum']))
    return (schema['enum'] as string[]).map((choice) => `\`${choice}\``).join(', ');
  const words: Record<string, string> = {
    string: 'text',
    integer: 'number',
    boolean: 'true or false',
    array: 'list',
    object: 'mapping',
  };
  const range =
    schema['type'] === 'integer' && 'maximum' in schema ? ` ${schema['minimum']}–${schema['maximum']}` : '';
  return `${words[String(schema['type'])] ?? ''}${range}`;
}

function escape(text: string): string {
  return text.replaceAll(/[*<]/g, String.raw`\$&`);
}
