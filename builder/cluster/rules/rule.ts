import type { Diagnostic } from '../../report/diagnostic.ts';
import type { Catalogue } from '../resolve/profiles.ts';
import type { Cluster } from '../model/cluster.ts';
import type { Environment, LookUpPath } from '../model/environment.ts';
import type { ClusterDefinition, NodeDefinition } from '../generated/cluster.ts';
import type { Ipv4Subnet } from '../values/ipv4.ts';
import type { SchemaNode } from '../schema/schema-node.ts';
import type { Topic } from '../schema/topic.ts';
import type { FlagValue } from '../source/command-line.ts';
import type { Locator } from '../source/locator.ts';

/** All that a rule may look at. */
export interface RuleContext {
  /** The definition as written, flags applied. */
  readonly written: ClusterDefinition;
  /** The nodes as written; empty ones when only their count is. */
  readonly writtenNodes: readonly NodeDefinition[];
  /** The definition with every default filled in. */
  readonly cluster: Cluster;
  readonly lan: Ipv4Subnet;
  readonly locator: Locator;
  readonly catalogue: Catalogue;
  readonly environment: Environment;
  readonly lookUp: LookUpPath;
  /** The schema of compose files, all versions in one. */
  readonly composeSchema: SchemaNode;
  /** Nodes that `--node` names. */
  readonly selection: readonly FlagValue[];
}

/** One thing that can be wrong with a definition whose values are all well-formed by themselves. */
export interface Rule {
  /** The parts of the definition it reads. It is left out when one of them is damaged already. */
  readonly reads: readonly Topic[];
  readonly check: (context: RuleContext) => Iterable<Diagnostic>;
}
