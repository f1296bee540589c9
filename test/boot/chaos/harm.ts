import type { ClusterNode, ClusterOfMachines } from '../cluster/cluster-of-machines.ts';
import type { Random } from '../cluster/random.ts';

/** What a harm has at hand. */
export interface Scene {
  readonly cluster: ClusterOfMachines;
  /** The node that it happens to. */
  readonly struck: ClusterNode;
  readonly others: readonly ClusterNode[];
  readonly random: Random;
}

/** One kind of harm to a cluster that is whole, after which it has to become whole again. */
export interface Harm {
  readonly name: string;
  readonly strike: (scene: Scene) => Promise<void>;
  /** What a node has to say while it lasts: words of a stage, of another node's note, or of the first line. */
  readonly said?: {
    readonly by: 'struck' | 'others';
    readonly words: RegExp;
    readonly withinSeconds: number;
  };
  /** What a person then does; most of it the cluster mends by itself. */
  readonly mend?: (scene: Scene) => Promise<void>;
  /** Seconds from the mend to a whole cluster. */
  readonly wholeWithin: number;
}

/** Seconds in which the agent looks again at everything, on a slow machine. */
export const lookSeconds = 240;

/** Runs lines as root on a node. */
export async function root(node: ClusterNode, ...lines: readonly string[]): Promise<string> {
  return await node.shell.runAsRoot(lines.join('\n'), 300);
}

/** Cuts the power of a node and gives it back. */
export async function powerCycle(node: ClusterNode): Promise<void> {
  await node.kill();
  await node.start();
}
