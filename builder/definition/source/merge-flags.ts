import type { Position } from '../../report/diagnostic.ts';
import { showPath, type DefinitionPath } from './definition-path.ts';
import type { CommandLine, FlagValue } from './command-line.ts';
import type { ParsedDefinition } from './parse-definition.ts';
import type { Locator } from './locator.ts';

/** A definition with no file behind it: nothing is written anywhere. */
export const emptyDefinition: ParsedDefinition = {
  tree: {},
  locator: {
    value: () => undefined,
    key: () => undefined,
    text: () => undefined,
    name: showPath,
    has: () => false,
  },
};

/** Lays the flags over the file: where both speak, the flag wins, and findings point at the command line. */
export function mergeFlags(file: ParsedDefinition, commandLine: CommandLine): ParsedDefinition {
  let tree = file.tree;
  const listsBegun = new Set<string>();
  for (const { path, value } of commandLine.values) {
    const last = path.at(-1);
    if (typeof last === 'number') {
      const list = path.slice(0, -1);
      if (!listsBegun.has(showPath(list))) tree = withValue(tree, list, []);
      listsBegun.add(showPath(list));
    }
    tree = withValue(tree, path, value);
  }
  return { tree, locator: overlayLocator(file.locator, commandLine.values, listsBegun) };
}

/** A copy of the tree with one value set. A scalar in the way is left for the schema to complain about. */
function withValue(tree: unknown, path: DefinitionPath, value: unknown): unknown {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  if (Array.isArray(tree))
    return Object.assign([...(tree as unknown[])], { [part]: withValue(tree[Number(part)], rest, value) });
  if (tree !== undefined && tree !== null && typeof tree !== 'object') return tree;
  const mapping = (tree ?? {}) as Record<string, unknown>;
  return { ...mapping, [part]: withValue(mapping[part], rest, value) };
}

function overlayLocator(file: Locator, flags: readonly FlagValue[], lists: ReadonlySet<string>): Locator {
  const byPath = new Map(flags.map((flag) => [showPath(flag.path), flag]));
  const find = (path: DefinitionPath): FlagValue | undefined => {
    const shown = showPath(path);
    return byPath.get(shown) ?? (lists.has(shown) ? byPath.get(`${shown}[0]`) : undefined);
  };
  const placed = (path: DefinitionPath, otherwise: (path: DefinitionPath) => Position | undefined) => {
    const flag = find(path);
    return flag === undefined ? otherwise(path) : flag.at;
  };
  return {
    value: (path) => placed(path, file.value),
    key: (path) => placed(path, file.key),
    text: (path) => find(path)?.text ?? file.text(path),
    name: (path) => find(path)?.flag ?? file.name(path),
    has: (path) => find(path) !== undefined || file.has(path),
  };
}
