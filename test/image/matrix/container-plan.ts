import type { Randomness } from '../../support/randomness.ts';

/** One way of packing, `xz` to `ova`; the ending of the file. */
export type Packing =
  | 'gz'
  | 'gz-members'
  | 'gz-zeros'
  | 'gz-signed'
  | 'xz'
  | 'xz-zeros'
  | 'zst'
  | 'bz2'
  | 'zip'
  | 'zip-stored'
  | '7z'
  | 'tar'
  | 'tar-sparse'
  | 'tar-bsd'
  | 'qcow2'
  | 'qcow2-old'
  | 'qcow2-packed'
  | 'vmdk'
  | 'vmdk-stream'
  | 'vdi'
  | 'vdi-static'
  | 'vhd'
  | 'vhd-fixed'
  | 'vhdx'
  | 'ova';

/** What is wrong with how an image is packed. */
export type ContainerFault =
  'cut' | 'damaged' | 'several' | 'none-in-it' | 'too-deep' | 'xz-more' | 'backing' | 'lz4';

/** Layers, the innermost first. */
export interface ContainerPlan {
  readonly layers: readonly Packing[];
  readonly fault: ContainerFault | null;
}

/** The messages, one of which says what is wrong. */
export const messagesOfContainerFaults: Readonly<Record<ContainerFault, readonly string[]>> = {
  cut: ['image-damaged', 'tool-failed'],
  damaged: ['image-damaged', 'tool-failed'],
  several: ['image-container-several'],
  'none-in-it': ['image-container-empty'],
  'too-deep': ['image-container-deep'],
  'xz-more': ['image-damaged', 'tool-failed'],
  backing: ['image-refers-outside'],
  lz4: ['image-format-unsupported'],
};

const streams: readonly Packing[] = [
  'gz',
  'gz-members',
  'gz-zeros',
  'gz-signed',
  'xz',
  'xz-zeros',
  'zst',
  'bz2',
];
const archives: readonly Packing[] = ['zip', 'zip-stored', '7z', 'tar', 'tar-sparse', 'tar-bsd'];
const disks: readonly Packing[] = [
  ...(['qcow2', 'qcow2-old', 'qcow2-packed', 'vmdk', 'vmdk-stream'] as const),
  ...(['vdi', 'vdi-static', 'vhd', 'vhd-fixed', 'vhdx'] as const),
];

/** Plans how an image is packed; most are raw. */
export function planContainer(random: Randomness, hasFault: boolean): ContainerPlan {
  if (hasFault) return planWrong(random);
  const one = (): Packing => random.pick(random.pick([streams, archives, disks]));
  const layers = random.pick<() => Packing[]>([
    () => [],
    () => [],
    () => [],
    () => [one()],
    () => [one()],
    () => [random.pick(disks), random.pick([...streams, ...archives])],
    () => [random.pick(streams), random.pick(archives)],
    () => [random.pick(archives), random.pick(streams)],
    () => ['ova'],
    () => ['ova', random.pick(streams)],
    () => [random.pick(disks), random.pick(archives), random.pick(streams)],
  ])();
  return { layers, fault: null };
}

function planWrong(random: Randomness): ContainerPlan {
  const fault = random.pick([
    ...(['cut', 'cut', 'damaged', 'damaged', 'several', 'none-in-it'] as const),
    ...(['too-deep', 'xz-more', 'backing', 'lz4'] as const),
  ]);
  return { layers: layersOfFault[fault]?.map((choices) => random.pick(choices)) ?? [], fault };
}

/** Where faults are to be found: for each layer the ways of packing that have them. */
const layersOfFault: Readonly<Partial<Record<ContainerFault, readonly (readonly Packing[])[]>>> = {
  cut: [['gz', 'xz', 'zst', 'bz2', 'zip', '7z', 'tar', 'qcow2', 'qcow2-packed', 'vmdk', 'vdi']],
  damaged: [['gz', 'xz', 'zst', 'bz2', 'zip', '7z']],
  several: [['zip', '7z', 'tar']],
  'none-in-it': [['zip', '7z', 'tar']],
  'too-deep': [['gz'], ['xz'], ['gz'], ['xz']],
  'xz-more': [['xz']],
};
