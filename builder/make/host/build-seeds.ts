import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { artifactName } from '../../image/image-format.ts';
import { hashEntries } from '../../node/render/hash-entries.ts';
import type { RenderedEntry, RenderedNode } from '../../node/render/rendered-node.ts';
import { writeSeed } from '../../artifact/host/seed/write-seed.ts';
import { buildArtifacts, type ArtifactJob, type BuiltItem } from './build-artifacts.ts';
import { describeNode } from './build-node.ts';

/** A node's seed to be built. */
export interface SeedJob extends Pick<ArtifactJob<'seed-iso'>, 'base' | 'header' | 'output'> {
  readonly rendered: RenderedNode;
  /** What the image for all nodes has already. */
  readonly common: ReadonlySet<RenderedEntry>;
  /** Private. */
  readonly temporaryDirectory: string;
  readonly signal: AbortSignal;
}

/** Writes the seed volume of a node: its own files, which the image for all nodes has not. */
export async function buildSeed(job: SeedJob): Promise<BuiltItem> {
  const { rendered, common, signal } = job;
  const own = rendered.entries.filter((entry) => !common.has(entry));
  const format = 'seed-iso';
  return buildArtifacts<'seed-iso'>({
    ...job,
    about: describeNode(rendered),
    formats: [format],
    backing: false,
    inputsSha256: createHash('sha256')
      .update(`seed ${hashEntries(own)}`)
      .digest('hex'),
    async write() {
      const directory = join(job.temporaryDirectory, rendered.node.name);
      await mkdir(directory, { mode: 0o700 });
      const temporaryPath = join(directory, artifactName(rendered.node.name, format));
      const { sizeBytes, sha256 } = await writeSeed(temporaryPath, own, signal);
      const artifact = { format, temporaryPath, sizeBytes, sha256: sha256 ?? '' } as const;
      return { artifacts: [artifact], imageSha256: null, patchBytes: 0 };
    },
  });
}
