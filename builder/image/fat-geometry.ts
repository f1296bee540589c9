import type { FilesystemKind } from './layout.ts';

/** Layout of a FAT filesystem. All positions in bytes from its start. */
export interface FatGeometry {
  readonly kind: Extract<FilesystemKind, 'fat12' | 'fat16' | 'fat32'>;
  readonly label: string;
  readonly uuid: string;
  readonly sizeBytes: number;
  readonly clusterBytes: number;
  /** Data clusters; the first has number 2. */
  readonly clusters: number;
  readonly fatOffsetBytes: number;
  readonly fatBytes: number;
  readonly fatCopies: number;
  /** Root directory of FAT12 and FAT16; empty on FAT32. */
  readonly rootOffsetBytes: number;
  readonly rootBytes: number;
  /** First cluster of the root directory on FAT32, else 0. */
  readonly rootCluster: number;
  readonly dataOffsetBytes: number;
}

/**
 * Parses the first 512 bytes of a FAT filesystem; null when they are none.
 * Which of the three it is depends on the number of clusters alone.
 * Source: Microsoft FAT specification ("fatgen103"), sections 3.1 to 3.5.
 */
export function parseFatGeometry(sector: Buffer): FatGeometry | null {
  const sectorBytes = sector.readUInt16LE(11);
  const sectorsPerCluster = sector.readUInt8(13);
  const reservedSectors = sector.readUInt16LE(14);
  const fatCopies = sector.readUInt8(16);
  if (sector.readUInt16LE(510) !== 0xaa55 || sector.readUInt8(21) < 0xf0) return null;
  if (![512, 1024, 2048, 4096].includes(sectorBytes) || reservedSectors === 0) return null;
  if (!isPowerOfTwo(sectorsPerCluster) || fatCopies === 0 || fatCopies > 4) return null;

  const fatSectors = sector.readUInt16LE(22) || sector.readUInt32LE(36);
  const totalSectors = sector.readUInt16LE(19) || sector.readUInt32LE(32);
  const rootBytes = sector.readUInt16LE(17) * 32;
  const fatOffsetBytes = reservedSectors * sectorBytes;
  const fatBytes = fatSectors * sectorBytes;
  const rootOffsetBytes = fatOffsetBytes + fatCopies * fatBytes;
  const dataOffsetBytes = rootOffsetBytes + Math.ceil(rootBytes / sectorBytes) * sectorBytes;
  const clusterBytes = sectorsPerCluster * sectorBytes;
  const sizeBytes = totalSectors * sectorBytes;
  const clusters = Math.floor((sizeBytes - dataOffsetBytes) / clusterBytes);
  if (fatSectors === 0 || clusters <= 0) return null;

  const isFat32 = sector.readUInt16LE(22) === 0;
  const kind = isFat32 ? 'fat32' : clusters < 4085 ? 'fat12' : 'fat16';
  const extended = isFat32 ? 64 : 36;
  const rootCluster = isFat32 ? sector.readUInt32LE(44) : 0;
  const identity = readIdentity(sector, extended);
  return {
    kind,
    ...identity,
    sizeBytes,
    clusterBytes,
    clusters,
    fatOffsetBytes,
    fatBytes,
    fatCopies,
    rootOffsetBytes,
    rootBytes,
    rootCluster,
    dataOffsetBytes,
  };
}

/** In the byte of state: the filesystem was mounted, and not unmounted. Source: fs/fat/fat.h of Linux, FAT_STATE_DIRTY */
export const fatDirtyBit = 1;

/** Position of the state byte in the boot sector. */
export function fatStateOffset(kind: FilesystemKind): number {
  return kind === 'fat32' ? 0x41 : 0x25;
}

/** Position of a cluster's first byte. */
export function clusterOffset(geometry: FatGeometry, cluster: number): number {
  return geometry.dataOffsetBytes + (cluster - 2) * geometry.clusterBytes;
}

function readIdentity(sector: Buffer, extended: number): { label: string; uuid: string } {
  const signature = sector.readUInt8(extended + 2);
  if (signature !== 0x28 && signature !== 0x29) return { label: '', uuid: '' };
  const serial = sector
    .readUInt32LE(extended + 3)
    .toString(16)
    .toUpperCase()
    .padStart(8, '0');
  const label = sector.toString('latin1', extended + 7, extended + 18).trimEnd();
  return { label: label === 'NO NAME' ? '' : label, uuid: `${serial.slice(0, 4)}-${serial.slice(4)}` };
}

function isPowerOfTwo(value: number): boolean {
  return value > 0 && (value & (value - 1)) === 0;
}
