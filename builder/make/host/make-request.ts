import type { FittingBase } from '../../base/host/facts/fitting-base.ts';
import type { BuildRecord } from '../../cluster/identity/host/record-build.ts';
import type { Run } from '../../system/host/run.ts';
import type { BuildTarget } from '../plan-build.ts';
import type { BoxPublishing } from '../vagrant/host/write-vagrant-files.ts';

/** A cluster to be made, with all that its images depend on. Directories are absolute. */
export interface ClusterRequest extends BuildTarget, Run {
  readonly stateDirectory: string;
  /** Names of nodes whose keys are worth nothing from now on. */
  readonly revocations?: readonly string[];
  /** Record of this build for the identity store. */
  readonly record: BuildRecord;
  /** Holds the definition against each base, before long work. */
  readonly fittingBase: FittingBase;
  /** Private keys that people log in with. */
  readonly identityFiles: readonly string[];
  /** Hint for users whose nodes cannot share one image. */
  readonly sharingRemedy: string;
  /** True adds Vagrant's default user to boxes. */
  readonly hasVagrantUser: boolean;
  readonly signal: AbortSignal;
}

/** A cluster whose files go into a folder. */
export interface MakeRequest extends ClusterRequest {
  readonly boxes: BoxPublishing;
  /** True makes each `.qcow2` a thin overlay of the base in the cache. */
  readonly backing: boolean;
  /** Nodes that are worked on at once, and compressors that run at once; each takes about 50 MB. */
  readonly jobs: number;
  readonly outputDirectory: string;
}
