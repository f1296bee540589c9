import type { Cluster } from '../../cluster/model/cluster.ts';
import type { BuildFormat } from '../../image/image-format.ts';
import type { BuildRecord } from '../../cluster/identity/host/record-build.ts';
import type { Progress } from '../../system/host/progress.ts';
import type { BoxPublishing } from '../vagrant/host/write-vagrant-files.ts';
import type { FittingBase } from '../../base/host/facts/fitting-base.ts';

/** What is to be built, and where everything lies. Directories are absolute. */
export interface BuildRequest {
  readonly cluster: Cluster;
  /** Names of the nodes to build. */
  readonly selected: readonly string[];
  /** What to write for each node, or once for all of them. */
  readonly formats: readonly BuildFormat[];
  /** True for one image for all nodes, and a seed for each. */
  readonly isSeeded: boolean;
  readonly boxes: BoxPublishing & { readonly hasVagrantUser: boolean };
  /** True makes each `.qcow2` a thin overlay of the base in the cache. */
  readonly backing: boolean;
  /** False leaves out the digests of uncompressed images, except of those that are written uncompressed. */
  readonly imageChecksum: boolean;
  /** Nodes that are worked on at once, and compressors that run at once; each takes about 50 MB. */
  readonly jobs: number;
  readonly outputDirectory: string;
  readonly stateDirectory: string;
  /** Names of nodes whose keys are worth nothing from now on. */
  readonly revocations?: readonly string[];
  /** What the store keeps of this build. */
  readonly record: BuildRecord;
  /** Holds the definition against each base, before long work. */
  readonly fittingBase: FittingBase;
  /** Private keys that people log in with. */
  readonly identityFiles: readonly string[];
  readonly cacheDirectory: string;
  readonly mirror?: string;
  readonly isOffline?: boolean;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}
