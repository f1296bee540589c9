import type { Diagnostic } from '../../report/diagnostic.ts';
import { isVendor, platformsOf, runsOn, type VendorDefinition } from '../model/base-traits.ts';
import type { ClusterNode } from '../model/cluster.ts';
import { error } from '../../report/finding.ts';
import { shown } from '../../report/shown.ts';
import type { RuleContext } from '../rules/rule.ts';
import type { BaseFacts, BaseSystem } from './base-facts.ts';
import { baseLocation } from './base-location.ts';
import type { BaseRule } from './base-rule.ts';

/** An unknown image gets no overlays for its odd users, its growth or its network: nobody could log in, or reach it. */
function* publishersImage(context: RuleContext, facts: BaseFacts): Iterable<Diagnostic> {
  const { cluster, catalogue, written, writtenNodes } = context;
  const index = cluster.nodes.findIndex(({ name }) => facts.nodes.includes(name));
  const node = cluster.nodes[index];
  if (node === undefined || node.base.from === 'definition') return;
  const image = shown(writtenNodes[index]?.base ?? written.base);
  for (const [name, definition] of catalogue.bases) {
    if (!isVendor(definition) || !isKnownBy(facts.system, definition)) continue;
    const message = `${facts.name} is ${definition.description.replace(/,.*/, '')}, which would be built as an unknown image, without what it needs`;
    const hint = remedyFor(name, definition, node, image, facts);
    yield error('image-has-base', baseLocation(context, facts), message, hint);
  }
}

function isKnownBy({ osRelease, packages }: BaseSystem, { vendor: { signs } }: VendorDefinition): boolean {
  if (signs === undefined) return false;
  const lines = Object.entries(signs.os_release);
  return (
    lines.every(([key, value]) => osRelease.get(key) === value) &&
    (signs.packages ?? []).every((one) => packages.has(one))
  );
}

function remedyFor(
  name: string,
  definition: VendorDefinition,
  { profile, profileName }: ClusterNode,
  image: string,
  { system: { architecture } }: BaseFacts,
): string {
  const platforms = platformsOf(definition);
  if (!platforms.some((one) => architecture === null || one.endsWith(`-${architecture}`)))
    return `it is for ${architecture}, and base ${name} for ${platforms.join(', ')}: take the image for that`;
  if (!profile.bases.includes(name) || !runsOn(profile, definition))
    return `it is for ${platforms.join(', ')}: take another image for ${profileName}`;
  return `write base: ${name} with base_image: ${image} (--base ${name} --base-image ${image})`;
}

/** Rules about images that a definition of ours speaks of. */
export const publisherRules: readonly BaseRule[] = [publishersImage];
