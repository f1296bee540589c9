import { compileSchema, type CompiledSchema } from '../schema/schema-set.ts';
import type { SchemaNode } from '../schema/schema-node.ts';

/** The newest minor version of compose files that any docker command knows: `3.13`. */
export const newestMinor = 13;

const compiled = new WeakMap<SchemaNode, Map<number, CompiledSchema>>();

/** The compiled schema of compose files of version `3.<minor>`. A schema that was compiled before is not compiled again. */
export function compileComposeSchema(schema: SchemaNode, minor: number): CompiledSchema {
  const known = compiled.get(schema) ?? new Map<number, CompiledSchema>();
  compiled.set(schema, known);
  const made = known.get(minor) ?? compileSchema(composeSchemaOf(schema, minor));
  known.set(minor, made);
  return made;
}

type Definitions = Readonly<Record<string, SchemaNode>>;

/**
 * The schema of compose files of version `3.<minor>`, from the one of all versions: what came later is left out, and
 * every `$ref` stands for what it names.
 */
export function composeSchemaOf(schema: SchemaNode, minor: number): SchemaNode {
  const definitions = schema['$defs'] as Definitions;
  const { $defs: _, $schema: __, ...root } = schema;
  return narrow(root, minor, definitions) ?? {};
}

function narrow(schema: SchemaNode, minor: number, definitions: Definitions): SchemaNode | undefined {
  const { since, openSince, extensionsSince, requiredBefore, $ref, ...kept } = schema;
  if (isLater(since, minor)) return undefined;
  const inner = (one: SchemaNode) => narrow(one, minor, definitions);
  if (typeof $ref === 'string') {
    const named = inner(definitions[$ref.replace('#/$defs/', '')] ?? {});
    return named === undefined ? undefined : { ...named, ...kept };
  }
  const required = Object.entries((requiredBefore ?? {}) as Record<string, number>);
  const stillRequired = required.filter(([, version]) => minor < version).map(([key]) => key);
  const patterns = {
    ...(extensionsSince !== undefined && !isLater(extensionsSince, minor) ? { '^x-': {} } : {}),
    ...schema.patternProperties,
  };
  const narrowed: Record<string, unknown> = {
    ...kept,
    ...(schema.properties === undefined ? {} : { properties: each(schema.properties, inner) }),
    ...(Object.keys(patterns).length === 0 ? {} : { patternProperties: each(patterns, inner) }),
    ...(schema.items === undefined ? {} : { items: inner(schema.items) ?? {} }),
    ...(schema.anyOf === undefined
      ? {}
      : { anyOf: schema.anyOf.flatMap((one: SchemaNode) => inner(one) ?? []) }),
    ...(stillRequired.length === 0 ? {} : { required: stillRequired }),
    ...(openSince !== undefined && !isLater(openSince, minor) ? { additionalProperties: true } : {}),
  };
  return narrowed;
}

function each(
  schemas: Readonly<Record<string, SchemaNode>>,
  inner: (schema: SchemaNode) => SchemaNode | undefined,
): Record<string, SchemaNode> {
  return Object.fromEntries(
    Object.entries(schemas).flatMap(([key, schema]) => {
      const narrowed = inner(schema);
      return narrowed === undefined ? [] : [[key, narrowed]];
    }),
  );
}

function isLater(since: unknown, minor: number): boolean {
  return typeof since === 'number' && since > minor;
}
