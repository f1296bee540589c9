import { stringify } from 'yaml';
import { isKeyPath, isPath, type LookUpPath } from '../model/environment.ts';
import { boardKeys, originOf } from '../resolve/references.ts';
import { keyLines } from '../resolve/resolve-users.ts';
import type { DefinitionPath } from '../source/definition-path.ts';
import { isMapping } from '../source/is-mapping.ts';
import type { Locator } from '../source/locator.ts';
import type { ParsedDefinition } from '../source/parse-definition.ts';

/**
 * A definition as YAML that means the same without its flags: the flags are in it, keys stand in the place of the files
 * that held them, and paths that were typed are absolute. Paths of the file stay relative to its folder.
 */
export function writeAgain({ tree, locator }: ParsedDefinition, lookUp: LookUpPath): string {
  if (!isMapping(tree)) return stringify(tree);
  const board = Object.fromEntries(
    boardKeys.flatMap(({ key, purpose }) => {
      const written = tree[key];
      if (typeof written !== 'string' || originOf([key], locator) !== 'command-line') return [];
      if (!isPath(written) && key !== 'base_image') return [];
      const path = lookUp({ purpose, written, from: 'command-line' })?.absolutePath;
      return path === undefined ? [] : [[key, path]];
    }),
  );
  const { ssh, users } = tree;
  return stringify({
    ...tree,
    ...board,
    ...(isMapping(ssh) && { ssh: withKeys(ssh, ['ssh'], locator, lookUp) }),
    ...(Array.isArray(users) && {
      users: users.map((user: unknown, index) => withKeys(user, ['users', index], locator, lookUp)),
    }),
  });
}

function withKeys(holder: unknown, path: DefinitionPath, locator: Locator, lookUp: LookUpPath): unknown {
  if (!isMapping(holder) || !Array.isArray(holder['authorized_keys'])) return holder;
  const keys = holder['authorized_keys'].flatMap((key: unknown, index) => {
    if (typeof key !== 'string' || !isKeyPath(key)) return [key];
    const from = originOf([...path, 'authorized_keys', index], locator);
    return keyLines(lookUp({ purpose: 'key', written: key, from })?.text ?? '');
  });
  return { ...holder, authorized_keys: keys };
}
