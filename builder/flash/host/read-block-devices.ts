import { access, open, readdir, readFile, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { sourceOf } from '../../image/host/open-image.ts';
import type { BlockDevice } from '../block-device.ts';
import { identifySignature, type Signature } from '../identify-signature.ts';
import type { ListedDevice } from '../parse-lsblk.ts';

/** lsblk knows from it what devices hold; in a container there may be none. */
const udevDatabase = '/run/udev/data';
const sysfs = '/sys/class/block';
/** The kernel counts sizes in sectors of 512 bytes, whatever the device's own are. */
const sysfsSectorBytes = 512;

/** Adds to the devices of lsblk what sysfs has of them. Those that have gone meanwhile are left out. */
export async function readBlockDevices(listed: readonly ListedDevice[]): Promise<BlockDevice[]> {
  const holders = await readHolders();
  const devices = await Promise.all(listed.map((device) => readBlockDevice(device, holders)));
  return devices.filter((device) => device !== null);
}

/** Kernel names of the members of each mounted btrfs. */
export async function readBtrfsMembers(): Promise<string[][]> {
  const root = '/sys/fs/btrfs';
  const names = await readdir(root).catch(() => []);
  const members = await Promise.all(
    names.map((name) => readdir(join(root, name, 'devices')).catch(() => [])),
  );
  return members.filter((list) => list.length > 0);
}

async function readBlockDevice(
  listed: ListedDevice,
  holders: ReadonlyMap<string, readonly string[]>,
): Promise<BlockDevice | null> {
  const { hctl, ...device } = listed;
  const isUnprobed = device.signature === null && !(await isThere(udevDatabase));
  // A slash in a name, as of old RAID controllers, is an exclamation mark in sysfs.
  const path = `/dev/${device.name.replaceAll('!', '/')}`;
  const folder = join(sysfs, device.name);
  const attribute = async (name: string): Promise<string | null> => {
    const text = await readFile(join(folder, name), 'utf8').catch(() => '');
    return text.trim() === '' ? null : text.trim();
  };
  const size = await attribute('size');
  if (size === null) return null;
  const held = isUnprobed ? await probeSignature(path, Number(size) * sysfsSectorBytes) : device;
  const [place, mmcType, mmcSerial, mmcName, sequence] = await Promise.all([
    realpath(folder).catch(() => ''),
    attribute('device/type'),
    attribute('device/serial'),
    attribute('device/name'),
    attribute('diskseq'),
  ]);
  const isMmc = device.name.startsWith('mmcblk');
  return {
    ...device,
    path,
    parents: [...new Set([...device.parents, ...(holders.get(device.name) ?? [])])],
    sizeBytes: Number(size) * sysfsSectorBytes,
    sectorBytes: Number((await attribute('queue/logical_block_size')) ?? sysfsSectorBytes),
    isReadOnly: (await attribute('ro')) === '1',
    isRemovable: (await attribute('removable')) === '1',
    isHidden: (await attribute('hidden')) === '1',
    model: device.model ?? (isMmc ? mmcName : null),
    serial: device.serial ?? (isMmc ? mmcSerial : null),
    slot: hctl ?? slotIn(place),
    usbPort: /\/usb\d+\/(?:.*\/)?(\d+-[\d.]+)\/[^/]*:\d/.exec(place)?.[1] ?? null,
    mmcType: isMmc ? mmcType : null,
    cid: isMmc ? await attribute('device/cid') : null,
    sequence: sequence === null ? null : Number(sequence),
    signature: held.signature,
    label: held.label,
    uuid: held.uuid,
    btrfsDevices: held.signature === 'btrfs' ? await countBtrfsDevices(path) : null,
    backingFile: await attribute('loop/backing_file'),
  };
}

/** Kernel names of what each device is made of, by the kernel: lsblk of a container does not show all of it. */
async function readHolders(): Promise<Map<string, string[]>> {
  const parents = new Map<string, string[]>();
  for (const name of await readdir(sysfs)) {
    const holders = await readdir(join(sysfs, name, 'holders')).catch(() => []);
    for (const holder of holders) parents.set(holder, [...(parents.get(holder) ?? []), name]);
    // A partition's folder lies in its disk's.
    if (!(await isThere(join(sysfs, name, 'partition')))) continue;
    const folder = await realpath(join(sysfs, name)).catch(() => '');
    parents.set(name, [...(parents.get(name) ?? []), basename(join(folder, '..'))]);
  }
  return parents;
}

async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

/** `mmc0` for the slot of a card, else the device on its PCI, virtio or platform bus; null for what has no bus. */
function slotIn(place: string): string | null {
  const mmc = /\/mmc_host\/(mmc\d+)\//.exec(place)?.[1];
  if (mmc !== undefined) return mmc;
  return place.includes('/virtual/')
    ? null
    : (/\/([^/]+)(?:\/nvme\/[^/]+)?(?:\/block)?\/[^/]+$/.exec(place)?.[1] ?? null);
}

/** What a device holds, where it may be read. */
async function probeSignature(path: string, sizeBytes: number): Promise<Signature> {
  const unknown = { signature: null, label: null, uuid: null };
  const handle = sizeBytes === 0 ? null : await open(path, 'r').catch(() => null);
  if (handle === null) return unknown;
  try {
    return await identifySignature(sourceOf(handle, sizeBytes));
  } catch {
    // Damaged, or it cannot be read: what it was is not known.
    return unknown;
  } finally {
    await handle.close();
  }
}

/** Source: btrfs_super_block of Linux: magic at 64 KiB + 64, num_devices at + 0x88. Null where it may not be read. */
async function countBtrfsDevices(path: string): Promise<number | null> {
  const handle = await open(path, 'r').catch(() => null);
  if (handle === null) return null;
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(4096), 0, 4096, 0x10000);
    if (bytesRead < 4096 || buffer.toString('latin1', 0x40, 0x48) !== '_BHRfS_M') return null;
    return Number(buffer.readBigUInt64LE(0x88));
  } catch {
    return null;
  } finally {
    await handle.close();
  }
}
