import type { ByteRange } from '../../image/ranges.ts';
import type { FileDifference } from './difference.ts';
import type { TreeNode } from './file-tree.ts';

/**
 * Compares two trees file by file: kind, mode, owner, time, extended attributes, target and content.
 *
 * @param differing Ranges in which the images differ, sorted. A file that lies in the same place in both, outside of
 *   these, is the same and is not read.
 */
export async function compareTrees(
  first: TreeNode,
  second: TreeNode,
  differing: readonly ByteRange[],
): Promise<FileDifference[]> {
  const differences: FileDifference[] = [];
  const visit = async (path: string, one: TreeNode, other: TreeNode): Promise<void> => {
    const details = await compareNodes(one, other, differing);
    if (details.length > 0) differences.push({ path: path === '' ? '/' : path, change: 'changed', details });
    if (one.kind !== 'directory' || other.kind !== 'directory') return;
    const [left, right] = [await one.children(), await other.children()];
    for (const name of [...new Set([...left.keys(), ...right.keys()])].toSorted()) {
      const [here, there] = [left.get(name), right.get(name)];
      const below = `${path}/${name}`;
      if (here !== undefined && there !== undefined) await visit(below, here, there);
      else if (here !== undefined) await list(below, here, 'removed');
      else if (there !== undefined) await list(below, there, 'added');
    }
  };
  const list = async (path: string, node: TreeNode, change: 'added' | 'removed'): Promise<void> => {
    differences.push({ path, change, details: [] });
    if (node.kind !== 'directory') return;
    for (const [name, child] of await node.children()) await list(`${path}/${name}`, child, change);
  };
  await visit('', first, second);
  return differences;
}

async function compareNodes(
  one: TreeNode,
  other: TreeNode,
  differing: readonly ByteRange[],
): Promise<string[]> {
  if (one.kind !== other.kind) return [`${one.kind} -> ${other.kind}`];
  const details: string[] = [];
  for (const [what, value] of Object.entries(one.attributes)) {
    const found = other.attributes[what];
    if (found === value) continue;
    details.push(what === 'attributes' ? 'extended attributes' : `${what} ${value} -> ${found ?? '(none)'}`);
  }
  if (one.kind !== 'file' && one.kind !== 'symlink') return details;
  if (one.sizeBytes !== other.sizeBytes) details.push(`size ${one.sizeBytes} -> ${other.sizeBytes}`);
  else if (!(await hasSameContent(one, other, differing)))
    details.push(one.kind === 'file' ? 'content' : 'target');
  return details;
}

async function hasSameContent(
  one: TreeNode,
  other: TreeNode,
  differing: readonly ByteRange[],
): Promise<boolean> {
  const [left, right] = [await one.ranges(), await other.ranges()];
  const samePlaces =
    left.length > 0 &&
    left.length === right.length &&
    left.every((range, index) => {
      const counterpart = right[index];
      return counterpart?.offsetBytes === range.offsetBytes && counterpart.lengthBytes === range.lengthBytes;
    });
  if (samePlaces && !left.some((range) => touches(differing, range))) return true;
  const [these, those] = [one.content(), other.content()];
  for (;;) {
    const [a, b] = await Promise.all([these.next(), those.next()]);
    if (a.done === true || b.done === true) return a.done === b.done;
    if (!a.value.equals(b.value)) return false;
  }
}

function touches(ranges: readonly ByteRange[], { offsetBytes, lengthBytes }: ByteRange): boolean {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const range = ranges[middle]!;
    if (range.offsetBytes + range.lengthBytes <= offsetBytes) low = middle + 1;
    else high = middle;
  }
  const next = ranges[low];
  return next !== undefined && next.offsetBytes < offsetBytes + lengthBytes;
}
