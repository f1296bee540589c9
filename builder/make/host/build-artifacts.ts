import type { Manifest } from '../../cluster/generated/manifest.ts';
import { artifactName, buildFormats, type BuildFormat } from '../../image/image-format.ts';
import type { WrittenArtifact } from '../../artifact/host/format-writer.ts';
import type { Base } from '../../base/host/obtain/base.ts';
import type { OutputDirectory } from './output/output-directory.ts';
import type { ManifestHeader, ManifestItem } from './output/output-records.ts';

type FromWriting = 'imageSizeBytes' | 'imageSha256' | 'files' | 'patchBytes' | 'inputsSha256' | 'base';

/** Manifest entry of a node, or of the shared image, before its files are written. */
export type ItemDescription =
  Omit<Manifest['nodes'][number], FromWriting> | Omit<NonNullable<Manifest['shared']>, FromWriting>;

/** Files of one node, or of what all nodes share, to be made from one set of inputs. */
export interface ArtifactJob<Format extends BuildFormat> {
  readonly about: ItemDescription;
  readonly base: Base;
  readonly formats: readonly Format[];
  /** True for `.qcow2` files that lie on the base in the cache. */
  readonly backing: boolean;
  /** Over all that the files are made from. */
  readonly inputsSha256: string;
  readonly header: ManifestHeader;
  readonly output: OutputDirectory;
  /** Writes files under temporary names; the digest of the image is given where it is known already. */
  write(missing: readonly Format[], imageSha256: string | null): Promise<ArtifactContents>;
}

/** Files that were written. */
export interface ArtifactContents {
  /** Of the uncompressed image. */
  readonly imageSizeBytes: number;
  readonly artifacts: readonly WrittenArtifact[];
  readonly imageSha256: string | null;
  readonly patchBytes: number;
}

/** One part of a build: a node, or what all nodes share. */
export interface BuiltItem {
  readonly record: ManifestItem;
  /** True when all its files were there already, made from the same inputs. */
  readonly isUpToDate: boolean;
}

/** Writes the files that are missing. Those that are there and were made from the same inputs are kept. */
export async function buildArtifacts<Format extends BuildFormat>(
  job: ArtifactJob<Format>,
): Promise<BuiltItem> {
  const { about, base, output, inputsSha256 } = job;
  const { name } = about;
  const backingPath = job.backing ? base.image.path : undefined;
  const current = await output.current(about);
  const isSame = current?.inputsSha256 === inputsSha256;
  const kept = isSame
    ? current.files.filter((file) => file.format !== 'qcow2' || file.backing === backingPath)
    : [];
  const missing = job.formats.filter((wanted) => !kept.some(({ format }) => format === wanted));
  if (current !== undefined && missing.length === 0)
    return { record: { ...current, files: kept }, isUpToDate: true };

  const written = await job.write(missing, isSame ? current.imageSha256 : null);
  const files = written.artifacts.map(({ format, sizeBytes, sha256 }) => ({
    name: artifactName(name, format),
    format,
    sizeBytes,
    sha256,
    ...(format === 'qcow2' && backingPath !== undefined && { backing: backingPath }),
  }));
  const record: ManifestItem = {
    ...about,
    base: base.record.key,
    imageSizeBytes: written.imageSizeBytes,
    imageSha256: written.imageSha256,
    files: [...kept.filter(isNotIn(files)), ...files].toSorted(byFormat),
    patchBytes: written.patchBytes,
    inputsSha256,
  };
  await output.add(
    { header: job.header, base: base.record, node: record },
    written.artifacts.map(({ format, temporaryPath }) => ({
      name: artifactName(name, format),
      temporaryPath,
    })),
  );
  return { record, isUpToDate: false };
}

/** Packer makes all of its files at once, also those that were there. */
function isNotIn(files: readonly { format: BuildFormat }[]): (file: { format: BuildFormat }) => boolean {
  return ({ format }) => !files.some((file) => file.format === format);
}

function byFormat(one: { format: BuildFormat }, other: { format: BuildFormat }): number {
  return buildFormats.indexOf(one.format) - buildFormats.indexOf(other.format);
}
