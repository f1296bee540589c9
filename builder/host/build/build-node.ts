import { createHash } from 'node:crypto';
import type { Manifest } from '../../definition/generated/manifest.ts';
import { artifactName, imageFormats, type ImageFormat } from '../../formats/image-format.ts';
import type { RenderedNode } from '../../render/rendered-node.ts';
import type { FormatWriter } from '../formats/format-writer.ts';
import type { NodeBase } from './node-base.ts';
import type { NodePatches } from './node-patches.ts';
import type { ManifestHeader, OutputDirectory } from './output-directory.ts';

/** One node to be built from its base. */
export interface NodeJob {
  readonly rendered: RenderedNode;
  readonly base: NodeBase;
  readonly formats: readonly ImageFormat[];
  /** True for `.qcow2` files that lie on the base in the cache. */
  readonly isThin: boolean;
  readonly header: ManifestHeader;
  readonly output: OutputDirectory;
  readonly patches: NodePatches;
  readonly writer: FormatWriter;
  readonly signal: AbortSignal;
}

/** One node of a build. */
export interface BuiltNode {
  readonly record: Manifest['nodes'][number];
  /** True when all its files were there already, made from the same inputs. */
  readonly isUpToDate: boolean;
}

/** Patches the base into the node's files. Those that are there and were made from the same inputs are kept. */
export async function buildNode(job: NodeJob): Promise<BuiltNode> {
  const { rendered, base, output } = job;
  const { node } = rendered;
  const backing = job.isThin ? base.image.path : undefined;
  const inputsSha256 = hashInputs(base, rendered);
  const current = await output.current(node.name);
  const isSame = current?.inputsSha256 === inputsSha256;
  const kept = isSame
    ? current.files.filter((file) => file.format !== 'qcow2' || file.backing === backing)
    : [];
  const missing = job.formats.filter((wanted) => !kept.some(({ format }) => format === wanted));
  if (current !== undefined && missing.length === 0)
    return { record: { ...current, files: kept }, isUpToDate: true };

  const layers = await job.patches.make(base, rendered, job.signal);
  try {
    const written = await job.writer.write({
      base: { ...base.record, path: base.image.path, layout: base.image.layout },
      ...layers,
      name: node.name,
      formats: missing,
      imageSha256: isSame ? current.imageSha256 : null,
      signal: job.signal,
    });
    const files = written.artifacts.map(({ format, sizeBytes, sha256 }) => ({
      name: artifactName(node.name, format),
      format,
      sizeBytes,
      sha256,
      ...(format === 'qcow2' && backing !== undefined && { backing }),
    }));
    const record = {
      name: node.name,
      role: node.role,
      address: node.address,
      profile: node.profileName,
      base: base.record.key,
      imageSizeBytes: base.record.sizeBytes,
      imageSha256: written.imageSha256,
      files: [...kept, ...files].toSorted(byFormat),
      patchBytes: written.patchBytes,
      inputsSha256,
      overlays: rendered.overlays.map(({ name, sha256 }) => ({ name, sha256 })),
    };
    await output.add(
      { header: job.header, base: base.record, node: record },
      written.artifacts.map(({ format, temporaryPath }) => ({
        name: artifactName(node.name, format),
        temporaryPath,
      })),
    );
    return { record, isUpToDate: false };
  } finally {
    await layers.own.close();
  }
}

function byFormat(one: { format: ImageFormat }, other: { format: ImageFormat }): number {
  return imageFormats.indexOf(one.format) - imageFormats.indexOf(other.format);
}

/** The keys in every node's files keep this hash from being searched for a short secret, such as a Wi-Fi password. */
function hashInputs(base: NodeBase, rendered: RenderedNode): string {
  return createHash('sha256').update(`${base.record.sha256} ${rendered.sha256}`).digest('hex');
}
