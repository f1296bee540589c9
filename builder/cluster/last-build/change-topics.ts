import type { DefinitionPath } from '../source/definition-path.ts';

/** Topics of `--change`: the parts of a definition that a running cluster cannot follow. */
export const changeTopics = ['name', 'nodes', 'network', 'vip', 'storage', 'swarm'] as const;

/** One of them. */
export type ChangeTopic = (typeof changeTopics)[number];

/** Settings that all nodes must agree on, with the place in the definition where they are written. */
const fixedSettings: readonly {
  readonly pattern: RegExp;
  readonly topic: ChangeTopic;
  readonly path: DefinitionPath;
}[] = [
  { pattern: /^vip$/, topic: 'vip', path: ['vip'] },
  { pattern: /^network\.subnet$/, topic: 'network', path: ['network', 'subnet'] },
  { pattern: /^network\.vlan$/, topic: 'network', path: ['network', 'vlan'] },
  // Replicas grow with the cluster; who loses a copy is said of the node.
  { pattern: /^storage\.(?!wait_seconds$|options$|replicas$)/, topic: 'storage', path: ['storage'] },
  { pattern: /^swarm\.(?!certificate_days$|encrypted$|.*token)/, topic: 'swarm', path: ['swarm'] },
];

/** The topic of a setting that nodes which run already cannot follow; undefined for all others. */
export function changeTopicOf(setting: string): { topic: ChangeTopic; path: DefinitionPath } | undefined {
  return fixedSettings.find(({ pattern }) => pattern.test(setting));
}
