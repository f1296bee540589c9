import type { Position } from '../../report/diagnostic.ts';
import { showPath, type DefinitionPath } from './definition-path.ts';
import type { CommandLine, FlagValue } from './command-line.ts';
import type { ParsedDefinition } from './parse-definition.ts';
import { isMapping } from './is-mapping.ts';
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

/** A copy of the tree with one value set. What is no mapping but in the place of one is left for the schema to complain about. */
function withValue(tree: unknown, path: DefinitionPath, value: unknown): unknown {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  if (typeof part === 'number') {
    const list: readonly unknown[] = Array.isArray(tree) ? tree : [];
    return list.toSpliced(part, 1, withValue(list[part], rest, value));
  }
  if (isMapping(tree)) return { ...tree, [part]: withValue(tree[part], rest, value) };
  return tree === undefined || tree === null ? { [part]: withValue(undefined, rest, value) } : tree;
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
