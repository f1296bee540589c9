import type { BuiltCluster, BuiltNode, LastBuild } from './built-cluster.ts';
import { isSecretSetting } from './flatten-settings.ts';

/** One thing that the last build had otherwise. */
export interface Difference {
  /** Path of the setting: `network.subnet`; of a node `pi3-2 address`. */
  readonly path: string;
  /** As people read it. */
  readonly before: string;
  readonly after: string;
}

const storageFields: ReadonlySet<string> = new Set(['storesData', 'arbiter']);

/** A difference of a node that is in both builds. */
export interface NodeDifference extends Difference {
  readonly field: keyof typeof nodeFields;
}

/** Everything that is different from the last build. */
export interface BuildComparison {
  /** Nodes of the last build that are not in the definition any more. */
  readonly goneNodes: readonly string[];
  readonly newNodes: readonly string[];
  /** Of the nodes that are in both: role, address, copy of the data. */
  readonly nodes: readonly NodeDifference[];
  readonly name: Difference | undefined;
  readonly settings: readonly Difference[];
}

/** Facts of a node by the words for them. */
const nodeFields = {
  address: 'address',
  role: 'role',
  storesData: 'holds a copy of the data:',
  arbiter: 'is the arbiter:',
  index: 'number',
} as const;

/** Compares a cluster with what was built last. */
export function compareBuilds({ cluster: last, nodes }: LastBuild, now: BuiltCluster): BuildComparison {
  const names = new Set(now.nodes.map(({ name }) => name));
  const before = new Map(nodes.map((node) => [node.name, node]));
  const settings = last === undefined ? [] : compareSettings(last, now);
  // All else about the storage follows from it.
  const isOtherStorage = settings.some(({ path }) => path === 'storage.type');
  return {
    goneNodes: nodes.map(({ name }) => name).filter((name) => !names.has(name)),
    newNodes: before.size === 0 ? [] : [...names].filter((name) => !before.has(name)),
    nodes: now.nodes
      .flatMap((node) => compareNodes(before.get(node.name), node))
      .filter(({ field }) => !isOtherStorage || !storageFields.has(field)),
    name:
      last === undefined || last.name === now.name
        ? undefined
        : { path: 'name', before: last.name, after: now.name },
    settings: settings.filter(({ path }) => !isOtherStorage || !/^storage\.(?!type$)/.test(path)),
  };
}

function compareNodes(before: BuiltNode | undefined, after: BuiltNode): NodeDifference[] {
  if (before === undefined) return [];
  return (Object.keys(nodeFields) as (keyof typeof nodeFields)[])
    .filter((field) => before[field] !== after[field])
    .map((field) => ({
      field,
      path: `${after.name} ${nodeFields[field]}`,
      before: shownSetting(before[field] ?? 'DHCP'),
      after: shownSetting(after[field] ?? 'DHCP'),
    }));
}

function compareSettings(last: BuiltCluster, now: BuiltCluster): Difference[] {
  const paths = new Set([...Object.keys(last.settings), ...Object.keys(now.settings)]);
  const inBoth = new Set(now.nodes.map(({ name }) => name).filter((name) => hasNode(last, name)));
  return [...paths].flatMap((path) => {
    const node = /^nodes\.([^.]+)\./.exec(path)?.[1];
    if (node !== undefined && !inBoth.has(node)) return [];
    const [before, after] = [last.settings[path] ?? null, now.settings[path] ?? null];
    if (JSON.stringify(before) === JSON.stringify(after)) return [];
    if (isSecretSetting(path)) return [{ path, before: 'another one', after: 'this one' }];
    return [{ path, before: shownSetting(before), after: shownSetting(after) }];
  });
}

function hasNode({ nodes }: BuiltCluster, name: string): boolean {
  return nodes.some((node) => node.name === name);
}

function shownSetting(value: unknown): string {
  if (value === undefined || value === null || value === '') return 'none';
  if (!Array.isArray(value)) return typeof value === 'string' ? value : JSON.stringify(value);
  const items = value.map((item) => (typeof item === 'string' ? item : JSON.stringify(item)));
  return items.length === 0 ? 'none' : items.join(', ');
}
