import type { ClusterNode } from '../../cluster/model/cluster.ts';
import type { Progress, Task } from '../../system/host/progress.ts';
import type { NodeBase } from '../../base/host/obtain/obtain-bases.ts';

/** How far a build is: in bytes of whole images, since four nodes alone would be a bar of four steps. */
export interface BuildProgress {
  /** Says that an item is so far, in bytes of its uncompressed image. */
  update(name: string, doneBytes: number): void;
  /** Says that an item is done. */
  finish(name: string): void;
  /** What is being worked on. */
  line(text: string): void;
  done(): void;
  fail(): void;
}

/** An item to be built: its name, and the size of its image; 0 for a seed, which takes no time. */
export interface ExpectedItem {
  readonly name: string;
  readonly sizeBytes: number;
}

/** The items of a build: a node each, or the image for all of them and a seed for each. */
export function expectedItems(
  cluster: { readonly name: string; readonly isSeeded: boolean },
  nodes: readonly ClusterNode[],
  bases: ReadonlyMap<ClusterNode, NodeBase>,
): ExpectedItem[] {
  const sizeOf = (node: ClusterNode | undefined): number =>
    (node === undefined ? undefined : bases.get(node)?.record.sizeBytes) ?? 0;
  if (!cluster.isSeeded) return nodes.map((node) => ({ name: node.name, sizeBytes: sizeOf(node) }));
  return [
    { name: cluster.name, sizeBytes: sizeOf(nodes[0]) },
    ...nodes.map(({ name }) => ({ name: `seed of ${name}`, sizeBytes: 0 })),
  ];
}

/** Begins the task that shows how far a build is. */
export function followBuild(
  progress: Progress,
  title: string,
  items: readonly ExpectedItem[],
): BuildProgress {
  const sizes = new Map(items.map(({ name, sizeBytes }) => [name, sizeBytes]));
  const total = items.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const task: Task = progress.task(title, { total, unit: 'bytes' });
  const done = new Map<string, number>();
  const update = (name: string, doneBytes: number): void => {
    done.set(name, Math.min(doneBytes, sizes.get(name) ?? 0));
    task.update([...done.values()].reduce((sum, bytes) => sum + bytes, 0));
  };
  return {
    update,
    finish: (name) => update(name, Infinity),
    line: (text) => task.line(text),
    done: () => task.done(),
    fail: () => task.fail(),
  };
}
