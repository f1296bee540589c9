import type { FittingBase } from '../../base/host/facts/fitting-base.ts';
import type { BuildRecord } from '../../cluster/identity/host/record-build.ts';
import type { Run } from '../../system/host/run.ts';
import type { BuildTarget } from '../plan-build.ts';
import type { BoxPublishing } from '../vagrant/host/write-vagrant-files.ts';

/** A build with all its settings and directories. Directories are absolute. */
export interface MakeRequest extends BuildTarget, Run {
  readonly boxes: BoxPublishing & { readonly hasVagrantUser: boolean };
  /** True makes each `.qcow2` a thin overlay of the base in the cache. */
  readonly backing: boolean;
  /** Nodes that are worked on at once, and compressors that run at once; each takes about 50 MB. */
  readonly jobs: number;
  readonly outputDirectory: string;
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
  readonly signal: AbortSignal;
}
