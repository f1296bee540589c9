import { plainImage, type ImagePlan } from './image-plan.ts';
import { pasts } from './past-plan.ts';
import type { Trial } from './try-image.ts';

/**
 * Takes out of a plan whatever is not needed for its trial to go wrong in the same way.
 *
 * @param again - tries a plan
 */
export async function minimise(found: Trial, again: (plan: ImagePlan) => Promise<Trial>): Promise<Trial> {
  let smallest = found;
  for (const simplify of simplifications) {
    const simpler = simplify(smallest.plan);
    if (JSON.stringify(simpler) === JSON.stringify(smallest.plan)) continue;
    const trial = await again(simpler).catch(() => undefined);
    if (trial !== undefined && trial.outcome === found.outcome && trial.wrong[0] === found.wrong[0])
      smallest = trial;
  }
  return smallest;
}

type Simplify = (plan: ImagePlan) => ImagePlan;

const simplifications: readonly Simplify[] = [
  (plan) => ({ ...plan, container: plainImage.container }),
  (plan) => ({ ...plan, past: [] }),
  ({ root, past, ...plan }) => ({
    ...plan,
    root,
    past: past.filter((name) => pasts[name]?.boot === undefined),
    boot: null,
    disk: withRoot(root.sizeMebibytes),
  }),
  (plan) => ({ ...plan, root: { ...plan.root, more: [], extended: [], isIndexed: false } }),
  (plan) => ({ ...plan, root: { ...plan.root, features: [], blockBytes: 4096, inodeBytes: 256 } }),
  (plan) => ({
    ...plan,
    root: { ...plainImage.root, sizeMebibytes: plan.root.sizeMebibytes, fault: plan.root.fault },
  }),
];

function withRoot(mebibytes: number): ImagePlan['disk'] {
  const partitions = plainImage.disk.partitions.map((one) => ({ ...one, sectors: mebibytes * 2048 }));
  return { ...plainImage.disk, sizeBytes: (mebibytes + 2) * 1024 * 1024, partitions };
}
