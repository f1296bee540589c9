import { createHash } from 'node:crypto';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultMtimeSeconds } from '../../render/make-entry.ts';
import type { RenderedNode } from '../../render/rendered-node.ts';
import type { WorkCopy } from '../image/work-copy.ts';
import { writeImage } from '../image/write-image.ts';
import type { Progress } from '../progress.ts';
import type { BuiltNode } from './build-cluster.ts';
import type { NodeBase } from './node-base.ts';
import type { OutputDirectory } from './output-directory.ts';

/** One node to be built from its base. */
export interface NodeJob {
  readonly rendered: RenderedNode;
  readonly base: NodeBase;
  readonly output: OutputDirectory;
  readonly workCopyOf: (base: NodeBase) => Promise<WorkCopy>;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Patches the base into the node's image, or keeps the image that is there when its inputs are the same. */
export async function buildNode(job: NodeJob): Promise<BuiltNode> {
  const { rendered, base, output, progress, signal } = job;
  const { node } = rendered;
  const image = `${node.name}.img`;
  const path = join(output.path, image);
  const inputsSha256 = hashInputs(base, rendered);
  const current = await output.currentImage(node.name, defaultMtimeSeconds);
  if (current?.inputsSha256 === inputsSha256) return { record: current, path, isUpToDate: true };

  const task = progress.task(`Write ${image}`, { total: base.record.sizeBytes, unit: 'bytes' });
  try {
    const workCopy = await job.workCopyOf(base);
    const entries = rendered.entries.map(({ entry }) => entry);
    const patch = await workCopy.makePatch(entries, { signal });
    try {
      const written = await writeImage({
        basePath: base.image.path,
        patch,
        target: path,
        onProgress: (done) => task.update(done),
        signal,
      });
      // Images carry a fixed time, as their contents do: one that was booted or written to since is noticed by it.
      await utimes(path, defaultMtimeSeconds, defaultMtimeSeconds);
      task.done();
      const record = {
        name: node.name,
        role: node.role,
        address: node.address,
        profile: node.profileName,
        base: base.record.key,
        image,
        format: 'img' as const,
        sizeBytes: written.sizeBytes,
        sha256: written.sha256,
        patchBytes: patch.sizeBytes,
        inputsSha256,
        overlays: rendered.overlays.map(({ name, sha256 }) => ({ name, sha256 })),
      };
      return { record, path, isUpToDate: false };
    } finally {
      await patch.close();
    }
  } catch (error) {
    task.fail();
    throw error;
  }
}

/** The keys in every node's files keep this hash from being searched for a short secret, such as a Wi-Fi password. */
function hashInputs(base: NodeBase, rendered: RenderedNode): string {
  return createHash('sha256').update(`${base.record.sha256} ${rendered.sha256}`).digest('hex');
}
