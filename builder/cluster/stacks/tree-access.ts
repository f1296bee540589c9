import { isMapping } from '../source/is-mapping.ts';

/** The value of a key; undefined when there is none, or when the tree is no mapping. */
export function at(tree: unknown, key: string): unknown {
  return isMapping(tree) && Object.hasOwn(tree, key) ? tree[key] : undefined;
}

/** The text of a key; undefined when it is something else. */
export function textAt(tree: unknown, key: string): string | undefined {
  const value = at(tree, key);
  return typeof value === 'string' ? value : undefined;
}

/** The list of a key; empty when it is something else. */
export function listAt(tree: unknown, key: string): readonly unknown[] {
  const value = at(tree, key);
  return Array.isArray(value) ? value : [];
}

/** The entries of the mapping of a key; none when it is something else. */
export function entriesAt(tree: unknown, key: string): [string, unknown][] {
  const value = at(tree, key);
  return isMapping(value) ? Object.entries(value) : [];
}
