import type { Cluster, ClusterNode } from '../cluster/model/cluster.ts';
import { planBases, type PlannedBase } from '../base/planned-base.ts';
import type { BuildFormat, WrittenFormat } from '../image/image-format.ts';
import type { Delivery } from '../node/delivery.ts';
import { UsageError } from '../report/errors.ts';

/** Choice of nodes and formats to build. */
export interface BuildTarget {
  readonly cluster: Cluster;
  /** Names of the nodes to build. */
  readonly selected: readonly string[];
  /** Formats to write for each node, or once for all of them. */
  readonly formats: readonly BuildFormat[];
  readonly delivery: Delivery;
}

/** An image of a node, or the one for all nodes. */
export interface PlannedImage {
  readonly kind: 'node' | 'shared';
  /** Of the node, or of the cluster. */
  readonly name: string;
  /** Whose image it is; for a shared one the first node that is built. */
  readonly node: ClusterNode;
  readonly base: PlannedBase;
  readonly formats: readonly WrittenFormat[];
}

/** A node's own files, which the image for all nodes has not. */
export interface PlannedSeed {
  readonly kind: 'seed';
  readonly name: string;
  readonly node: ClusterNode;
  readonly base: PlannedBase;
  readonly formats: readonly ['seed-iso'];
}

/** Something with files of its own, made from one set of inputs. */
export type PlannedItem = PlannedImage | PlannedSeed;

/** All that a build makes, in the order of the definition. An image for all nodes comes first. */
export interface BuildPlan {
  readonly bases: readonly PlannedBase[];
  readonly items: readonly PlannedItem[];
}

/**
 * Which images and seeds a build makes, and on which bases.
 *
 * @param remedy - what to do when one image cannot be for all nodes
 * @throws UsageError when it cannot: their bases differ
 */
export function planBuild({ cluster, selected, formats, delivery }: BuildTarget, remedy: string): BuildPlan {
  const nodes = cluster.nodes.filter(({ name }) => selected.includes(name));
  const baseOf = planBases(cluster, nodes);
  const bases = [...new Set(baseOf.values())];
  const images = formats.filter((format): format is WrittenFormat => format !== 'seed-iso');
  const each = [...baseOf].map(([node, base]) => ({ name: node.name, node, base }));
  if (!delivery.isSeeded)
    return { bases, items: each.map((one) => ({ kind: 'node', formats: images, ...one })) };
  const seeds = each.map((one): PlannedSeed => ({ kind: 'seed', formats: ['seed-iso'], ...one }));
  const [first] = each;
  if (first === undefined || images.length === 0) return { bases, items: seeds };
  const other = each.find(({ base }) => base !== first.base);
  if (other !== undefined) {
    throw new UsageError(
      `these nodes use different bases, so they cannot share one image: ${first.name} and ${other.name}`,
      remedy,
    );
  }
  return { bases, items: [{ ...first, kind: 'shared', name: cluster.name, formats: images }, ...seeds] };
}
