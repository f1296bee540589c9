import type { SchemaNode } from '../../../builder/cluster/schema/schema-node.ts';

/** Keywords that do not decide what is valid here: words for people, and formats, which docker's own checks do not look at in every version. */
const withoutMeaning = new Set(['$schema', 'id', 'title', 'description', 'default', 'examples', 'format']);

/** A schema in a form that is equal for schemas that accept the same: no references, alternatives of one type each, sorted. */
export function normalSchema(root: SchemaNode): unknown {
  const normal = (schema: SchemaNode): unknown => {
    const { $ref, definitions: _, oneOf, anyOf, type, ...others } = schema;
    if (typeof $ref === 'string') return normal(definitionOf(root, $ref));
    const alternatives = (oneOf ?? anyOf) as readonly SchemaNode[] | undefined;
    const kept = Object.fromEntries(
      Object.entries(others)
        .filter(([keyword]) => !withoutMeaning.has(keyword))
        .map(([keyword, value]) => [keyword, normalKeyword(keyword, value)]),
    );
    if (alternatives !== undefined) {
      const each = sorted(alternatives.flatMap(flat));
      // An alternative to nothing is the schema itself.
      return each.length === 1 ? { ...kept, ...(each[0] as object) } : { ...kept, anyOf: each };
    }
    if (!Array.isArray(type)) return { ...kept, ...(type === undefined ? {} : { type }) };
    return {
      anyOf: sorted(type.map((one: string) => (one === 'object' ? { ...kept, type: one } : { type: one }))),
    };
  };
  const flat = (schema: SchemaNode): unknown[] => {
    const one = normal(schema) as { readonly anyOf?: readonly unknown[] };
    return [...(one.anyOf ?? [one])];
  };
  const normalKeyword = (keyword: string, value: unknown): unknown => {
    if (keyword === 'items') return normal(value as SchemaNode);
    if (keyword !== 'properties' && keyword !== 'patternProperties') return value;
    const entries = Object.entries(value as Readonly<Record<string, SchemaNode>>);
    return Object.fromEntries(entries.map(([key, one]) => [key, normal(one)]));
  };
  return normal(root);
}

function definitionOf(root: SchemaNode, reference: string): SchemaNode {
  const path = reference.replace(/^#\//, '').split('/');
  return path.reduce<SchemaNode>((schema, part) => schema[part] as SchemaNode, root);
}

function sorted(schemas: readonly unknown[]): unknown[] {
  return schemas
    .map(canonical)
    .toSorted()
    .map((json): unknown => JSON.parse(json));
}

/** JSON with its keys in order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}
