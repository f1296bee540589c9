import { flow } from '../../builder/cluster/schema/schema-example.ts';
import type { SchemaNode } from '../../builder/cluster/schema/schema-node.ts';

/** One key of the definition, with the schema of its value. */
export interface DocumentedKey {
  /** `nodes[].address` */
  readonly path: string;
  readonly key: string;
  readonly schema: SchemaNode;
  readonly required: boolean;
}

/** Every key that a schema knows, at every depth, in its order. */
export function documentedKeys(schema: SchemaNode, prefix = ''): DocumentedKey[] {
  const { properties = {}, required = [] } = schema.anyOf?.find((one) => one.properties) ?? schema;
  return Object.entries(properties).flatMap(([key, property]) => {
    const path = `${prefix}${key}`;
    const { items } = property;
    return [
      { path, key, schema: property, required: required.includes(key) },
      ...documentedKeys(property, `${path}.`),
      ...(items === undefined ? [] : documentedKeys(items, `${path}[].`)),
    ];
  });
}

/** The reference as a Markdown list: key, type, description, default, example. */
export function renderReference(schema: SchemaNode): string {
  return documentedKeys(schema)
    .map(({ path, key, schema: property, required }) => {
      const parts = [
        `\`${path}\` (${typeWords(property)}${required ? ', required' : ''}): ${escape(String(property.description))}`,
        ...(isWorthSaying(property.default) ? [`Default: \`${flow(property.default)}\`.`] : []),
        ...(property.examples ?? []).slice(0, 1).map((example) => `Example: \`${key}: ${flow(example)}\`.`),
      ];
      return `- ${parts.join(' ')}`;
    })
    .join('\n');
}

/** That a mapping is empty by default says nothing: its keys have defaults of their own. */
function isWorthSaying(value: unknown): boolean {
  return value !== undefined && JSON.stringify(value) !== '{}';
}

function typeWords(schema: SchemaNode): string {
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeWords).join(' or ');
  if ('const' in schema) return `\`${flow(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((choice) => `\`${flow(choice)}\``).join(', ');
  const words: Record<string, string> = {
    string: 'text',
    integer: 'number',
    boolean: 'true or false',
    array: 'list',
    object: 'mapping',
  };
  const range = schema.maximum === undefined ? '' : ` ${schema.minimum ?? 0}–${schema.maximum}`;
  return `${words[schema.type ?? ''] ?? ''}${range}`;
}

function escape(text: string): string {
  return text.replaceAll(/[*<]/g, String.raw`\$&`);
}
