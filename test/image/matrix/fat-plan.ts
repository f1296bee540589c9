import type { Randomness } from '../../support/randomness.ts';

/** A FAT filesystem, as arguments of mkfs.vfat say it. */
export interface FatPlan {
  readonly bits: 12 | 16 | 32;
  readonly sizeMebibytes: number;
  readonly sectorBytes: number;
  readonly sectorsPerCluster: number;
  readonly copies: 1 | 2;
  readonly reserved: number;
  readonly label: string | null;
  /** It was not unmounted. */
  readonly isDirty: boolean;
  /** Files of a boot partition; of a data partition it has none. */
  readonly isBoot: boolean;
}

/** Plans the FAT of a boot partition on a disk with sectors of this length: no FAT has shorter ones. */
export function planFat(random: Randomness, diskSectorBytes: 512 | 4096): FatPlan {
  // A FAT32 of longer sectors would have to be larger than is quick.
  const bits = random.pick(
    diskSectorBytes === 4096 ? ([16, 12] as const) : ([32, 16, 16, 12, 12, 12] as const),
  );
  const sectorBytes =
    bits === 32 || random.chance(0.6)
      ? diskSectorBytes
      : Math.max(diskSectorBytes, random.pick([1024, 2048, 4096]));
  const clusterBytes = Math.max(sectorBytes, diskSectorBytes, chooseClusterBytes(random, bits));
  return {
    bits,
    sizeMebibytes: sizeOf(random, bits, clusterBytes),
    sectorBytes,
    sectorsPerCluster: clusterBytes / sectorBytes,
    copies: random.chance(0.15) ? 1 : 2,
    reserved: bits === 32 ? random.pick([32, 64]) : random.pick([1, 4, 8]),
    label: random.pick(['BOOTFS', 'boot', 'system-boot', 'CIDATA', null]),
    isDirty: random.chance(0.08),
    isBoot: random.chance(0.9),
  };
}

function chooseClusterBytes(random: Randomness, bits: FatPlan['bits']): number {
  return { 12: random.pick([4096, 8192]), 16: random.pick([512, 1024, 2048]), 32: 512 }[bits];
}

/** So large that the number of clusters is right for the kind: below 4085 for FAT12, below 65525 for FAT16. */
function sizeOf(random: Randomness, bits: FatPlan['bits'], clusterBytes: number): number {
  if (bits === 12) return random.pick([2, 4, 8]);
  if (bits === 16) return clusterBytes < 4096 ? random.pick([9, 16]) : 20;
  return random.pick([34, 36]);
}
