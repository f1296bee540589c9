import type { Diagnostic, Position } from '../../report/diagnostic.ts';
import type { ClusterNode } from '../model/cluster.ts';
import { error, warning } from '../../report/finding.ts';
import { runsOn, traitsOf } from '../model/base-traits.ts';
import { glusterProblemOf, mountsGlusterfs } from '../model/gluster-support.ts';
import type { BaseDefinition } from '../generated/base.ts';
import { basePath } from '../resolve/board-lookup.ts';
import { listed } from '../../report/shown.ts';
import { storageLabel } from './node-properties.ts';
import type { Rule, RuleContext } from './rule.ts';

/** A profile with a base of ours, as they occur in the cluster, and the first node that has both. */
interface Pairing {
  readonly node: ClusterNode;
  readonly name: string;
  readonly base: BaseDefinition;
}

/** One node stands for all with the same profile and base: a wrong pair is one mistake, not a thousand. */
function pairings(nodes: readonly ClusterNode[]): Pairing[] {
  const found = new Map<string, Pairing>();
  for (const node of nodes) {
    if (node.base.from !== 'definition') continue;
    const key = `${node.profileName}\n${node.base.name}`;
    if (!found.has(key)) found.set(key, { node, name: node.base.name, base: node.base.definition });
  }
  return [...found.values()];
}

/** Place that decides the base of a node, or else its profile. */
function placeOfBoard(
  { written, writtenNodes, locator }: RuleContext,
  node: ClusterNode,
): Position | undefined {
  const index = node.index - 1;
  const definition = writtenNodes[index] ?? {};
  const base = basePath(definition, index, written);
  if (base !== undefined) return locator.value(base);
  return definition.profile === undefined
    ? locator.value(['profile'])
    : locator.value(['nodes', index, 'profile']);
}

function* baseNotForProfile(context: RuleContext): Iterable<Diagnostic> {
  for (const { node, name, base } of pairings(context.cluster.nodes)) {
    if (node.profile.bases.includes(name) && runsOn(node.profile, base)) continue;
    const running = node.profile.bases.filter((known) => {
      const definition = context.catalogue.bases.get(known);
      return definition !== undefined && runsOn(node.profile, definition);
    });
    const hint =
      running.length === 0 ? 'no base that is known here does' : `bases that do: ${listed(running)}`;
    yield error(
      'base-not-for-profile',
      placeOfBoard(context, node),
      `base ${name} does not run on ${node.profileName} (${node.profile.description})`,
      hint,
    );
  }
}

/** Managers hold the data, and the leader makes the folders of the stacks. */
function* glusterfsMissing(context: RuleContext): Iterable<Diagnostic> {
  const { cluster, locator } = context;
  if (cluster.storage.type !== 'glusterfs') return;
  for (const { node } of pairings(cluster.nodes.filter(({ role }) => role === 'manager'))) {
    const problem = glusterProblemOf(node);
    const at = locator.has(['storage', 'type'])
      ? locator.value(['storage', 'type'])
      : placeOfBoard(context, node);
    if (problem?.kind === 'broken') {
      const message = `${problem.why}, and ${node.name} is a ${node.profileName}`;
      const hint = 'use storage type nfs or none, or make 64-bit boards the managers';
      yield error('glusterfs-on-32-bit', at, message, hint);
    } else if (problem !== undefined) {
      const message = `${problem.why}, which ${node.name} is`;
      yield error('base-without-glusterfs', at, message, 'use storage type nfs or none, or another base');
    }
  }
}

/** A worker without it is a good worker for what needs no shared storage. */
function* storageNotMounted(context: RuleContext): Iterable<Diagnostic> {
  const { nodes, storage } = context.cluster;
  if (storage.type !== 'glusterfs') return;
  const workers = nodes.filter((node) => !mountsGlusterfs(node));
  for (const { node } of pairings(workers)) {
    const why = glusterProblemOf(node)?.why;
    const alike = workers.filter((one) => glusterProblemOf(one)?.why === why);
    const names = listed(alike.map(({ name }) => name));
    const message = `/mnt/cluster is not mounted on ${names}: ${why}`;
    const hint = `services that use it need the constraint node.labels.${storageLabel} == yes; storage type nfs is for all nodes`;
    yield warning('storage-not-mounted', placeOfBoard(context, node), message, hint);
  }
}

function* mixedGlusterfs(context: RuleContext): Iterable<Diagnostic> {
  if (context.cluster.storage.type !== 'glusterfs') return;
  const [first, ...others] = pairings(
    context.cluster.nodes.filter((node) => glusterProblemOf(node) === undefined),
  );
  const different = others.find((pairing) => first !== undefined && majorOf(pairing) !== majorOf(first));
  if (first === undefined || different === undefined) return;
  const message =
    `${different.node.name} has GlusterFS ${different.base.software.glusterfs} (base ${different.name}), ` +
    `but ${first.node.name} has ${first.base.software.glusterfs} (base ${first.name}): they cannot share a volume`;
  yield error(
    'glusterfs-versions',
    // Nothing need be written about the one: the other has a base of its own.
    placeOfBoard(context, different.node) ?? placeOfBoard(context, first.node),
    message,
    'use one base for all nodes',
  );
}

function majorOf({ base }: Pairing): number {
  return Number.parseInt(base.software.glusterfs ?? '', 10);
}

/** In version 1 of cloud-init's network-config, and ifupdown behind it, a cable is what works without more packages. */
function* wireOnly(context: RuleContext): Iterable<Diagnostic> {
  const { locator, cluster } = context;
  const told = new Set<string>();
  for (const node of cluster.nodes) {
    const { base } = node;
    const key = node.wifi !== null ? 'wifi' : cluster.network.vlan !== null ? 'vlan' : undefined;
    if (key === undefined || base.from !== 'definition' || told.has(`${key} ${base.name}`)) continue;
    if (!runsOn(node.profile, base.definition) || traitsOf(node).networkVersion === 2) continue;
    told.add(`${key} ${base.name}`);
    const own = ['nodes', node.index - 1, key];
    yield error(
      'base-wire-only',
      locator.has(own) ? locator.key(own) : locator.key(['network', key]),
      `base ${base.name}, which ${node.name} has, cannot do network.${key} here`,
      'use a cable, or another base',
    );
  }
}

/** A missing feature of a board is seen in no file: the card is burnt, and the screen stays dark. */
function* cautions(context: RuleContext): Iterable<Diagnostic> {
  for (const { node, name, base } of pairings(context.cluster.nodes)) {
    for (const { profiles, text, hint } of base.vendor?.cautions ?? []) {
      if (!profiles.includes(node.profileName)) continue;
      yield warning('base-caution', placeOfBoard(context, node), `base ${name} ${text}`, hint);
    }
  }
}

/** No other firmware reads config.txt. */
function* overlaysForNobody({ cluster, locator }: RuleContext): Iterable<Diagnostic> {
  if (cluster.dtoverlays.length === 0) return;
  if (cluster.nodes.some(({ profile }) => profile.platform === 'raspberry-pi')) return;
  yield error(
    'dtoverlays-unused',
    locator.key(['dtoverlays']),
    'no node is a Raspberry Pi, and nothing else has a config.txt',
    'remove it, or choose another profile',
  );
}

const boardTopics = ['profile', 'base', 'nodes', 'count'];

/** Rules about which base, board and storage go together. */
export const boardRules: readonly Rule[] = [
  { reads: boardTopics, check: baseNotForProfile },
  { reads: [...boardTopics, 'storage'], check: glusterfsMissing },
  { reads: [...boardTopics, 'storage'], check: storageNotMounted },
  { reads: [...boardTopics, 'storage'], check: mixedGlusterfs },
  { reads: [...boardTopics, 'network'], check: wireOnly },
  { reads: boardTopics, check: cautions },
  { reads: [...boardTopics, 'dtoverlays'], check: overlaysForNobody },
];
