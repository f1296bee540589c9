import type { ImagePartition } from '../image/layout.ts';
import type { BlockDevice, Disk } from './block-device.ts';
import { formatCardSize } from './format-card-size.ts';
import type { DiskContents } from './read-contents.ts';

/** A disk in words, for a table, a question, and `--json`. */
export interface DiskDescription {
  readonly path: string;
  /** `SanDisk Ultra`; what it is where it has no name. */
  readonly model: string;
  /** `31.9 GB`, or `no card`. */
  readonly size: string;
  /** `USB`, `card slot`, `NVMe` … */
  readonly bus: string;
  /** `1-2, 6:0:0:1`; empty where none is known. */
  readonly slot: string;
  readonly serial: string;
  /** What is on it now, each a phrase: what would be lost. */
  readonly contents: readonly string[];
}

/** Says what a disk is and holds. `contents` is null where it may not be read: then what udev knows is told. */
export function describeDisk(disk: Disk, contents: DiskContents | null): DiskDescription {
  const slot = [disk.usbPort, disk.slot].filter((part) => part !== null).join(', ');
  return {
    path: disk.path,
    model: [disk.vendor, disk.model].filter((part) => part !== null).join(' ') || 'unnamed',
    size: isWithoutMedium(disk) ? 'no card' : formatCardSize(disk.sizeBytes),
    bus: busOf(disk),
    slot,
    serial: disk.serial ?? disk.cid ?? '',
    contents: isWithoutMedium(disk) ? [] : describeContents(disk, contents),
  };
}

/** In one line: `/dev/sdb: SanDisk Ultra, 31.9 GB, USB, slot 1-2, 6:0:0:1, serial 4C53`. */
export function formatDisk({ path, model, size, bus, slot, serial }: DiskDescription): string {
  const parts = [
    model,
    size,
    bus,
    slot === '' ? '' : `slot ${slot}`,
    serial === '' ? '' : `serial ${serial}`,
  ];
  return `${path}: ${parts.filter((part) => part !== '').join(', ')}`;
}

function isWithoutMedium({ sizeBytes, claim }: Disk): boolean {
  return sizeBytes === 0 || claim === 'no-medium';
}

function busOf({ transport, subsystems, mmcType, type }: BlockDevice): string {
  if (type === 'loop') return 'loop device';
  if (mmcType !== null) return mmcType === 'MMC' ? 'eMMC' : 'card slot';
  if (transport === 'usb' || subsystems.includes('usb')) return 'USB';
  const names: Readonly<Record<string, string>> = { nvme: 'NVMe', sata: 'SATA', ata: 'ATA', sas: 'SAS' };
  return names[transport ?? ''] ?? transport ?? subsystems.find((name) => name !== 'block') ?? 'unknown bus';
}

function describeContents(disk: Disk, contents: DiskContents | null): string[] {
  if (contents?.kind === 'unfinished') {
    const { node, cluster, beganSeconds } = contents.marker;
    const when = new Date(beganSeconds * 1000).toISOString().slice(0, 16).replace('T', ' ');
    return [`unfinished: ${node} of cluster ${cluster}, begun ${when} UTC`];
  }
  const mounted = mountedAt(disk);
  if (contents?.kind === 'node') return [`${contents.node} of cluster ${contents.cluster}`, ...mounted];
  if (contents?.kind === 'partitions')
    return contents.partitions.map((partition) => describePartition(disk, partition));
  if (contents?.kind === 'empty') return mounted.length === 0 ? ['empty'] : mounted;
  const known = disk.layers
    .filter(({ signature }) => signature !== null)
    .map((layer) => describeLayer(disk, layer));
  if (known.length > 0) return known;
  return contents === null
    ? ['contents unknown: it may not be read', ...mounted]
    : ['data without a filesystem', ...mounted];
}

function describePartition(disk: Disk, { number, filesystem, sizeBytes }: ImagePartition): string {
  const layer =
    number === 0 ? disk.layers[0] : disk.layers.find(({ name }) => name === partitionName(disk.name, number));
  const kind = filesystem.kind === 'unknown' ? (layer?.signature ?? 'unknown data') : filesystem.kind;
  return phrase(kind, filesystem.label, sizeBytes, layer === undefined ? [] : pointsOf(disk, layer.name));
}

function describeLayer(disk: Disk, { name, signature, label, sizeBytes }: BlockDevice): string {
  return phrase(signature ?? 'data', label ?? '', sizeBytes, pointsOf(disk, name));
}

function phrase(kind: string, label: string, sizeBytes: number, points: readonly string[]): string {
  const name = label === '' ? kind : `${kind} ${label}`;
  const at = points.length === 0 ? '' : `, mounted at ${points.join(' and ')}`;
  return `${name} (${formatCardSize(sizeBytes)})${at}`;
}

function mountedAt({ mounts }: Disk): string[] {
  return mounts.map(({ mountPoint }) => `mounted at ${mountPoint}`);
}

function pointsOf({ mounts }: Disk, device: string): string[] {
  return mounts.filter((mount) => mount.device === device).map(({ mountPoint }) => mountPoint);
}

/** The kernel puts a `p` between a name that ends in a digit and the number: `mmcblk0p1`, `sdb1`. */
function partitionName(disk: string, number: number): string {
  return /\d$/.test(disk) ? `${disk}p${number}` : `${disk}${number}`;
}
