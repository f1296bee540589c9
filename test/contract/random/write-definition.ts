import type { SchemaNode } from '../../../builder/cluster/schema/schema-node.ts';
import type { DefinitionPath } from '../../../builder/cluster/source/definition-path.ts';
import { lanOf, type Lan } from './lan.ts';
import { randomnessOf, type Randomness } from '../../support/randomness.ts';
import { textsOfFormats, type Texts } from './texts.ts';

interface Writer {
  readonly random: Randomness;
  readonly lan: Lan;
  /** `$defs` of the schema. */
  readonly definitions: Readonly<Record<string, SchemaNode>>;
  /** How often a value is an odd one. */
  readonly oddness: number;
  /** Texts of keys that have no format, by their path with `*` for each place in a list. */
  readonly textsOfKeys: Readonly<Record<string, Texts>>;
}

/**
 * A definition that the schema allows, or all but: as a tree to be written as YAML. The same seed writes the same tree.
 *
 * @param textsOfKeys - texts of keys without a format
 * @throws Error for a text of which neither format nor path is known
 */
export function writeDefinition(
  schema: SchemaNode,
  seed: number,
  textsOfKeys: Readonly<Record<string, Texts>>,
): unknown {
  const random = randomnessOf(seed);
  // Most definitions are sane but for one or two places: a wholly odd one is refused for its first oddity.
  const oddness = random.pick([0, 0.01, 0.03, 0.1, 0.4]);
  const definitions = (schema['$defs'] ?? {}) as Readonly<Record<string, SchemaNode>>;
  return write(schema, [], { random, definitions, lan: lanOf(random), oddness, textsOfKeys });
}

function write(node: SchemaNode, path: DefinitionPath, writer: Writer): unknown {
  const { random, definitions } = writer;
  const named = typeof node['$ref'] === 'string' ? node['$ref'].replace('#/$defs/', '') : undefined;
  if (named !== undefined) return write(definitions[named] ?? {}, path, writer);
  if (node.anyOf !== undefined) return write(inherit(node, random.pick(node.anyOf)), path, writer);
  if (node.const !== undefined) return node.const;
  if (node.enum !== undefined) return random.pick(node.enum);
  switch (node.type) {
    case 'boolean':
      return random.chance(0.5);
    case 'integer':
      return writeInteger(node, random);
    case 'string':
      return writeText(node, path, writer);
    case 'array':
      return writeList(node, path, writer);
    case 'object':
      return writeMapping(node, path, writer);
    default:
      throw new Error(`${path.join('.')} has a type that is not known here: ${String(node.type)}`);
  }
}

function inherit({ examples }: SchemaNode, choice: SchemaNode): SchemaNode {
  return choice.examples === undefined && examples !== undefined ? { ...choice, examples } : choice;
}

function writeInteger({ minimum = 0, maximum = 100, examples = [] }: SchemaNode, random: Randomness): number {
  const shown = examples.filter((one) => typeof one === 'number');
  const near = Math.min(maximum, minimum + 8);
  const sane = [...shown, random.between(minimum, near)];
  return random.chance(0.1) ? random.pick([minimum, maximum]) : random.pick(sane);
}

function writeText(
  node: SchemaNode,
  path: DefinitionPath,
  { random, lan, oddness, textsOfKeys }: Writer,
): string {
  if (typeof node['pattern'] === 'string' && node['pattern'].includes('{64}')) return '0a'.repeat(32);
  const key = path.map((part) => (typeof part === 'number' ? '*' : part)).join('.');
  const texts = textsOfKeys[key] ?? textsOfFormats[node.format ?? ''];
  if (texts === undefined)
    throw new Error(`no texts for ${key}, format ${node.format ?? 'none'}: see texts.ts`);
  if (random.chance(oddness) && texts.odd.length > 0) return random.pick(texts.odd);
  return typeof texts.usual === 'function' ? texts.usual(random, lan) : random.pick(texts.usual);
}

function writeList(node: SchemaNode, path: DefinitionPath, writer: Writer): unknown[] {
  const least = typeof node['minItems'] === 'number' ? node['minItems'] : 0;
  const length = writer.random.between(least, Math.max(least, writer.random.pick([1, 1, 2, 3, 5])));
  const items = Array.from({ length }, (_, index) => write(node.items ?? {}, [...path, index], writer));
  if (node['uniqueItems'] !== true) return items;
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}

function writeMapping(node: SchemaNode, path: DefinitionPath, writer: Writer): Record<string, unknown> {
  const { random } = writer;
  const { properties, required = [], additionalProperties, examples = [] } = node;
  // Of settings that have no schema of ours, those that people are shown.
  if (properties === undefined && additionalProperties === undefined)
    return random.pick([{}, ...(examples as Record<string, unknown>[])]);
  const likely = path.length === 0 ? 0.3 : 0.4;
  const entries = Object.entries(properties ?? {}).flatMap(([key, child]): [string, unknown][] =>
    required.includes(key) || random.chance(likely) ? [[key, write(child, [...path, key], writer)]] : [],
  );
  if (typeof additionalProperties === 'object') {
    const names = (node['propertyNames'] ?? { type: 'string', format: 'line' }) as SchemaNode;
    for (let count = random.between(0, 2); count > 0; count--) {
      const name = writeText(names, [...path, '<name>'], writer);
      entries.push([name, write(additionalProperties, [...path, '<value>'], writer)]);
    }
  }
  return Object.fromEntries(entries);
}
