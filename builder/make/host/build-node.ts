import { createHash } from 'node:crypto';
import type { WrittenFormat } from '../../image/image-format.ts';
import type { Overlay } from '../../node/overlay/overlay.ts';
import type { RenderedEntry, RenderedNode } from '../../node/render/rendered-node.ts';
import type { BoxFiles } from '../../artifact/box-files.ts';
import type { OnBytes } from '../../artifact/host/assemble.ts';
import type { FormatWriter } from '../../artifact/host/format-writer.ts';
import { buildArtifacts, type ArtifactJob, type BuiltItem, type ItemDescription } from './build-artifacts.ts';
import type { NodePatches } from './node-patches.ts';

/** One image to be built from its base: that of a node, or that of all nodes. */
export interface ImageJob extends Pick<
  ArtifactJob<WrittenFormat>,
  'about' | 'base' | 'formats' | 'backing' | 'header' | 'output'
> {
  /** Everything that the image holds beyond its base. */
  readonly entries: readonly RenderedEntry[];
  /** Over the entries. */
  readonly sha256: string;
  /** What boxes have beside their disks; null when none is built. */
  readonly boxFiles: BoxFiles | null;
  readonly patches: NodePatches;
  /** Hears how far the image is, in bytes. */
  readonly onBytes: OnBytes;
  readonly writer: FormatWriter;
  readonly signal: AbortSignal;
}

/** Patches the base into the files of an image. */
export async function buildImage(job: ImageJob): Promise<BuiltItem> {
  const { base, about, boxFiles, signal } = job;
  return buildArtifacts<WrittenFormat>({
    ...job,
    inputsSha256: hashInputs(job),
    async write(formats, imageSha256) {
      const layers = await job.patches.make(base, job.entries, signal);
      try {
        return await job.writer.write({
          base: { ...base.record, path: base.image.path, layout: base.image.layout },
          ...layers,
          name: about.name,
          formats,
          imageSha256,
          ...(boxFiles && { boxFiles }),
          onBytes: job.onBytes,
          signal,
        });
      } finally {
        await layers.own.close();
      }
    },
  });
}

/** What the manifest says of a node. */
export function describeNode({ node, overlays }: RenderedNode): ItemDescription {
  return {
    name: node.name,
    role: node.role,
    address: node.address,
    profile: node.profileName,
    overlays: digestsOf(overlays),
  };
}

/** Which overlays something was made with. */
export function digestsOf(overlays: readonly Overlay[]): { name: string; sha256: string }[] {
  return overlays.map(({ name, sha256 }) => ({ name, sha256 }));
}

/** The keys in every node's files keep this hash from being searched for a short secret, such as a Wi-Fi password. */
function hashInputs({ base, sha256, boxFiles }: ImageJob): string {
  const box = boxFiles === null ? '' : ` ${JSON.stringify(boxFiles)}`;
  return createHash('sha256').update(`${base.record.sha256} ${sha256}${box}`).digest('hex');
}
