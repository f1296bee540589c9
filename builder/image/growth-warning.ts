import { formatBytes } from '../report/format-units.ts';
import type { Diagnostic } from '../report/diagnostic.ts';
import { describePartition } from './base-rules.ts';
import type { ImageLayout, ImagePartition } from './layout.ts';

/**
 * A warning when the root partition of a base cannot grow to the disk, whoever is to grow it; null when it can.
 *
 * @param name - the base, as messages call it
 */
export function growthWarning(
  name: string,
  { layout, root }: { readonly layout: ImageLayout; readonly root: ImagePartition },
): Diagnostic | null {
  const [next] = layout.partitions
    .filter(({ offsetBytes }) => offsetBytes > root.offsetBytes)
    .toSorted((one, other) => one.offsetBytes - other.offsetBytes);
  if (next === undefined) return null;
  return {
    severity: 'warning',
    id: 'base-root-not-last',
    message:
      `the root filesystem of ${name} keeps its ${formatBytes(root.sizeBytes)} on every disk: ` +
      `behind it, ${describePartition(next)}`,
    hint: 'take an image whose root partition is the last one, if nodes need more room',
  };
}
