import { didYouMean } from '../../report/did-you-mean.ts';
import { error } from '../../report/finding.ts';
import { listed, shown } from '../../report/shown.ts';
import { showPath, type DefinitionPath } from '../source/definition-path.ts';
import type { Locator } from '../source/locator.ts';
import type { ExplainedError, SchemaNode } from './schema-node.ts';

/** Words that people use for our keys, and that no edit distance leads to. */
const otherWords: ReadonlyMap<string, string> = new Map([
  ['ip', 'address'],
  ['host', 'name'],
  ['hostname', 'name'],
  ['virtual_ip', 'vip'],
  ['tz', 'timezone'],
  ['router', 'gateway'],
  ['nameservers', 'dns'],
  ['psk', 'password'],
  ['passphrase', 'password'],
  ['key', 'authorized_keys'],
  ['keys', 'authorized_keys'],
  ['ssh_keys', 'authorized_keys'],
  ['image', 'base'],
  ['board', 'profile'],
  ['target', 'path'],
  ['destination', 'path'],
  ['tags', 'labels'],
]);

/** Keys that there are not for a reason, by the list or mapping that they are in. */
const refused: Readonly<Record<string, { readonly keys: RegExp; readonly hint: string }>> = {
  users: {
    keys: /passw|^pass$/i,
    hint: 'nobody logs in to a node with a password: give the public key, as authorized_keys',
  },
};

/** Explains a key that the schema does not have: a misspelling, another word for it, or the right key at the wrong place. */
export function explainUnknownKey(
  parent: DefinitionPath,
  key: string,
  locator: Locator,
  root: SchemaNode,
): ExplainedError {
  const path = [...parent, key];
  const siblings = keysAt(root, parent);
  const word = otherWords.get(key.toLowerCase().replaceAll('-', '_'));
  const meant = word !== undefined && siblings.includes(word) ? word : didYouMean(key, siblings);
  const elsewhere = findElsewhere(root, meant === undefined ? (word ?? key) : key);
  const near = elsewhere.length === 0 && meant !== undefined ? [...parent, meant] : undefined;
  const where = parent.length === 0 ? '' : ` under ${showPath(parent)}`;
  const hint =
    near !== undefined
      ? `did you mean ${String(near.at(-1))}?`
      : elsewhere.length > 0
        ? `${word !== undefined && meant === undefined ? `it is called ${word} and` : 'it'} belongs ${listed(elsewhere.map(place), 'or')}`
        : `known here: ${listed(siblings)}`;
  const reason = refused[String(parent[0])];
  const told = reason?.keys.test(key) === true ? reason.hint : hint;
  const diagnostic = error('unknown-key', locator.key(path), `unknown key ${shown(key)}${where}`, told);
  const concerns = near !== undefined ? [near] : elsewhere.map((inside) => [...inside, key]);
  return { diagnostic, concerns: [path, ...concerns] };
}

function place(parent: readonly string[]): string {
  return parent.length === 0 ? 'at the top level' : `under ${parent.join('.')}`;
}

/** The keys that a schema knows at a path. */
export function keysAt(root: SchemaNode, parent: DefinitionPath): string[] {
  let schema: SchemaNode | undefined = root;
  for (const part of parent) schema = schema === undefined ? undefined : childOf(schema, part);
  const keys = [schema, ...alternatives(schema)].flatMap((one) => Object.keys(one?.properties ?? {}));
  return [...new Set(keys)];
}

function childOf(schema: SchemaNode, part: string | number): SchemaNode | undefined {
  const others = (schema.anyOf ?? []).map((one) => childOf(one, part));
  const own =
    typeof part === 'number' ? schema.items : (schema.properties?.[part] ?? otherChildOf(schema, part));
  return own ?? others.find((child) => child !== undefined);
}

/** Of keys that the user makes up. */
function otherChildOf(schema: SchemaNode, part: string): SchemaNode | undefined {
  const patterns = Object.entries(schema.patternProperties ?? {});
  const matching = patterns.find(([pattern]) => new RegExp(pattern).test(part))?.[1];
  const { additionalProperties } = schema;
  return matching ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
}

/** A value that may be written in several ways has several schemas. */
function alternatives(schema: SchemaNode | undefined): readonly SchemaNode[] {
  return schema === undefined ? [] : (schema.anyOf ?? [schema]);
}

function mappingOf(schema: SchemaNode | undefined): SchemaNode | undefined {
  return alternatives(schema).find(({ properties }) => properties !== undefined);
}

/** Every place that has exactly this key, as the keys that lead to it; lists count as their items. */
function findElsewhere(root: SchemaNode, key: string): readonly (readonly string[])[] {
  const places = placesOfKeys.get(root) ?? collectPlaces(root);
  placesOfKeys.set(root, places);
  return places.get(key) ?? [];
}

type PlacesOfKeys = ReadonlyMap<string, readonly (readonly string[])[]>;

/** A wrong file may have thousands of unknown keys, and a schema is walked once. */
const placesOfKeys = new WeakMap<SchemaNode, PlacesOfKeys>();

function collectPlaces(root: SchemaNode): PlacesOfKeys {
  const places = new Map<string, (readonly string[])[]>();
  const walk = (schema: SchemaNode, parent: readonly string[]): void => {
    const properties = Object.entries(mappingOf(schema)?.properties ?? {});
    for (const [key] of properties) places.set(key, [...(places.get(key) ?? []), parent]);
    for (const [key, property] of properties) walk(property.items ?? property, [...parent, key]);
  };
  walk(root, []);
  return places;
}
