import { readFile } from 'node:fs/promises';
import type { Cluster } from '../../../cluster/model/cluster.ts';
import { mountsStorage } from '../../../cluster/model/gluster-support.ts';
import type { Rendering } from '../../../node/render/create-rendering.ts';
import type { RenderedEntry } from '../../../node/render/rendered-node.ts';
import { hasErrors } from '../../../report/diagnostic.ts';
import { ConfigurationError } from '../../../report/errors.ts';
import type { Progress } from '../../../system/host/progress.ts';
import { checkSoftware, type BaseSoftware } from '../../check-software.ts';
import type { PlannedBase } from '../../planned-base.ts';
import type { Base } from './base.ts';

/**
 * Holds the versions that the bases really have against what the cluster is to do with them. Warnings go to `progress`.
 *
 * @throws ConfigurationError with all that cannot work: another base or another setting mends it, not the machine.
 */
export async function checkBases(
  cluster: Cluster,
  bases: ReadonlyMap<PlannedBase, Base>,
  selected: readonly string[],
  rendering: Pick<Rendering, 'unitsOf'>,
  progress: Progress,
): Promise<void> {
  const software: BaseSoftware[] = [];
  for (const [planned, base] of bases) {
    const nodes = cluster.nodes.filter(({ name }) => planned.nodes.includes(name) && selected.includes(name));
    const [first] = nodes;
    if (first === undefined) continue;
    software.push({
      name: planned.name,
      packages: base.record.packages,
      units: await readUnits(rendering.unitsOf(first)),
      usesGlusterfs:
        cluster.storage.type === 'glusterfs' && nodes.some((node) => mountsStorage(cluster, node)),
    });
  }
  const found = checkSoftware(software, {
    images: cluster.stacks.flatMap(({ images }) => images),
  });
  for (const finding of found) if (finding.severity === 'warning') progress.warn(finding);
  if (hasErrors(found)) throw new ConfigurationError(found.filter(({ severity }) => severity === 'error'));
}

async function readUnits(entries: readonly RenderedEntry[]): Promise<Map<string, string>> {
  const units = new Map<string, string>();
  for (const { entry } of entries) {
    if (entry.kind !== 'file') continue;
    const { content } = entry;
    const bytes = content.from === 'bytes' ? content.bytes : await readFile(content.hostPath);
    units.set(entry.path, new TextDecoder().decode(bytes));
  }
  return units;
}
