import { randomnessOf } from '../../support/randomness.ts';
import { messagesOfContainerFaults, planContainer, type ContainerPlan } from './container-plan.ts';
import { messagesOfDiskFaults, planDisk, type DiskPlan } from './disk-plan.ts';
import { messagesOfExtFaults, planExt, type ExtPlan } from './ext-plan.ts';
import { planFat, type FatPlan } from './fat-plan.ts';
import { pasts, planPast } from './past-plan.ts';

/** An image of the matrix. The seed alone decides it. */
export interface ImagePlan {
  readonly seed: number;
  readonly disk: DiskPlan;
  readonly root: ExtPlan;
  readonly boot: FatPlan | null;
  /** Names of `pasts`. */
  readonly past: readonly string[];
  readonly container: ContainerPlan;
}

/** Plans an image. Something is wrong with four of ten. */
export function planImage(seed: number): ImagePlan {
  const random = randomnessOf(seed);
  const wrong = random.chance(0.4) ? random.pick(['disk', 'root', 'past', 'container']) : null;
  const table = random.pick(['mbr', 'mbr', 'mbr', 'gpt', 'gpt', 'gpt', 'hybrid', 'none'] as const);
  const sectorBytes = table !== 'none' && random.chance(0.25) ? 4096 : 512;
  const root = planExt(random, wrong === 'root');
  const boot = table === 'none' || random.chance(0.15) ? null : planFat(random, sectorBytes);
  const hasBoot = boot?.isBoot === true;
  const sizes = {
    sectorBytes,
    root: root.sizeMebibytes * 1024 * 1024,
    boot: boot === null ? null : boot.sizeMebibytes * 1024 * 1024,
  } as const;
  const disk = planDisk(random, table, sizes, wrong === 'disk');
  const past = planPast(random, hasBoot, wrong === 'past');
  const container = planContainer(random, wrong === 'container');
  return { seed, disk, root, boot, past, container };
}

/** Messages, one of which refuses the image; empty when nodes are made from it. What was put in decides. */
export function expectedMessages(plan: ImagePlan): readonly string[] {
  const { disk, root, container } = plan;
  if (container.fault !== null) return messagesOfContainerFaults[container.fault];
  if (disk.fault === 'second-root' && isRootTold(plan)) return messagesOfPast(plan);
  if (disk.fault !== null) return messagesOfDiskFaults[disk.fault];
  if (root.fault === 'full' && isRootLast(disk)) return messagesOfPast(plan);
  if (root.fault !== null) return messagesOfExtFaults[root.fault];
  return messagesOfPast(plan);
}

/** Messages that may refuse an image of which nodes can be made otherwise: it depends on the room that they need. */
export function possibleMessages({ root }: ImagePlan): readonly string[] {
  // resize2fs 1.47 stumbles over some files that are mapped block by block when nearly all of the filesystem is full.
  const isMappedByBlock = root.type !== 'ext4' || root.features.includes('^extent');
  const mayFail = root.features.includes('bigalloc') || (root.fault === 'full' && isMappedByBlock);
  return mayFail ? ['image-cannot-grow'] : [];
}

function messagesOfPast({ past }: ImagePlan): readonly string[] {
  return past.flatMap((name) => pasts[name]?.messages ?? []);
}

/** The command line of the boot partition names the first of two roots, by its label. */
function isRootTold({ boot, root, past }: ImagePlan): boolean {
  const changed = past.map((name) => pasts[name]?.boot?.['/cmdline.txt']).find((text) => text !== undefined);
  return (
    boot?.isBoot === true &&
    root.label === 'rootfs' &&
    (changed ?? 'root=LABEL=rootfs').includes('root=LABEL=rootfs')
  );
}

/** Nothing is behind the root, so that it can grow. */
function isRootLast({ partitions }: DiskPlan): boolean {
  const root = partitions.find(({ content }) => content === 'root');
  return root !== undefined && partitions.every(({ start }) => start <= root.start);
}

/** The simplest image: a plan is held against it part by part to see what matters. */
export const plainImage: ImagePlan = {
  seed: -1,
  disk: {
    table: 'mbr',
    sectorBytes: 512,
    sizeBytes: 32 * 1024 * 1024,
    partitions: [{ content: 'root', number: 1, start: 2048, sectors: 24 * 2048, isLogical: false }],
    oddBytes: 0,
    fault: null,
  },
  root: {
    ...({ type: 'ext4', sizeMebibytes: 24, blockBytes: 4096, inodeBytes: 256, fault: null } as const),
    ...{ features: [], more: [], extended: [], label: 'rootfs', isIndexed: false },
  },
  boot: null,
  past: [],
  container: { layers: [], fault: null },
};
