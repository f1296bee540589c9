import type { BlockDevice, Disk, DiskMount } from './block-device.ts';
import { formatCardSize } from './format-card-size.ts';

/** Why a disk is not written: one sentence, and what to do about it. */
export interface Reason {
  readonly id: ReasonId;
  readonly message: string;
  readonly remedy: string;
}

export type ReasonId =
  | 'disk-gone'
  | 'disk-empty-slot'
  | 'disk-is-loop'
  | 'disk-not-removable'
  | 'disk-read-only'
  | 'disk-large-sectors'
  | 'disk-too-large'
  | 'disk-too-small'
  | 'disk-holds-system'
  | 'disk-holds-files'
  | 'disk-mounted'
  | 'disk-mount-covered'
  | 'disk-overlaid'
  | 'disk-swap'
  | 'disk-loop-on-it'
  | 'disk-mapped'
  | 'disk-member'
  | 'disk-btrfs-several'
  | 'disk-held';

/** A path that must not be lost with a disk. */
export interface LivingPath {
  /** In the words of the message: `the running system`, `the cache`, `the current folder`. */
  readonly what: string;
  readonly path: string;
  /** Number of the filesystem that it lies on, or of the device that it is. */
  readonly number: string;
  readonly isSystem: boolean;
}

/** What the judge goes by besides the disk itself. */
export interface JudgeOptions {
  readonly allowFixed?: boolean;
  readonly allowLarge?: boolean;
  /** What has to fit. */
  readonly neededBytes?: number;
  /** For tests: a loop device stands for a card. */
  readonly allowLoop?: boolean;
}

/** Refused for reasons, or free to be written once these are unmounted, in this order. */
export type Verdict =
  | { readonly kind: 'refused'; readonly reasons: readonly Reason[] }
  | { readonly kind: 'writable'; readonly unmount: readonly DiskMount[] };

/** Above it a disk is seldom a card: 256 GiB. */
export const largeBytes = 256 * 1024 ** 3;
/** Where desktops mount what is plugged in, and people by hand. */
const desktopFolders = ['/media/', '/run/media/', '/mnt/'];

/** Decides whether a disk may be written. Every reason that holds is told, the most telling first. */
export function judgeDisk(disk: Disk, living: readonly LivingPath[], options: JudgeOptions = {}): Verdict {
  const carried = [...checkLiving(disk, living), ...checkLayers(disk)];
  const isSystem = carried.some(({ id }) => id === 'disk-holds-system');
  // What carries the system has mounts that nobody can take away.
  const used = isSystem ? carried : [...carried, ...checkMounts(disk)];
  const reasons = [...used, ...checkHeld(disk, used), ...checkDevice(disk, options)];
  if (reasons.length > 0) return { kind: 'refused', reasons };
  return { kind: 'writable', unmount: disk.mounts.toReversed() };
}

/** True for what can be taken out and put in: cards, sticks, disks on USB. Soldered eMMC is not. */
export function isTakenOut({ isRemovable, transport, subsystems, mmcType }: BlockDevice): boolean {
  if (mmcType !== null) return mmcType !== 'MMC';
  return isRemovable || transport === 'usb' || subsystems.includes('usb');
}

function checkDevice(disk: Disk, { allowFixed, allowLarge, neededBytes, allowLoop }: JudgeOptions): Reason[] {
  const { path, type, sizeBytes, sectorBytes, claim } = disk;
  if (claim === 'gone') return [reason('disk-gone', `${path} is not there any more`, 'plug it in again')];
  const reasons: Reason[] = [];
  if (type === 'loop') {
    if (allowLoop !== true)
      reasons.push(
        reason(
          'disk-is-loop',
          `${path} is the file ${disk.backingFile ?? ''}, not a card`,
          'copy an image into a file with cp',
        ),
      );
  } else if (!isTakenOut(disk) && allowFixed !== true)
    reasons.push(
      reason(
        'disk-not-removable',
        `${path} is built into this computer`,
        'choose a card or stick; --allow-fixed writes it anyway',
      ),
    );
  if (sizeBytes === 0 || claim === 'no-medium')
    return [...reasons, reason('disk-empty-slot', `${path} is a slot without a card`, 'put a card in')];
  if (disk.isReadOnly)
    reasons.push(
      reason(
        'disk-read-only',
        `${path} is write-protected`,
        'move the switch of the card or its adapter; a worn-out card protects itself for ever',
      ),
    );
  if (sectorBytes !== 512)
    reasons.push(
      reason(
        'disk-large-sectors',
        `${path} has sectors of ${sectorBytes} bytes, and the images have 512`,
        'choose another disk, or another adapter',
      ),
    );
  if (sizeBytes > largeBytes && allowLarge !== true)
    reasons.push(
      reason(
        'disk-too-large',
        `${path} has ${formatCardSize(sizeBytes)}, more than a card usually has`,
        'look whether it is the right one; --allow-large writes it',
      ),
    );
  if (neededBytes !== undefined && sizeBytes < neededBytes)
    reasons.push(
      reason(
        'disk-too-small',
        `${path} has ${sizeBytes} bytes, and the image needs ${neededBytes}`,
        'take a larger card',
      ),
    );
  return reasons;
}

function checkLiving(
  { path, layers, filesystems, isKernelRoot }: Disk,
  living: readonly LivingPath[],
): Reason[] {
  const numbers = new Set([...filesystems, ...layers.map(({ number }) => number)]);
  const held = living.filter(({ number }) => numbers.has(number));
  const system = held.filter(({ isSystem }) => isSystem).map((one) => one.path);
  if (system.length > 0 || isKernelRoot) {
    const what = system.length > 0 ? system.join(', ') : 'root= of the kernel names it';
    return [
      reason('disk-holds-system', `${path} carries the running system (${what})`, 'choose another disk'),
    ];
  }
  return held.map((one) =>
    reason(
      'disk-holds-files',
      `${path} holds ${one.what} (${one.path})`,
      'move it to another disk, or choose another disk',
    ),
  );
}

/** What the devices on a disk belong to. */
function checkLayers(disk: Disk): Reason[] {
  const { path, layers, swaps, btrfsElsewhere } = disk;
  return [
    ...swaps.map((swap) =>
      reason('disk-swap', `${path} holds swap space in use (${swap})`, `swapoff ${swap}`),
    ),
    ...layers.filter((layer) => layer.name !== disk.name).flatMap((layer) => checkLayer(disk, layer)),
    ...layers.flatMap(({ signature, path: own }) => {
      const what = signature === null ? null : memberOf(signature);
      if (what === null) return [];
      return [
        reason('disk-member', `${own} belongs to ${what}`, `if nothing of it is needed: wipefs --all ${own}`),
      ];
    }),
    ...checkBtrfs(disk, btrfsElsewhere),
  ];
}

function checkLayer({ path, name }: Disk, layer: BlockDevice): Reason[] {
  if (layer.type === 'part') return [];
  if (layer.type === 'loop') {
    const remedy = `unmount what is mounted of it, and detach it: losetup -d ${layer.path}`;
    return [
      reason(
        'disk-loop-on-it',
        `${layer.path} is a loop device on ${path} (${layer.backingFile ?? name})`,
        remedy,
      ),
    ];
  }
  const remedy = layer.name.startsWith('md')
    ? `mdadm --stop ${layer.path}`
    : 'close it: vgchange -an, cryptsetup close or dmsetup remove';
  return [reason('disk-mapped', `${layer.path} (${layer.type}) is made of ${path}`, remedy)];
}

/** Sources: libblkid/src/superblocks of util-linux. */
const memberNames: Readonly<Record<string, string>> = {
  LVM2_member: 'an LVM volume group',
  LVM1_member: 'an LVM volume group',
  linux_raid_member: 'a RAID',
  crypto_LUKS: 'an encrypted disk (LUKS)',
  BitLocker: 'an encrypted disk (BitLocker)',
  zfs_member: 'a ZFS pool',
  bcache: 'a bcache',
  drbd: 'a DRBD volume',
  ceph_bluestore: 'a Ceph cluster',
  swsuspend: 'a system that sleeps',
};

function memberOf(signature: string): string | null {
  const named = memberNames[signature];
  if (named !== undefined) return named;
  if (signature.endsWith('_raid_member')) return 'a RAID';
  return signature.endsWith('_member') ? `a volume of several disks (${signature})` : null;
}

function checkBtrfs({ path, layers }: Disk, elsewhere: readonly string[]): Reason[] {
  const members = layers.filter(({ btrfsDevices }) => (btrfsDevices ?? 1) > 1);
  if (members.length === 0 && elsewhere.length === 0) return [];
  const others =
    elsewhere.length === 0 ? 'other devices' : elsewhere.map((name) => `/dev/${name}`).join(', ');
  return [
    reason(
      'disk-btrfs-several',
      `${path} shares a btrfs with ${others}`,
      'take it out of the btrfs first: btrfs device remove',
    ),
  ];
}

/** Mounts that are no business of a desktop, or that would not come off. */
function checkMounts({ path, mounts, layers }: Disk): Reason[] {
  return mounts.flatMap((mount) => {
    const { mountPoint, device, kind, root, below } = mount;
    // A loop device or a mapped one is told as that.
    const type = layers.find(({ name }) => name === device)?.type;
    if (device === null) {
      return [
        reason('disk-overlaid', `${mountPoint} (${kind}) lies over files of ${path}`, `umount ${mountPoint}`),
      ];
    }
    if (type !== 'part' && device !== layers[0]?.name) return [];
    const isBind = root !== '/' && kind !== 'btrfs';
    if (isBind || !desktopFolders.some((folder) => mountPoint.startsWith(folder))) {
      return [reason('disk-mounted', `/dev/${device} is mounted at ${mountPoint}`, `umount ${mountPoint}`)];
    }
    return below
      .slice(0, 1)
      .map((point) =>
        reason(
          'disk-mount-covered',
          `another filesystem is mounted at ${point}, in or over ${mountPoint}`,
          `umount ${point}`,
        ),
      );
  });
}

/** A claim that nothing explains: a filesystem that was unmounted lazily, a mount of another namespace, a program. */
function checkHeld({ path, claim, mounts }: Disk, used: readonly Reason[]): Reason[] {
  if (claim !== 'held' || mounts.length > 0 || used.length > 0) return [];
  return [
    reason(
      'disk-held',
      `${path} is in use by something that this computer does not show`,
      'end the programs that have files of it open (a container, a shell in a folder of it), or restart the computer',
    ),
  ];
}

function reason(id: ReasonId, message: string, remedy: string): Reason {
  return { id, message, remedy };
}
