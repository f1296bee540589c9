import type { BlockDevice, Claim, Disk, DiskMount, Mount, Place, Swap } from './block-device.ts';
import { mountOf, pathsOf } from './parse-mounts.ts';

/** What was read of this machine, in one go. */
export interface MachineFacts {
  readonly devices: readonly BlockDevice[];
  readonly mounts: readonly Mount[];
  readonly swaps: readonly Swap[];
  /** Kernel names of the members of each mounted btrfs. */
  readonly btrfs: readonly (readonly string[])[];
  /** `root=` of the kernel's command line; null without one. */
  readonly kernelRoot: string | null;
  /** What the paths that `pathsToLookUp` names are; those that are not there are absent. */
  readonly places: ReadonlyMap<string, Place>;
}

/** Paths that decide what lies on what: behind loop devices, below overlays, swap files, sources of mounts. */
export function pathsToLookUp(facts: Pick<MachineFacts, 'devices' | 'mounts' | 'swaps'>): string[] {
  const { devices, mounts, swaps } = facts;
  return [
    ...new Set([
      ...devices.flatMap(({ backingFile }) => (backingFile === null ? [] : [backingFile])),
      ...mounts.filter(({ number }) => number.startsWith('0:')).flatMap(pathsOf),
      ...swaps.map(({ path }) => path),
    ]),
  ];
}

/** Whole disks: attached loop devices too, but no CD drives, memory disks, and boot areas of eMMC. */
export function assembleDisks(facts: MachineFacts): Disk[] {
  return facts.devices.filter(isDisk).map((disk) => assembleDisk(disk, facts));
}

/** True when something of this machine visibly uses the disk, so that nobody can have it alone. */
export function isVisiblyUsed({ layers, mounts, swaps }: Disk): boolean {
  return (
    layers.some(({ type }) => type !== 'part' && type !== 'disk' && type !== 'loop') ||
    mounts.length > 0 ||
    swaps.length > 0
  );
}

/** The number of the filesystem that a path lies on, as mounts have it; a device's own for the node of a device. */
export function filesystemOf(place: Place, mounts: readonly Mount[]): string {
  return mountOf(place.realPath, mounts)?.number ?? place.filesystemNumber;
}

function isDisk({ name, type, isHidden, sizeBytes, backingFile }: BlockDevice): boolean {
  if (isHidden || /^(ram|zram|fd|sr|dm-|md)\d|^mmcblk\d+(boot|rpmb|gp)/.test(name)) return false;
  if (type === 'loop') return backingFile !== null;
  // A network block device without a server has size 0, and is no empty slot.
  return type === 'disk' && (sizeBytes > 0 || !name.startsWith('nbd'));
}

function assembleDisk(disk: BlockDevice, facts: MachineFacts): Disk {
  const { layers, filesystems } = reach(disk, facts);
  const names = new Set(layers.map(({ name }) => name));
  const mounts = facts.mounts.filter(({ number }) => filesystems.has(number));
  return {
    ...disk,
    layers,
    filesystems: [...filesystems],
    mounts: mounts.map((mount) => diskMount(mount, layers, filesystems, facts)),
    swaps: facts.swaps.map(({ path }) => path).filter((path) => isOn(path, layers, filesystems, facts)),
    btrfsElsewhere: facts.devices
      .filter((other) => !names.has(other.name) && layers.some((layer) => sharesBtrfs(layer, other, facts)))
      .map(({ name }) => name),
    isKernelRoot: layers.some((layer) => isNamedBy(facts.kernelRoot, layer)),
    claim: 'unknown' satisfies Claim,
  };
}

/** Devices and filesystems that lie on a disk, at any depth: each that is found may bring others. */
function reach(disk: BlockDevice, facts: MachineFacts): { layers: BlockDevice[]; filesystems: Set<string> } {
  const layers = [disk];
  const filesystems = new Set<string>();
  for (let found = -1; found !== layers.length + filesystems.size;) {
    found = layers.length + filesystems.size;
    for (const { number } of facts.mounts.filter((mount) => isMountOn(mount, layers, filesystems, facts)))
      filesystems.add(number);
    for (const device of facts.devices) {
      if (layers.includes(device)) continue;
      const isChild = device.parents.some((parent) => layers.some(({ name }) => name === parent));
      const isBacked = device.backingFile !== null && isOn(device.backingFile, layers, filesystems, facts);
      if (isChild || isBacked) layers.push(device);
    }
  }
  return { layers, filesystems };
}

function isMountOn(
  mount: Mount,
  layers: readonly BlockDevice[],
  filesystems: ReadonlySet<string>,
  facts: MachineFacts,
): boolean {
  if (layers.some(({ number }) => number === mount.number)) return true;
  if (!mount.number.startsWith('0:')) return false;
  return (
    membersOf(mount, facts).some((name) => layers.some((layer) => layer.name === name)) ||
    pathsOf(mount).some((path) => isOn(path, layers, filesystems, facts))
  );
}

/** True for the node of one of the devices, and for a file on one of the filesystems. */
function isOn(
  path: string,
  layers: readonly BlockDevice[],
  filesystems: ReadonlySet<string>,
  { places, mounts }: MachineFacts,
): boolean {
  const place = places.get(path);
  if (place === undefined) {
    // Behind a folder that this user may not enter, or deleted: the mount above it still tells.
    const number = path.startsWith('/') ? mountOf(path, mounts)?.number : undefined;
    return number !== undefined && filesystems.has(number);
  }
  if (place.deviceNumber !== null) return layers.some(({ number }) => number === place.deviceNumber);
  return filesystems.has(filesystemOf(place, mounts));
}

/** Kernel names of the devices of a btrfs; mountinfo names only one of them. */
function membersOf({ kind, source }: Mount, { btrfs, places, devices }: MachineFacts): readonly string[] {
  if (kind !== 'btrfs') return [];
  const number = places.get(source)?.deviceNumber;
  const named = devices.find((device) => device.number === number || device.path === source)?.name;
  return named === undefined ? [] : (btrfs.find((members) => members.includes(named)) ?? [named]);
}

function sharesBtrfs(one: BlockDevice, other: BlockDevice, { btrfs }: MachineFacts): boolean {
  if (btrfs.some((members) => members.includes(one.name) && members.includes(other.name))) return true;
  return (
    one.signature === 'btrfs' && other.signature === 'btrfs' && one.uuid !== null && one.uuid === other.uuid
  );
}

function diskMount(
  mount: Mount,
  layers: readonly BlockDevice[],
  filesystems: ReadonlySet<string>,
  facts: MachineFacts,
): DiskMount {
  const members = membersOf(mount, facts);
  const device = layers.find(({ number, name }) => number === mount.number || members.includes(name));
  const inside = facts.mounts.filter(({ parentId, id }) => parentId === mount.id && id !== mount.id);
  // What was mounted over a folder on the way hides it, and would be unmounted in its place.
  const seen = mountOf(mount.mountPoint, facts.mounts) ?? mount;
  const below = [...inside, seen].filter(({ number }) => !filesystems.has(number));
  return {
    ...mount,
    device: device?.name ?? null,
    below: [...new Set(below.map(({ mountPoint }) => mountPoint))],
  };
}

/** Source: bootparam(7), and name_to_dev_t() of Linux: a device, a partition's UUID, or what an initramfs looks for. */
function isNamedBy(root: string | null, { name, uuid, label, partuuid }: BlockDevice): boolean {
  if (root === null) return false;
  const [kind = '', value = ''] = root.split('=', 2);
  const isSame = (own: string | null) => own !== null && own.toLowerCase() === value.toLowerCase();
  if (kind === 'UUID') return isSame(uuid);
  if (kind === 'PARTUUID') return isSame(partuuid);
  if (kind === 'LABEL') return isSame(label);
  return root === `/dev/${name}`;
}
