import type { Position } from '../../report/diagnostic.ts';
import { baseImagePath, basePath } from '../resolve/board-lookup.ts';
import type { RuleContext } from '../rules/rule.ts';
import type { BaseFacts } from './base-facts.ts';

/** Place where the base of some nodes is written; undefined where it is the board's own. */
export function baseLocation(
  { cluster, writtenNodes, written, locator }: RuleContext,
  facts: BaseFacts,
): Position | undefined {
  const index = cluster.nodes.findIndex(({ name }) => facts.nodes.includes(name));
  const node = writtenNodes[index] ?? {};
  const path = baseImagePath(node, index, written) ?? basePath(node, index, written);
  return path === undefined ? undefined : locator.value(path);
}
