import type { Diagnostic } from '../../report/diagnostic.ts';
import { error } from '../../report/finding.ts';
import { listed, shown } from '../../report/shown.ts';
import type { DefinitionPath } from '../source/definition-path.ts';
import type { Locator } from '../source/locator.ts';
import { exampleOf, flow } from './schema-example.ts';
import type { SchemaNode } from './schema-node.ts';

/** Explains a value of the wrong type: what was found, what is expected, and what YAML made of it. */
export function explainWrongType(
  found: unknown,
  path: DefinitionPath,
  schema: SchemaNode,
  locator: Locator,
): Diagnostic {
  const name = locator.name(path);
  const at = locator.value(path);
  const expected = expectedWords(schema);
  if (path.length === 0) {
    return error(
      'wrong-type',
      at,
      `the file must hold a mapping of keys to values, but holds ${foundWords(found)}`,
      'begin with a line like count: 4',
    );
  }
  if (found === null) {
    return error(
      'value-missing',
      locator.key(path),
      `${name} has no value`,
      `write ${exampleOf(path, schema)}, or remove the line`,
    );
  }
  const written = schema.writeOnly === true ? 'it is' : `${shown(locator.text(path) ?? found)} is`;
  const hint =
    yamlHint(found, path, schema, locator.text(path)) ?? `write it like ${example(path, schema, name)}`;
  return error('wrong-type', at, `${name} must be ${expected}, but ${written} ${foundWords(found)}`, hint);
}

function example(path: DefinitionPath, schema: SchemaNode, name: string): string {
  const line = exampleOf(path, schema);
  return name.startsWith('--') ? line.replace(/^\w+:/, name) : line;
}

/** `an IPv4 address or false`. */
function expectedWords(schema: SchemaNode): string {
  if (schema.anyOf !== undefined) return listed(schema.anyOf.map(expectedWords), 'or');
  if ('const' in schema) return shown(schema.const);
  const byFormat: Record<string, string> = {
    ipv4: 'an IPv4 address',
    ip: 'an address',
    'ipv4-cidr': 'an IPv4 subnet',
  };
  const byType: Record<string, string> = {
    string: 'text',
    integer: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
    array: 'a list',
    object: 'a mapping',
    null: 'empty',
  };
  return byFormat[schema.format ?? ''] ?? byType[schema.type ?? ''] ?? 'something else';
}

function foundWords(found: unknown): string {
  if (Array.isArray(found)) return 'a list';
  if (typeof found === 'object') return 'a mapping';
  if (typeof found === 'boolean') return 'a boolean';
  if (typeof found === 'number') return Number.isInteger(found) ? 'a number' : 'a fraction';
  return 'text';
}

/** Common mistakes in YAML: missing or surplus quotes, words for true and false, lists of one. */
function yamlHint(
  found: unknown,
  path: DefinitionPath,
  schema: SchemaNode,
  text: string | undefined,
): string | undefined {
  if (typeof found !== 'string' && typeof found !== 'number' && typeof found !== 'boolean') return undefined;
  const key = path.at(-1);
  const line = (value: string) => (typeof key === 'string' ? `${key}: ${value}` : value);
  const { type } = schema;
  const takesText = type === 'string' || (schema.anyOf ?? []).some((one) => one.type === 'string');
  if (takesText && typeof found !== 'string' && !neverNumbers.has(schema.format ?? '')) {
    if (schema.writeOnly === true) return 'put it in quotes';
    const plain = text ?? String(found);
    const read = String(found) === plain ? '' : `; without them YAML reads ${String(found)}`;
    return `put it in quotes: ${line(`"${plain}"`)}${read}`;
  }
  const asBoolean = booleanWord(found);
  if (asBoolean !== undefined && (type === 'boolean' || (allowsFalse(schema) && !asBoolean))) {
    return `YAML 1.2 takes ${shown(found)} as text: write ${line(String(asBoolean))}`;
  }
  if ((type === 'integer' || type === 'number') && typeof found === 'string' && /^-?\d+$/.test(found))
    return `take the quotes off: ${line(found)}`;
  if (type === 'object' && typeof key === 'number' && schema.properties?.['name'] !== undefined) {
    return `write it like { name: ${text ?? found} }`;
  }
  if (type === 'array') return `write a list: ${line(`[${flow(found)}]`)}`;
  return undefined;
}

/** Formats no number or boolean becomes right in by quoting it. */
const neverNumbers: ReadonlySet<string> = new Set([
  'ipv4',
  'ip',
  'mac',
  'ipv4-cidr',
  'node-path',
  'device-path',
  'locale',
  'country-code',
]);

const booleanWords: ReadonlyMap<string, boolean> = new Map([
  ...['yes', 'on', 'y', 'true'].map((word) => [word, true] as const),
  ...['no', 'off', 'n', 'false', 'none'].map((word) => [word, false] as const),
]);

/** Boolean that people mean by a text such as `no` or `On`, as in YAML 1.1. */
export function booleanWord(found: unknown): boolean | undefined {
  return typeof found === 'string' ? booleanWords.get(found.toLowerCase()) : undefined;
}

function allowsFalse(schema: SchemaNode): boolean {
  return schema.anyOf?.some((one) => one.const === false) ?? false;
}
