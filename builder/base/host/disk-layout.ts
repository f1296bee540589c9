import { createHash } from 'node:crypto';
import type { BasePartition } from './built-base.ts';
import type { BaseTarget } from '../base-request.ts';

/** Label that the kernel command line, GRUB and fstab find the root partition by. */
const rootLabel = 'dlroot';
/**
 * Label that fstab finds the boot partition by. The Raspberry Pi's holds the seed, which cloud-init looks for under
 * this name in its local stage, without any setting. Source: https://docs.cloud-init.io/en/latest/reference/datasources/nocloud.html
 */
const bootLabels = { 'raspberry-pi': 'CIDATA', uefi: 'DLBOOT', pc: 'DLBOOT' } as const;

/** A partition of our own making: nothing in it is `other`. */
type PlannedPartition = BasePartition & { readonly role: 'loader' | 'boot' | 'root' };

/** A disk as it will be divided, with every identifier in it. */
export interface DiskLayout {
  readonly table: 'mbr' | 'gpt';
  readonly sizeBytes: number;
  readonly partitions: readonly PlannedPartition[];
  /** Input of `sfdisk` that makes the partition table. */
  readonly sfdiskScript: string;
  /** Seed of the root file system's directory hashes. */
  readonly hashSeed: string;
}

const mebibyte = 1024 * 1024;
const sectorBytes = 512;
/** A GPT keeps a copy of itself in the last sectors; a whole MiB keeps everything aligned. */
const gptTailBytes = mebibyte;

// Source: UEFI specification 2.10, table 5.7; https://uapi-group.org/specifications/specs/discoverable_partitions_specification/
const gptTypes = {
  loader: '21686148-6449-6E6F-744E-656564454649',
  boot: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B',
  root: '0FC63DAF-8483-4772-8E79-3D69D8477DE4',
} as const;
const mbrTypes = { loader: 'da', boot: 'c', root: '83' } as const;

/**
 * Divides the disk of a base: the FAT partition that firmware reads, then the root partition to the end, so that
 * it can grow; a PC also gets a partition for GRUB's BIOS image in front. Identifiers come from `key`, the base's
 * hash, so that the same base always is the same disk.
 */
export function planDiskLayout(
  target: BaseTarget,
  sizes: { readonly imageSizeMb: number; readonly bootSizeMb: number },
  key: string,
): DiskLayout {
  const table = target.platform === 'raspberry-pi' ? 'mbr' : 'gpt';
  const sizeBytes = sizes.imageSizeMb * mebibyte;
  const partitions: PlannedPartition[] = [];
  let offsetBytes = mebibyte;
  const add = (partition: Omit<PlannedPartition, 'number' | 'offsetBytes'>): void => {
    partitions.push({ number: partitions.length + 1, offsetBytes, ...partition });
    offsetBytes += partition.sizeBytes;
  };
  if (target.platform === 'pc') {
    add({ role: 'loader', sizeBytes: mebibyte, filesystem: null, label: '', uuid: '' });
  }
  const serial = derivedHex(key, 'boot').slice(0, 8).toUpperCase();
  add({
    role: 'boot',
    sizeBytes: sizes.bootSizeMb * mebibyte,
    filesystem: 'fat32',
    label: bootLabels[target.platform],
    uuid: `${serial.slice(0, 4)}-${serial.slice(4)}`,
  });
  add({
    role: 'root',
    sizeBytes: sizeBytes - offsetBytes - (table === 'gpt' ? gptTailBytes : 0),
    filesystem: 'ext4',
    label: rootLabel,
    uuid: derivedUuid(key, 'root'),
  });
  return {
    table,
    sizeBytes,
    partitions,
    sfdiskScript: sfdiskScript(table, partitions, key),
    hashSeed: derivedUuid(key, 'hash-seed'),
  };
}

function sfdiskScript(table: 'mbr' | 'gpt', partitions: readonly PlannedPartition[], key: string): string {
  const header =
    table === 'mbr'
      ? ['label: dos', `label-id: 0x${derivedHex(key, 'disk').slice(0, 8)}`]
      : ['label: gpt', `label-id: ${derivedUuid(key, 'disk')}`];
  const lines = partitions.map((partition) => {
    const fields = [
      `start=${partition.offsetBytes / sectorBytes}`,
      `size=${partition.sizeBytes / sectorBytes}`,
      `type=${table === 'mbr' ? mbrTypes[partition.role] : gptTypes[partition.role]}`,
    ];
    if (table === 'gpt')
      fields.push(`uuid=${derivedUuid(key, `partition ${partition.role}`)}`, `name=${partition.role}`);
    return fields.join(', ');
  });
  return [...header, 'unit: sectors', '', ...lines, ''].join('\n');
}

function derivedHex(key: string, purpose: string): string {
  return createHash('sha256').update(`${key} ${purpose}`).digest('hex');
}

/** A UUID of version 8: "custom", which a hash of one's own is. Source: RFC 9562, section 5.8. */
function derivedUuid(key: string, purpose: string): string {
  const hex = derivedHex(key, purpose);
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
