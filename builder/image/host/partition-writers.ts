import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { renderDebugfsScript } from '../debugfs-script.ts';
import { findExtConflicts } from '../ext-conflicts.ts';
import { planExtChanges, type PlacedEntry } from '../ext-plan.ts';
import { extSpaceNeed } from '../space-need.ts';
import { createExtTree } from '../ext-tree.ts';
import { planFatChanges } from '../fat-plan.ts';
import type { FatVolume } from '../fat-volume.ts';
import { fatRangesToCompare } from '../fat-ranges.ts';
import type { ByteSource } from '../byte-source.ts';
import type { ImagePartition } from '../layout.ts';
import type { ByteRange } from '../ranges.ts';
import { parseUndoFile } from '../undo-file.ts';
import type { Entry } from '../entry.ts';
import type { BaseImage } from './base.ts';
import { readFatVolume, readExtSuperblock } from './volumes.ts';
import { refuse } from './check-entries.ts';
import { checkExtSpace, checkFatSpace } from './check-space.ts';
import { statExt, writeExt } from './ext-programs.ts';
import { writeFat } from './fat-programs.ts';
import { sourceOf, type OpenImage } from './open-image.ts';
import { checkHostFiles, stageContents } from './staging.ts';

/** Writes entries into one partition of a work copy. */
export interface PartitionWriter {
  readonly partition: Entry['partition'];
  /** Refuses what does not fit the base, before anything is written. */
  check(entries: readonly Entry[]): Promise<void>;
  /** Writes, and returns ranges of the image that hold everything that was changed. `stage` is a private directory. */
  write(
    copy: ByteSource & { readonly path: string },
    entries: readonly Entry[],
    stage: string,
    signal: AbortSignal | undefined,
  ): Promise<ByteRange[]>;
}

const conflictHint = 'change the path, or take the file out of the overlay';

/** Writes the root filesystem with debugfs, whose undo file names every block that it writes. */
export function createRootWriter(base: BaseImage, image: OpenImage): PartitionWriter {
  const { offsetBytes } = base.root;
  const volume = { imagePath: base.path, offsetBytes };
  const tree = createExtTree((paths) => statExt(volume, paths));
  const place = async (entries: readonly Entry[]): Promise<PlacedEntry[]> => {
    const places = await tree.resolve(entries.map((entry) => entry.path));
    return entries.flatMap((entry, index) => {
      const found = places[index];
      return found === undefined ? [] : [{ entry, place: found }];
    });
  };
  return {
    partition: 'root',
    async check(entries) {
      const placed = await place(entries);
      const what = `the plan does not fit ${base.path}`;
      refuse('image-path-conflict', what, findExtConflicts(placed), conflictHint);
      const superblock = await readExtSuperblock(image, base.root);
      checkExtSpace(base.path, extSpaceNeed(placed, superblock), superblock);
    },
    async write(copy, entries, stage, signal) {
      const superblock = await readExtSuperblock(image, base.root);
      const { hostPathOf } = await stageContents(entries, stage);
      const changes = planExtChanges(await place(entries), hostPathOf, superblock.inodeSize > 128);
      const undoPath = join(stage, 'undo');
      const seconds = superblock.writtenSeconds;
      const options = { undoPath, seconds, signal };
      await writeExt({ imagePath: copy.path, offsetBytes }, renderDebugfsScript(changes), options);
      await checkHostFiles(entries);
      const ranges = await readUndoFile(undoPath);
      return ranges.map((range) => ({ ...range, offsetBytes: range.offsetBytes + offsetBytes }));
    },
  };
}

async function readUndoFile(path: string): Promise<ByteRange[]> {
  const handle = await open(path, 'r');
  try {
    return await parseUndoFile(sourceOf(handle, (await handle.stat()).size));
  } finally {
    await handle.close();
    await rm(path);
  }
}

/** Writes the boot partition with mtools; what changed is found through the allocation table. */
export function createBootWriter(boot: ImagePartition, image: OpenImage): PartitionWriter {
  const { offsetBytes } = boot;
  let known: Promise<FatVolume> | null = null;
  const readBefore = () => (known ??= readFatVolume(image, boot));
  return {
    partition: 'boot',
    async check(entries) {
      if (entries.length === 0) return;
      const volume = await readBefore();
      const plan = await planFatChanges(entries, volume);
      refuse('image-path-conflict', `the plan does not fit ${image.path}`, plan.conflicts, conflictHint);
      checkFatSpace(image.path, plan.need, volume);
    },
    async write(copy, entries, stage, signal) {
      const before = await readBefore();
      const plan = await planFatChanges(entries, before);
      const { hostPathOf } = await stageContents(entries, stage);
      const seconds = entries.reduce((latest, entry) => Math.max(latest, entry.mtimeSeconds), 315_532_800);
      const options = { seconds, signal };
      await writeFat({ imagePath: copy.path, offsetBytes }, plan, hostPathOf, options);
      await checkHostFiles(entries);
      const after = await readFatVolume(copy, boot);
      const ranges = await fatRangesToCompare(before, after, entries);
      return ranges.map((range) => ({ ...range, offsetBytes: range.offsetBytes + offsetBytes }));
    },
  };
}
