import type { VendorDefinition } from '../../cluster/model/base-traits.ts';
import { HostError } from '../../report/errors.ts';
import type { BaseImage } from '../../image/host/base.ts';

/** Layout that a definition expects of an image's partitions. */
export type VendorLayout = VendorDefinition['vendor']['images'][string]['layout'];

/**
 * Holds an image against what the definition of its base says: with another partition table or other labels it is
 * another system, or a release that changed, and its seed would not be found.
 *
 * @throws HostError `base-not-as-defined`
 */
export function checkVendorLayout(baseName: string, wanted: VendorLayout, image: BaseImage): void {
  const { layout, boot, root } = image;
  const found = [
    ['partition table', wanted.table, layout.table],
    ['label of the boot partition', wanted.boot_label, boot?.filesystem.label ?? 'none'],
    ['label of the root filesystem', wanted.root_label, root.filesystem.label],
  ] as const;
  const different = found.filter(([, expected, actual]) => expected !== undefined && expected !== actual);
  const [first] = different;
  if (first === undefined) return;
  throw new HostError(
    'base-not-as-defined',
    `${image.path} is not ${baseName}: its ${first[0]} is ${first[2]}, not ${first[1]}`,
    {
      hint: 'take the image that the base is defined for; any other image can be a base of its own: --base FILE',
      details: different
        .slice(1)
        .map(([what, expected, actual]) => `its ${what} is ${actual}, not ${expected}`),
    },
  );
}
