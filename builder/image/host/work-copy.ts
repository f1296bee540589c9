import { open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { ByteSource } from '../byte-source.ts';
import { patchedSource, type Patch } from '../patch.ts';
import { alignRanges, differingRuns, type ByteRange } from '../ranges.ts';
import type { Entry } from '../entry.ts';
import { HostError } from '../../report/errors.ts';
import { fingerprint } from './fingerprint.ts';
import type { BaseImage } from './base.ts';
import { copySparsely } from './copy-sparsely.ts';
import { openImage, sourceOf, type OpenImage } from './open-image.ts';
import { undoReach } from '../undo-file.ts';
import { createPatchStore } from './patch-store.ts';
import { createBootWriter, createRootWriter, type PartitionWriter } from './partition-writers.ts';
import { makePrivateTemporary, type PrivateTemporary } from '../../system/host/private-temporary.ts';
import { checkEntries } from './check-entries.ts';
import { checkHostFiles } from './staging.ts';
import { writeFully } from '../../system/host/write-fully.ts';

/** A private copy of a base on which the patches of nodes are made, one after the other. One for each worker. */
export interface WorkCopy {
  /**
   * Makes the patch that brings the entries into the base. The copy equals the base again afterwards; after a
   * failure it is thrown away, and made anew for the next patch.
   *
   * @throws HostError `image-name-unsupported`, `image-path-conflict`, `image-no-boot`, `image-no-space`,
   *   `host-file-missing`, `host-file-not-a-file` or `host-file-changed` before anything is written.
   */
  makePatch(
    entries: readonly Entry[],
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<Patch>;
  /**
   * From now on patches are made against the base with this patch laid over it, and hold only what they add to it.
   * The patch must stay open; a work copy takes one.
   */
  layOver(patch: Patch): Promise<void>;
  close(): Promise<void>;
}

/** Opens a work copy inside `directory`, which is made (mode 0700) when it is missing. The base is only read. */
export async function openWorkCopy(options: {
  readonly base: BaseImage;
  readonly directory: string;
}): Promise<WorkCopy> {
  const { base } = options;
  const temporary = await makePrivateTemporary(options.directory);
  const image = await openImage(base.path).catch(async (error: unknown) => {
    await temporary.remove();
    throw error;
  });
  const untouched = await fingerprint(base.path);
  const workPath = join(temporary.path, 'work.img');
  let layer: Patch | null = null;
  let view = viewOf(base, image);
  let copy: WorkFile | null = null;
  let queue: Promise<unknown> = Promise.resolve();

  const makePatch = async (entries: readonly Entry[], signal: AbortSignal | undefined): Promise<Patch> => {
    signal?.throwIfAborted();
    if ((await fingerprint(base.path)) !== untouched) throw baseChanged(base.path);
    checkEntries(entries, base);
    await checkHostFiles(entries);
    // What lies under a layer can only be looked up in the copy.
    if (layer !== null) copy ??= await openWorkFile(base, workPath, layer, signal);
    for (const writer of view.writers) await writer.check(entriesOf(entries, writer));
    copy ??= await openWorkFile(base, workPath, layer, signal);
    try {
      return await patchOn(copy, { ...view, entries, temporary, signal });
    } catch (error) {
      await copy.discard();
      copy = null;
      throw error;
    }
  };
  const layOver = async (patch: Patch): Promise<void> => {
    if (layer !== null) throw new Error('a work copy takes one layer');
    layer = patch;
    if (copy !== null) await layOnto(copy, patch);
    const covered = { ...image, ...patchedSource(image, patch), path: workPath };
    view = viewOf({ ...base, path: workPath }, covered);
  };
  return {
    makePatch(entries, { signal } = {}) {
      const patch = queue.then(() => makePatch(entries, signal));
      queue = patch.catch(() => undefined);
      return patch;
    },
    layOver(patch) {
      const laid = queue.then(() => layOver(patch));
      queue = laid.catch(() => undefined);
      return laid;
    },
    async close() {
      await queue;
      await copy?.close();
      await image.close();
      await temporary.remove();
    },
  };
}

/** Base that patches are made against, and the folder to work in. */
interface View {
  readonly image: OpenImage;
  readonly writers: readonly PartitionWriter[];
}

function viewOf(base: BaseImage, image: OpenImage): View {
  const boot = base.boot === null ? [] : [createBootWriter(base.boot, image)];
  return { image, writers: [createRootWriter(base, image), ...boot] };
}

interface WorkFile extends ByteSource {
  readonly path: string;
  write(bytes: Buffer, offsetBytes: number): Promise<void>;
  close(): Promise<void>;
  discard(): Promise<void>;
}

async function openWorkFile(
  base: BaseImage,
  path: string,
  layer: Patch | null,
  signal: AbortSignal | undefined,
): Promise<WorkFile> {
  await copySparsely(base.path, path, { step: 'make a work copy of the base', signal });
  const handle: FileHandle = await open(path, 'r+');
  const { size } = await handle.stat();
  await handle.truncate(Math.max(size, undoReach(base.root.offsetBytes)));
  const file: WorkFile = {
    path,
    ...sourceOf(handle, size),
    write: (bytes, offsetBytes) => writeFully(handle, bytes, offsetBytes),
    close: () => handle.close(),
    async discard() {
      await handle.close();
      await rm(path, { force: true });
    },
  };
  if (layer !== null) await layOnto(file, layer);
  return file;
}

async function layOnto(file: WorkFile, layer: Patch): Promise<void> {
  for (const range of layer.ranges) await file.write(await layer.read(range), range.offsetBytes);
}

interface PatchJob {
  readonly image: OpenImage;
  readonly writers: readonly PartitionWriter[];
  readonly entries: readonly Entry[];
  readonly temporary: PrivateTemporary;
  readonly signal: AbortSignal | undefined;
}

async function patchOn(copy: WorkFile, job: PatchJob): Promise<Patch> {
  const written: ByteRange[] = [];
  for (const writer of job.writers) {
    const entries = entriesOf(job.entries, writer);
    if (entries.length === 0) continue;
    const stage = await makePrivateTemporary(job.temporary.path);
    try {
      written.push(...(await writer.write(copy, entries, stage.path, job.signal)));
    } finally {
      await stage.remove();
    }
  }
  return takePatch(copy, job.image, written, job.temporary.path);
}

/** Reads out what differs from the base, and puts the base's bytes back. */
async function takePatch(
  copy: WorkFile,
  image: OpenImage,
  written: readonly ByteRange[],
  directory: string,
): Promise<Patch> {
  const store = createPatchStore(image.sizeBytes, directory);
  try {
    for (const { offsetBytes, lengthBytes } of alignRanges(written, image.sizeBytes)) {
      const [before, after] = await Promise.all([
        image.read(offsetBytes, lengthBytes),
        copy.read(offsetBytes, lengthBytes),
      ]);
      for (const run of differingRuns(before, after)) {
        const end = run.offsetBytes + run.lengthBytes;
        await store.append(offsetBytes + run.offsetBytes, after.subarray(run.offsetBytes, end));
        await copy.write(before.subarray(run.offsetBytes, end), offsetBytes + run.offsetBytes);
      }
    }
    return store.finish();
  } catch (error) {
    await store.discard();
    throw error;
  }
}

function entriesOf(entries: readonly Entry[], writer: PartitionWriter): Entry[] {
  return entries.filter((entry) => entry.partition === writer.partition);
}

function baseChanged(path: string): HostError {
  return new HostError('image-changed', `${path} was changed while nodes were made from it`, {
    hint: 'nothing else may write to the base meanwhile; build again',
  });
}
