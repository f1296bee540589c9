import { createHash } from 'node:crypto';
import { renderBoxFiles, type BoxFiles } from '../../artifact/box-files.ts';
import { openFormatWriter, toolsOfFormats } from '../../artifact/host/format-writer.ts';
import { isBox, type BuildFormat } from '../../image/image-format.ts';
import type { Assets } from '../../node/overlay/assets.ts';
import { requireTools } from '../../system/host/doctor/require-tools.ts';
import type { ImageJob, ImageMaking } from './image-maker.ts';
import { openNodePatches } from './node-patches.ts';

/**
 * Makes images by writing patches over their bases.
 *
 * @param imageChecksum - false leaves out the digests of uncompressed images, except of those written uncompressed
 */
export function patchedImages(formats: readonly BuildFormat[], imageChecksum: boolean): ImageMaking {
  return {
    requireReady: async () => await requireTools(formats.flatMap((format) => toolsOfFormats[format] ?? [])),
    async open({ request, assets, common }) {
      const { cacheDirectory, outputDirectory, progress, backing, jobs, signal } = request;
      const patches = openNodePatches(outputDirectory, common);
      const options = {
        cacheDirectory,
        workDirectory: outputDirectory,
        progress,
        backing,
        imageChecksum,
        jobs,
      };
      const writer = await openFormatWriter(options);
      return {
        hashInputs: (job) => hashInputs(job, boxFilesOf(job, assets)),
        async write(job, missing, imageSha256) {
          const { item, base, entries, onBytes } = job;
          const layers = await patches.make(base, entries, signal);
          const boxFiles = boxFilesOf(job, assets);
          try {
            const written = await writer.write({
              base: { ...base.record, path: base.image.path, layout: base.image.layout },
              ...layers,
              name: item.name,
              formats: missing,
              imageSha256,
              ...(boxFiles && { boxFiles }),
              onBytes,
              signal,
            });
            return { ...written, imageSizeBytes: base.record.sizeBytes };
          } finally {
            await layers.own.close();
          }
        },
        async close() {
          // What lies in the way on a full disk goes first.
          await writer.close();
          await patches.close();
        },
      };
    },
  };
}

/** Files of boxes beside their disks; null when no box is built. */
function boxFilesOf({ item, base }: ImageJob, assets: Assets): BoxFiles | null {
  if (!item.formats.some(isBox)) return null;
  const { name, node } = item;
  return renderBoxFiles(assets, { name, profile: node.profile, diskBytes: base.record.sizeBytes });
}

/** The keys in every node's files keep this hash from being searched for a short secret, such as a Wi-Fi password. */
function hashInputs({ base, sha256 }: ImageJob, boxFiles: BoxFiles | null): string {
  const box = boxFiles === null ? '' : ` ${JSON.stringify(boxFiles)}`;
  return createHash('sha256').update(`${base.record.sha256} ${sha256}${box}`).digest('hex');
}
