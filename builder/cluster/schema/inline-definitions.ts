import type { SchemaNode } from './schema-node.ts';

/**
 * The schema with what it names by `$ref` put in its place, so that messages find every key where it is written.
 * Definitions are those of `$defs`, and do not contain themselves.
 */
export function inlineDefinitions(schema: SchemaNode): SchemaNode {
  const { $defs, ...rest } = schema;
  const definitions = ($defs ?? {}) as Readonly<Record<string, SchemaNode>>;
  const inline = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(inline);
    if (typeof value !== 'object' || value === null) return value;
    const { $ref, ...others } = value as { readonly $ref?: unknown };
    const own = Object.entries(others).map(([key, inner]) => [key, inline(inner)]);
    if (typeof $ref !== 'string') return Object.fromEntries(own) as unknown;
    const definition = definitions[$ref.replace('#/$defs/', '')];
    if (definition === undefined) throw new Error(`the schema has no ${$ref}`);
    return { ...(inline(definition) as object), ...Object.fromEntries(own) };
  };
  return inline(rest) as SchemaNode;
}
