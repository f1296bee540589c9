import type { SourceText } from '../../report/diagnostic.ts';
import { isKeyPath, isPath, isUrl, type Reference } from '../model/environment.ts';
import { parseFlags, type DefinitionFlags } from '../source/command-line.ts';
import { emptyDefinition, mergeFlags } from '../source/merge-flags.ts';
import { parseDefinition, type ParsedDefinition } from '../source/parse-definition.ts';
import type { DefinitionPath } from '../source/definition-path.ts';
import { isMapping } from '../source/is-mapping.ts';
import type { Locator } from '../source/locator.ts';
import { composeReferences } from '../stacks/written-stack.ts';
import { commandLineFile } from '../source/command-line.ts';

/**
 * Everything outside the definition that it names, so that the host can look at it before the definition is judged.
 * Nothing is reported here: what cannot be read is skipped.
 */
export function collectReferences(source: SourceText | undefined, flags: DefinitionFlags): Reference[] {
  const file = source === undefined ? emptyDefinition : parseDefinition(source).value;
  if (file === undefined) return [];
  const { tree, locator } = mergeFlags(file, parseFlags(flags));
  const references = [
    ...boardReferences(tree, locator),
    ...keyReferences(tree, locator),
    ...fileReferences(tree),
    ...serviceReferences(tree),
  ];
  return [
    ...new Map(references.map((reference) => [Object.values(reference).join('\n'), reference])).values(),
  ];
}

/** True when the text at a path was typed as a flag, which decides where relative paths start. */
export function originOf(path: DefinitionPath, locator: ParsedDefinition['locator']): Reference['from'] {
  return locator.value(path)?.file === commandLineFile ? 'command-line' : 'definition';
}

/** Keys of the cluster and of a node that name what they run on. `base_image` is a path however it is written. */
export const boardKeys = [
  { key: 'profile', purpose: 'profile' },
  { key: 'base', purpose: 'base' },
  { key: 'base_image', purpose: 'base' },
] as const;

function boardReferences(tree: unknown, locator: Locator): Reference[] {
  const nodes = listAt(tree, 'nodes').map((node, index) => ({
    node,
    path: ['nodes', index] as DefinitionPath,
  }));
  return [{ node: tree, path: [] as DefinitionPath }, ...nodes].flatMap(({ node, path }) =>
    boardKeys.flatMap(({ key, purpose }) => {
      const written = at(node, key);
      if (typeof written !== 'string' || isUrl(written)) return [];
      if (!isPath(written) && key !== 'base_image') return [];
      return [{ purpose, written, from: originOf([...path, key], locator) }];
    }),
  );
}

function keyReferences(tree: unknown, locator: Locator): Reference[] {
  const ssh = listAt(at(tree, 'ssh'), 'authorized_keys').map((key, index) => ({
    key,
    from: originOf(['ssh', 'authorized_keys', index], locator),
  }));
  const users = listAt(tree, 'users').flatMap((user) =>
    listAt(user, 'authorized_keys').map((key) => ({ key, from: 'definition' as const })),
  );
  return [...ssh, ...users].flatMap(({ key, from }) =>
    typeof key === 'string' && isKeyPath(key) ? [{ purpose: 'key' as const, written: key, from }] : [],
  );
}

/** One for each source, with all places that it is put at: some are judged by their contents. */
function fileReferences(tree: unknown): Reference[] {
  const targets = new Map<string, string[]>();
  for (const file of listAt(tree, 'files')) {
    const [written, target] = [at(file, 'source'), at(file, 'path')];
    if (typeof written !== 'string') continue;
    const known = targets.get(written) ?? [];
    targets.set(written, known);
    if (typeof target === 'string') known.push(target);
  }
  return [...targets].map(([written, places]) => {
    return { purpose: 'extra-file', written, from: 'definition', targets: places };
  });
}

/** Container images, compose files, and the token of a swarm that the nodes join. */
function serviceReferences(tree: unknown): Reference[] {
  const images = listAt(tree, 'images').filter((file) => typeof file === 'string');
  const token = at(at(at(tree, 'swarm'), 'join_existing'), 'token_file');
  const from = 'definition' as const;
  return [
    ...images.map((written): Reference => ({ purpose: 'image', written, from })),
    ...composeReferences(at(tree, 'stacks')),
    ...(typeof token === 'string' ? [{ purpose: 'token' as const, written: token, from }] : []),
  ];
}

function at(tree: unknown, key: string): unknown {
  return isMapping(tree) ? tree[key] : undefined;
}

function listAt(tree: unknown, key: string): unknown[] {
  const value = at(tree, key);
  return Array.isArray(value) ? value : [];
}
