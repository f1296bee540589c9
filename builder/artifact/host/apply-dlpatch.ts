import { rename, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { imageFormats, type ImageFormat } from '../../image/image-format.ts';
import { HostError } from '../../report/errors.ts';
import { makePrivateTemporary } from '../../system/host/private-temporary.ts';
import { readLayout } from '../../image/host/read-layout.ts';
import { checkTarget } from '../../image/host/target-guard.ts';
import type { Progress } from '../../system/host/progress.ts';
import { findPatchBase } from './find-patch-base.ts';
import { openFormatWriter, type WrittenArtifact } from './format-writer.ts';
import { readDlpatch } from './read-dlpatch.ts';

/** A patch to be applied. */
export interface ApplyRequest {
  readonly patchPath: string;
  /** A file, or the name or key of a base in the cache; undefined takes the patch's own from the cache. */
  readonly base: string | undefined;
  /** The file to write; how its name ends says in which format. */
  readonly outputPath: string;
  readonly cacheDirectory: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes an image from its base and a `.dlpatch`, in any format.
 *
 * @throws HostError `patch-damaged`, `patch-base-missing`, `patch-base-differs`, `output-exists`, `format-unknown`
 */
export async function applyDlpatch(request: ApplyRequest): Promise<Omit<WrittenArtifact, 'temporaryPath'>> {
  const { outputPath, progress, signal } = request;
  const format = formatOf(outputPath);
  if ((await stat(outputPath).catch(() => null)) !== null) {
    throw new HostError('output-exists', `${outputPath} exists: it is not overwritten`, {
      hint: 'move it, or choose another name with --out',
    });
  }
  const directory = dirname(outputPath);
  const temporary = await makePrivateTemporary(directory);
  const patch = await readDlpatch(request.patchPath, temporary.path).catch(async (error: unknown) => {
    await temporary.remove();
    throw error;
  });
  const writer = await openFormatWriter({
    cacheDirectory: request.cacheDirectory,
    workDirectory: directory,
    progress,
  });
  try {
    const { base, image } = patch.header;
    const path = await findPatchBase(base, request.base, request);
    await checkTarget(outputPath, path);
    const task = progress.task(`Write ${basename(outputPath)}`);
    const [shared, own] = patch.layers;
    if (shared === undefined || own === undefined) throw new Error('a checked patch has two layers');
    const written = await writer.write({
      base: { ...base, path, layout: await readLayout(path) },
      shared,
      own,
      name: image.name,
      // The patch says what the image is called inside; where it is written follows from --out alone.
      fileName: basename(outputPath, `.${format}`),
      formats: [format],
      signal,
    });
    task.done();
    const [{ temporaryPath, ...artifact }] = written.artifacts as [WrittenArtifact];
    await rename(temporaryPath, outputPath);
    return artifact;
  } finally {
    await writer.close();
    await patch.close();
    await temporary.remove();
  }
}

function formatOf(path: string): ImageFormat {
  const format = imageFormats.find((ending) => path.endsWith(`.${ending}`));
  if (format !== undefined) return format;
  throw new HostError('format-unknown', `the name of ${path} does not say its format`, {
    hint: `let it end in ${imageFormats.map((ending) => `.${ending}`).join(', ')}`,
  });
}
