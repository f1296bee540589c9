import { commandLinePath } from '../board-files.ts';
import { openFatVolume } from '../fat-volume.ts';
import { parseFatGeometry } from '../fat-geometry.ts';
import { subSource } from '../byte-source.ts';
import { describePartition } from '../base-rules.ts';
import { isExt, isFat, type ImageLayout, type ImagePartition } from '../layout.ts';
import { HostError } from '../../report/errors.ts';
import { isDevice, rootInCommandLine, rootInFstab } from '../root-evidence.ts';
import { statExt } from './ext-programs.ts';
import { openImageFiles } from './image-files.ts';
import type { OpenImage } from './open-image.ts';

/** Finds the root and boot partitions of an image. `boot` is null without a FAT partition that boots. */
export interface ImageRoles {
  readonly root: ImagePartition;
  readonly boot: ImagePartition | null;
}

/** Filesystems that are made once and never written. */
const readOnlyKinds = ['squashfs', 'erofs', 'iso9660'];

/**
 * Finds the root and the boot partition by what they hold: the root has /etc and /usr or /sbin; the boot partition is
 * a FAT with firmware, a kernel, or EFI programs. Of several roots the image's own kernel command line and fstab decide.
 *
 * @throws HostError `image-no-root`, `image-several-roots` or `image-root-read-only`
 */
export async function rolesOf(image: OpenImage, layout: ImageLayout): Promise<ImageRoles> {
  const roots: ImagePartition[] = [];
  for (const partition of layout.partitions.filter(({ filesystem }) => isExt(filesystem.kind))) {
    if (await holdsRoot(image, partition)) roots.push(partition);
  }
  if (roots.length === 0) throw noRoot(image.path, layout);
  const boot = await findBoot(image, layout);
  const root = roots.length === 1 ? roots[0] : await decideByEvidence(image, roots, boot);
  if (root === undefined) {
    const numbers = roots.map(({ number }) => number).join(' and ');
    throw new HostError(
      'image-several-roots',
      `${image.path} has more than one root filesystem: partitions ${numbers}`,
      {
        hint: 'neither the kernel command line nor /etc/fstab says which one: take an image with one root filesystem',
      },
    );
  }
  return { root, boot };
}

/** Of several: the one that the kernel is told to mount, or the only one that mounts itself. */
async function decideByEvidence(
  image: OpenImage,
  roots: readonly ImagePartition[],
  boot: ImagePartition | null,
): Promise<ImagePartition | undefined> {
  const commandLine = boot === null ? '' : await commandLineOf(image, boot);
  const told = rootInCommandLine(commandLine);
  const mounted = roots.filter((root) => told !== undefined && isDevice(told, root));
  if (mounted.length === 1) return mounted[0];
  const own: ImagePartition[] = [];
  for (const root of roots) {
    const spec = rootInFstab(await textOf(image, root, '/etc/fstab'));
    if (spec !== undefined && isDevice(spec, root)) own.push(root);
  }
  return own.length === 1 ? own[0] : undefined;
}

/** Kernel command line that a Raspberry Pi's firmware passes on, from the file that its config.txt names. */
async function commandLineOf(image: OpenImage, boot: ImagePartition): Promise<string> {
  return await textOf(image, boot, commandLinePath(await textOf(image, boot, '/config.txt')));
}

/** Empty when there is no such file. */
async function textOf(image: OpenImage, partition: ImagePartition, path: string): Promise<string> {
  const files = await openImageFiles(image, partition);
  const found = await files.stat(path);
  return found?.kind === 'file' ? (await files.read(path)).toString('utf8') : '';
}

function noRoot(imagePath: string, layout: ImageLayout): HostError {
  const found = layout.partitions.map(describePartition).join(', ') || 'it has no partitions';
  const readOnly = layout.partitions.find(({ filesystem }) => readOnlyKinds.includes(filesystem.kind));
  if (readOnly !== undefined) {
    return new HostError(
      'image-root-read-only',
      `${imagePath} cannot be changed: ${describePartition(readOnly)}, which is read-only by nature`,
      { hint: 'take an installed image (with an ext4 root), not an installer or a live system' },
    );
  }
  return new HostError('image-no-root', `${imagePath} has no ext4 root filesystem: ${found}`, {
    hint: 'dlimage writes ext2, ext3 and ext4; take an image whose root is one of them',
  });
}

async function holdsRoot(image: OpenImage, partition: ImagePartition): Promise<boolean> {
  const volume = { imagePath: image.path, offsetBytes: partition.offsetBytes };
  const found = await statExt(volume, ['/etc', '/usr', '/sbin']);
  const isThere = (path: string) => (found.get(path) ?? null) !== null;
  return isThere('/etc') && (isThere('/usr') || isThere('/sbin'));
}

/** Names in the top directory of a Raspberry Pi's or UEFI machine's boot partition. */
const bootNames =
  /^(efi|bootcode\.bin|start.*\.elf|config\.txt|cmdline\.txt|(kernel|vmlinuz|vmlinux|initrd).*)$/;

async function findBoot(image: OpenImage, layout: ImageLayout): Promise<ImagePartition | null> {
  let best: { partition: ImagePartition; score: number } | null = null;
  for (const partition of layout.partitions.filter(({ filesystem }) => isFat(filesystem.kind))) {
    const source = subSource(image, partition.offsetBytes, partition.sizeBytes);
    const geometry = parseFatGeometry(await source.read(0, 512));
    if (geometry === null) continue;
    const volume = await openFatVolume(source, geometry);
    const top = await volume.find('/');
    const entries = top === null ? [] : await volume.list(top);
    const score = entries.filter(({ name }) => bootNames.test(name.toLowerCase())).length;
    if (score > (best?.score ?? 0)) best = { partition, score };
  }
  return best?.partition ?? null;
}
