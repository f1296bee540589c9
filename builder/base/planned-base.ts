import { basename } from 'node:path';
import { isBuilt, isVendor, platformOf } from '../cluster/model/base-traits.ts';
import type { Cluster, ClusterBase, ClusterNode, UserImage } from '../cluster/model/cluster.ts';
import { coverLogins } from '../report/cover-logins.ts';
import type { BaseRequest, BaseTarget, VendorRequest } from './base-request.ts';
import { nameOfUrl } from './download/name-of-url.ts';

/** Origin of a base. */
export type BaseSource =
  | { readonly from: 'packages'; readonly request: BaseRequest }
  | { readonly from: 'publisher'; readonly request: VendorRequest }
  | { readonly from: 'user'; readonly image: UserImage };

/** A base that nodes are to be made from. */
export interface PlannedBase {
  /** Name of its definition, or of the user's image. */
  readonly name: string;
  readonly target: BaseTarget;
  readonly source: BaseSource;
  /** The definition that says how the image should look; null for an image about which nothing is known. */
  readonly definition: Extract<ClusterBase, { from: 'definition' }>['definition'] | null;
  /** Path or URL of the user's image, without passwords; null for bases that dlimage knows. */
  readonly givenName: string | null;
  /** Names of all nodes of the cluster on it, whichever are built. */
  readonly nodes: readonly string[];
}

/** The bases of some nodes of a cluster, each once. */
export function planBases(cluster: Cluster, nodes: readonly ClusterNode[]): Map<ClusterNode, PlannedBase> {
  const planned = new Map<string, PlannedBase>();
  for (const node of nodes) {
    const key = baseKeyOf(node);
    if (!planned.has(key)) planned.set(key, planBase(cluster, node));
  }
  return new Map(nodes.map((node) => [node, planned.get(baseKeyOf(node)) as PlannedBase]));
}

function planBase(cluster: Cluster, node: ClusterNode): PlannedBase {
  const { base, profile } = node;
  const { platform, architecture } = profile;
  const sharing = cluster.nodes.filter((other) => baseKeyOf(other) === baseKeyOf(node));
  return {
    name: nameOf(base),
    target: { platform, architecture },
    source: sourceOf(node, cluster.packages),
    definition: base.from === 'definition' ? base.definition : null,
    givenName: givenName(base),
    nodes: sharing.map(({ name }) => name),
  };
}

/** The same for nodes with the same base. */
function baseKeyOf({ base, profile }: ClusterNode): string {
  return base.from === 'definition'
    ? `${base.name} ${platformOf(profile)} ${JSON.stringify(base.image)}`
    : JSON.stringify(base);
}

function sourceOf({ base, profile }: ClusterNode, extraPackages: readonly string[]): BaseSource {
  if (base.from !== 'definition') return { from: 'user', image: base };
  const { name: definitionName, definition, image } = base;
  const { platform, architecture } = profile;
  if (image !== null) return { from: 'user', image };
  if (isVendor(definition))
    return { from: 'publisher', request: { definitionName, definition, platform, architecture } };
  if (!isBuilt(definition)) throw new Error(`base ${definitionName} is neither built nor downloaded`);
  return { from: 'packages', request: { definitionName, definition, platform, architecture, extraPackages } };
}

function nameOf(base: ClusterBase): string {
  if (base.from === 'definition') return base.name;
  return base.from === 'url' ? nameOfUrl(base.url) : basename(base.path);
}

function givenName(base: ClusterBase): string | null {
  const image = base.from === 'definition' ? base.image : base;
  if (image === null) return null;
  return image.from === 'url' ? coverLogins(image.url) : image.path;
}
