import type { ByteSource } from '../image/byte-source.ts';
import { identifyFilesystem } from '../image/filesystem.ts';

/** What a device holds, by the names of libblkid. */
export interface Signature {
  readonly signature: string | null;
  readonly label: string | null;
  readonly uuid: string | null;
}

const nothing: Signature = { signature: null, label: null, uuid: null };

/** Kinds of ours that libblkid calls otherwise. */
const libblkidNames: Readonly<Record<string, string>> = {
  fat12: 'vfat',
  fat16: 'vfat',
  fat32: 'vfat',
  luks: 'crypto_LUKS',
  lvm: 'LVM2_member',
};

/** Says what a device holds from its own bytes, where no udev has looked at it: a filesystem, or a part of something larger. */
export async function identifySignature(source: ByteSource): Promise<Signature> {
  if (await isRaidMember(source)) return { ...nothing, signature: 'linux_raid_member' };
  if (await isZfsMember(source)) return { ...nothing, signature: 'zfs_member' };
  if ((await source.read(3, 8)).toString('latin1') === '-FVE-FS-')
    return { ...nothing, signature: 'BitLocker' };
  const { kind, label, uuid } = await identifyFilesystem(source, 0, source.sizeBytes);
  if (kind === 'unknown') return nothing;
  return { signature: libblkidNames[kind] ?? kind, label: label || null, uuid: uuid || null };
}

/** Source: super0.c and super1.c of mdadm: version 0.90 and 1.0 at the end, 1.1 at the beginning, 1.2 at 4 KiB. */
async function isRaidMember(source: ByteSource): Promise<boolean> {
  const { sizeBytes } = source;
  const places = [
    0,
    4096,
    (Math.floor(sizeBytes / 512 / 8) - 2) * 8 * 512,
    (Math.floor(sizeBytes / 65_536) - 1) * 65_536,
  ];
  for (const offset of places)
    if (offset >= 0 && (await source.read(offset, 4)).readUInt32LE(0) === 0xa92b4efc) return true;
  return false;
}

/** Source: vdev_impl.h and uberblock_impl.h of OpenZFS: uberblocks in the second half of the first label, in either byte order. */
async function isZfsMember(source: ByteSource): Promise<boolean> {
  const uberblocks = await source.read(128 * 1024, 128 * 1024);
  for (let offset = 0; offset < uberblocks.length; offset += 1024) {
    if (uberblocks.readBigUInt64LE(offset) === 0xbab10cn || uberblocks.readBigUInt64BE(offset) === 0xbab10cn)
      return true;
  }
  return false;
}
