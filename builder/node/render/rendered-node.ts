import type { ClusterNode } from '../../cluster/model/cluster.ts';
import type { Entry } from '../../image/entry.ts';
import type { Overlay } from '../overlay/overlay.ts';

/** An entry with what people want to know about it. */
export interface RenderedEntry {
  readonly entry: Entry;
  /** `overlay common`, `cloud-init` or `cluster.yaml files`. */
  readonly origin: string;
  /** Its content is never shown. */
  readonly secret: boolean;
  /** The very same object on every node that has it. */
  readonly shared: boolean;
  /** SHA-256 of a file's content; null for what is not a file. */
  readonly sha256: string | null;
}

/** Everything that a node's image holds beyond its base, sorted by partition and path. */
export interface RenderedNode {
  readonly node: ClusterNode;
  readonly overlays: readonly Overlay[];
  readonly entries: readonly RenderedEntry[];
  /** By which cloud-init knows whether it has seen this node and content before. */
  readonly instanceId: string;
  /** Over all entries: paths, modes, owners, contents, targets. */
  readonly sha256: string;
}
