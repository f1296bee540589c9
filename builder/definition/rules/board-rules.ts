import type { Diagnostic, Position } from '../../report/diagnostic.ts';
import type { ClusterNode } from '../cluster.ts';
import { error, warning } from '../finding.ts';
import { platformOf, runsOn, traitsOf } from '../base-traits.ts';
import type { BaseDefinition } from '../generated/base.ts';
import { basePath } from '../resolve/board-lookup.ts';
import { listed } from '../shown.ts';
import type { Rule, RuleContext } from './rule.ts';

/** GlusterFS is dead on 32-bit ARM from this version on. Source: gluster/glusterfs#3911. */
const firstBroken32BitMajor = 10;

/** A profile with a base of ours, as they occur in the cluster, and the first node that has both. */
interface Pairing {
  readonly node: ClusterNode;
  readonly name: string;
  readonly base: BaseDefinition;
}

/** One node stands for all with the same profile and base: a wrong pair is one mistake, not a thousand. */
function pairings({ cluster }: RuleContext): Pairing[] {
  const found = new Map<string, Pairing>();
  for (const node of cluster.nodes) {
    if (node.base.from !== 'definition') continue;
    const key = `${node.profileName}\n${node.base.name}`;
    if (!found.has(key)) found.set(key, { node, name: node.base.name, base: node.base.definition });
  }
  return [...found.values()];
}

/** Where the base of a node is decided, or else its profile. */
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
  for (const { node, name, base } of pairings(context)) {
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

function* glusterfsMissing(context: RuleContext): Iterable<Diagnostic> {
  if (context.cluster.storage.type !== 'glusterfs') return;
  const { locator } = context;
  for (const { node, name, base } of pairings(context)) {
    const at = locator.has(['storage', 'type'])
      ? locator.value(['storage', 'type'])
      : placeOfBoard(context, node);
    const version = base.software.glusterfs;
    if (
      node.profile.architecture === 'armhf' &&
      Number.parseInt(version ?? '', 10) >= firstBroken32BitMajor
    ) {
      const message = `GlusterFS ${version} of base ${name} does not run on 32-bit ARM, and ${node.name} is a ${node.profileName}`;
      yield error('glusterfs-on-32-bit', at, message, 'use storage type nfs or none, or a 64-bit board');
    } else if (version === undefined || lacksGlusterfs(base, platformOf(node.profile))) {
      const message = `base ${name} has no GlusterFS for ${node.profileName}, which ${node.name} is`;
      yield error('base-without-glusterfs', at, message, 'use storage type nfs or none, or another base');
    }
  }
}

function lacksGlusterfs(base: BaseDefinition, platform: string): boolean {
  return base.platforms?.[platform]?.exclude_packages?.some((name) => name.startsWith('glusterfs')) ?? false;
}

function* mixedGlusterfs(context: RuleContext): Iterable<Diagnostic> {
  if (context.cluster.storage.type !== 'glusterfs') return;
  const [first, ...others] = pairings(context).filter(({ base }) => base.software.glusterfs !== undefined);
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

/** What a board lacks is not seen in any file: the card is burnt, and the screen stays dark. */
function* cautions(context: RuleContext): Iterable<Diagnostic> {
  for (const { node, name, base } of pairings(context)) {
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
  { reads: [...boardTopics, 'storage'], check: mixedGlusterfs },
  { reads: [...boardTopics, 'network'], check: wireOnly },
  { reads: boardTopics, check: cautions },
  { reads: [...boardTopics, 'dtoverlays'], check: overlaysForNobody },
];
