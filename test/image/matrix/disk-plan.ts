import type { Randomness } from '../../support/randomness.ts';

/** What is put into a partition. `data` is a filesystem without a system, `second-root` a second system. */
export type Content = 'root' | 'boot' | 'data' | 'seed' | 'swap' | 'empty' | 'second-root';

/** A partition, in sectors of the disk. */
export interface PlannedPartition {
  readonly content: Content;
  readonly number: number;
  readonly start: number;
  readonly sectors: number;
  readonly isLogical: boolean;
}

/** How a disk is spoilt once it is made. */
export type DiskFault =
  | 'overlap'
  | 'beyond-end'
  | 'cut'
  | 'header-checksum'
  | 'entries-checksum'
  | 'no-protective-mbr'
  | 'only-backup'
  | 'second-root'
  | 'no-root'
  | 'root-cut';

/** A disk: `none` is one filesystem without a table. */
export interface DiskPlan {
  readonly table: 'none' | 'mbr' | 'gpt' | 'hybrid';
  readonly sectorBytes: 512 | 4096;
  readonly sizeBytes: number;
  readonly partitions: readonly PlannedPartition[];
  /** Bytes behind the last whole sector. */
  readonly oddBytes: number;
  readonly fault: DiskFault | null;
}

/** The messages, one of which says what is wrong with such a disk. */
export const messagesOfDiskFaults: Readonly<Record<DiskFault, readonly string[]>> = {
  overlap: ['image-partitions-overlap'],
  'beyond-end': ['image-truncated'],
  cut: ['image-truncated'],
  'header-checksum': ['image-table-damaged'],
  'entries-checksum': ['image-table-damaged'],
  'no-protective-mbr': ['image-table-damaged'],
  'only-backup': ['image-table-damaged'],
  'second-root': ['image-several-roots'],
  'no-root': ['image-no-root'],
  'root-cut': ['image-truncated'],
};

const mebibyte = 1024 * 1024;
const generalFaults: readonly DiskFault[] = [
  'overlap',
  'beyond-end',
  'cut',
  'second-root',
  'no-root',
  'root-cut',
];
const gptFaults: readonly DiskFault[] = [
  'header-checksum',
  'entries-checksum',
  'no-protective-mbr',
  'only-backup',
];

/** What decides the partitions: sizes in bytes. `none` has no table, so its sectors are of 512 bytes. */
export interface ContentSizes {
  readonly sectorBytes: 512 | 4096;
  readonly root: number;
  readonly boot: number | null;
}

/** Plans a disk: which partitions there are, in which order, with which numbers, gaps and ends. */
export function planDisk(
  random: Randomness,
  table: DiskPlan['table'],
  sizes: ContentSizes,
  hasFault: boolean,
): DiskPlan {
  const fault = hasFault ? random.pick(faultsOf(table)) : null;
  if (table === 'none') {
    const root = {
      content: 'root',
      number: 0,
      start: 0,
      sectors: sizes.root / 512,
      isLogical: false,
    } as const;
    const oddBytes = random.chance(0.1) ? random.between(1, 511) : 0;
    return { table, sectorBytes: 512, sizeBytes: sizes.root, partitions: [root], oddBytes, fault };
  }
  const { sectorBytes } = sizes;
  const contents = chooseContents(random, sizes, fault);
  const isLogical = table === 'mbr' && (contents.length > 4 || random.chance(0.35));
  const placed = placePartitions(random, contents, sizes, { sectorBytes, isLogical, isGpt: table !== 'mbr' });
  const last = placed.at(-1);
  const end = last === undefined ? 0 : last.start + last.sectors;
  // The backup of a GPT takes 128 entries and a header.
  const tail = table === 'mbr' ? 0 : (128 * 128) / sectorBytes + 1;
  const spare = random.pick([0, 0, 1, 7, 2048, 8192]);
  return {
    table,
    sectorBytes,
    sizeBytes: (end + tail + spare) * sectorBytes,
    partitions: placed,
    oddBytes: random.chance(0.1) ? random.between(1, 511) : 0,
    fault,
  };
}

function faultsOf(table: DiskPlan['table']): readonly DiskFault[] {
  if (table === 'none') return ['cut', 'no-root'];
  return table === 'gpt' ? [...generalFaults, ...gptFaults] : generalFaults;
}

function chooseContents(random: Randomness, sizes: ContentSizes, fault: DiskFault | null): Content[] {
  const contents: Content[] = ['root'];
  if (sizes.boot !== null) contents.push('boot');
  for (const more of ['data', 'seed', 'swap', 'empty'] as const) if (random.chance(0.15)) contents.push(more);
  if (fault === 'second-root') contents.push('second-root');
  if (fault === 'overlap' && contents.length === 1) contents.push('empty');
  const shuffled = shuffle(random, contents);
  // Most images have the root last, and some of the others are to be found, too.
  return random.chance(0.5) ? [...shuffled.filter((one) => one !== 'root'), 'root'] : shuffled;
}

interface Placing {
  readonly sectorBytes: number;
  readonly isLogical: boolean;
  readonly isGpt: boolean;
}

function placePartitions(
  random: Randomness,
  contents: readonly Content[],
  sizes: ContentSizes,
  { sectorBytes, isLogical, isGpt }: Placing,
): PlannedPartition[] {
  // An old disk begins in its second track, a new one at 1 or 4 MiB; the table of a GPT takes 34 sectors.
  const starts = isGpt ? [mebibyte, 4 * mebibyte, 64 * 512] : [mebibyte, 4 * mebibyte, 63 * 512, 8 * 512];
  let next = Math.ceil(random.pick(starts) / sectorBytes);
  const firstLogical = isLogical
    ? random.between(Math.max(0, contents.length - 4), Math.min(3, contents.length - 1))
    : contents.length;
  const places = isGpt
    ? random.pick([
        [1, 2, 3, 4, 5, 6, 7],
        [1, 14, 15, 16, 5, 3, 128],
      ])
    : [1, 2, 3, 4];
  const numbers = random.chance(0.3) ? shuffle(random, places) : places;
  return contents.map((content, index): PlannedPartition => {
    const inExtended = index >= firstLogical;
    const number = inExtended ? 5 + index - firstLogical : (numbers[index] ?? index + 1);
    const gap = random.pick([0, 0, 1, 8, 63, 2048]);
    // A logical partition lies behind its own record.
    const start = next + gap + (inExtended ? random.pick([1, 8, 63]) : 0);
    const sectors = sectorsOf(content, sizes, sectorBytes);
    next = start + sectors;
    return { content, number, start, sectors, isLogical: inExtended };
  });
}

function sectorsOf(content: Content, sizes: ContentSizes, sectorBytes: number): number {
  const bytes = {
    root: sizes.root,
    boot: sizes.boot ?? 0,
    data: 4 * mebibyte,
    seed: 2 * mebibyte,
    swap: mebibyte,
    empty: mebibyte,
    'second-root': 8 * mebibyte,
  }[content];
  return bytes / sectorBytes;
}

function shuffle<T>(random: Randomness, items: readonly T[]): T[] {
  const left = [...items];
  return items.flatMap(() => left.splice(random.between(0, left.length - 1), 1));
}
