import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { judgeScript } from '../../contract/random/judge.ts';
import { askInBase } from '../../contract/support/ask-in-base.ts';
import type { BaseTree } from '../../contract/support/base-tree.ts';
import type { ImagePlan } from './image-plan.ts';
import type { FatFiles } from './make-fat.ts';
import { seedLabel } from './make-image.ts';
import { oldSeed } from './past-plan.ts';

/** The address of the only node of the definition. */
const nodeAddress = '192.0.2.101';

/** What cloud-init makes of an image. */
interface Reading {
  readonly id: string;
  readonly error?: string;
  readonly enabled: boolean;
  readonly instance: string;
  readonly hostname: string;
  readonly users: readonly string[];
  readonly network: string;
  readonly other: readonly string[];
}

/** Notes that cloud-init is to be asked about an image, whose root filesystem is the folder `root` in `folder/SEED`. */
export function keepForReading(plan: ImagePlan, bootFiles: FatFiles, folder: string): void {
  const id = String(plan.seed);
  const fats = plan.disk.partitions.flatMap(({ content }): Fat[] => {
    if (content === 'seed') return [{ label: seedLabel, files: new Map(Object.entries(oldSeed(''))) }];
    return content === 'boot' ? [{ label: plan.boot?.label ?? '', files: bootFiles }] : [];
  });
  const volumes = fats.map(({ label, files }, index) => {
    const place = `/.volume-${index}`;
    for (const [path, text] of files) {
      const target = join(folder, id, 'root', place, path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, text);
    }
    return { type: 'vfat', label, folder: place };
  });
  const line = bootFiles.get('/cmdline.txt') ?? '';
  const job = { id, tree: `/mnt/${id}`, command_line: line.trim(), volumes };
  writeFileSync(join(folder, 'jobs'), `${JSON.stringify(job)}\n`, { flag: 'a' });
}

/** A FAT, which was found to be as it was made. */
interface Fat {
  readonly label: string;
  readonly files: FatFiles;
}

/** Asks the cloud-init of a base about the images that were kept. Returns what is wrong, by the seeds of the images. */
export async function readSeeds(base: BaseTree, folder: string): Promise<Map<number, string[]>> {
  const scripts = [join(import.meta.dirname, 'read_seed.py'), judgeScript] as const;
  const readings = await askInBase<Reading>(
    base,
    folder,
    [...scripts],
    'ask cloud-init about images of the matrix',
  );
  rmSync(folder, { recursive: true });
  return new Map(readings.map((reading) => [Number(reading.id), complaintsOf(reading)]));
}

function complaintsOf({ error, enabled, instance, hostname, users, network, other }: Reading): string[] {
  if (error !== undefined) return [`cloud-init: ${error}`];
  return [
    ...(enabled ? [] : ['ds-identify finds no source']),
    ...(/^m-m-1-[0-9a-f]+$/.test(instance) ? [] : [`cloud-init takes the instance ${instance}`]),
    ...(hostname === 'm-1' ? [] : [`cloud-init takes the host name ${hostname}`]),
    ...(users.join() === 'dlimage' ? [] : [`cloud-init makes the users ${users.join(', ')}`]),
    ...(network.includes(`"${nodeAddress}/24"`) ? [] : [`cloud-init takes the network ${network}`]),
    ...(other.length === 0 ? [] : [`cloud-init does more: ${other.join(', ')}`]),
  ];
}
