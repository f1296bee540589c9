import { traitsOf } from '../../cluster/model/base-traits.ts';
import type { ClusterNode } from '../../cluster/model/cluster.ts';
import { fileFromBytes } from './make-entry.ts';
import type { RenderedEntry } from './rendered-node.ts';
import type { CheckSeed } from './seed-schemas.ts';
import type { RenderTemplate } from './template-set.ts';

/** A document of the seed, named as cloud-init's NoCloud datasource wants it. */
export type SeedDocument = 'user-data' | 'meta-data' | 'network-config';

/** Seed folder on the root filesystem that every base searches. */
export const seedDirectory = '/var/lib/cloud/seed/nocloud/';

/** Renders one document of a node's seed, checks it, and puts it where the node's base looks for it. */
export type RenderSeed = (document: SeedDocument, node: ClusterNode, context: object) => RenderedEntry;

/** Makes a renderer for the seeds of one cluster. */
export function createSeedRenderer(
  render: RenderTemplate,
  check: CheckSeed,
  mtimeSeconds: number,
): RenderSeed {
  return (document, node, context) => {
    const { seed, networkVersion } = traitsOf(node);
    const template = document === 'network-config' && networkVersion === 1 ? 'network-config-v1' : document;
    const text = render(`cloud-init/${template}.hbs`, context);
    check(template, text);
    // Every base reads the seed directory; some also their FAT partition, where the owner of the card can edit it.
    const onBoot = seed === 'boot-partition';
    const path = onBoot ? `/${document}` : `${seedDirectory}${document}`;
    const attributes = {
      path,
      mode: onBoot ? 0o644 : 0o600,
      mtimeSeconds,
      origin: 'cloud-init',
      shared: false,
    };
    return fileFromBytes(
      { ...attributes, partition: onBoot ? 'boot' : 'root' },
      new TextEncoder().encode(text),
    );
  };
}
