import { mkdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { artifactName, type BuildFormat, type WrittenFormat } from '../../image/image-format.ts';
import type { ToolName } from '../../system/host/tools.ts';
import { planImage } from '../image-pieces.ts';
import { pieceLength } from '../../image/piece.ts';
import type { Patch } from '../../image/patch.ts';
import type { ByteRange } from '../../image/ranges.ts';
import { diskFull, isDiskFull } from '../../system/host/disk-full.ts';
import { makePrivateTemporary } from '../../system/host/private-temporary.ts';
import type { Progress } from '../../system/host/progress.ts';
import type { ArtifactWriter, FormatBase, LayeredImage, WriterContext } from './artifact-writer.ts';
import type { OnBytes } from './assemble.ts';
import { createAssembler } from './assembler.ts';
import { dataRangesOf } from './data-ranges.ts';
import { createGzipCodec } from './gzip-codec.ts';
import { createLimiter } from '../../system/host/limiter.ts';
import { framesDirectory, pruneFrames } from '../../base/host/prune-frames.ts';
import type { BoxFiles } from '../box-files.ts';
import { createLibvirtBoxWriter, createVirtualboxBoxWriter } from './write-box.ts';
import { createBmapWriter } from './write-bmap.ts';
import { createConvertedWriter } from './write-converted.ts';
import { createDlpatchWriter } from './write-dlpatch.ts';
import { createFramedWriter } from './write-framed.ts';
import { createQcow2Writer } from './write-qcow2.ts';
import { createRawWriter } from './write-raw.ts';
import { createXzCodec } from './xz-codec.ts';
import { createZstdCodec } from './zstd-codec.ts';

/** One node's image, to be written in one or several formats. */
export interface FormatJob {
  readonly base: FormatBase;
  /** The cluster's shared layer, made against the base; the same object for all nodes that share it. */
  readonly shared: Patch;
  /** The node's own layer, made against base and shared layer. */
  readonly own: Patch;
  /** Name of the image: files are called `<name>.<format>`. */
  readonly name: string;
  /** Name of the files in place of `name`. */
  readonly fileName?: string;
  readonly formats: readonly WrittenFormat[];
  /** Digest of the uncompressed image, where it is known already. */
  readonly imageSha256?: string | null;
  /** Files of boxes beside their disks. */
  readonly boxFiles?: BoxFiles;
  /** Hears how far the image is, in bytes of the uncompressed image. */
  readonly onBytes?: OnBytes | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A file that was written, under a name in a private directory: it is the caller's to move to its place. */
export interface WrittenArtifact {
  readonly format: BuildFormat;
  readonly temporaryPath: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Result of a job. */
export interface WrittenFormats {
  readonly artifacts: readonly WrittenArtifact[];
  /** Of the uncompressed image; null when only patches or overlays were written, which need no pass over it. */
  readonly imageSha256: string | null;
  /** Bytes in which the image differs from its base. */
  readonly patchBytes: number;
}

/** Writes the files of a build. What images have in common is made once. */
export interface FormatWriter {
  write(job: FormatJob): Promise<WrittenFormats>;
  /** Ends threads and removes what was private to the build. */
  close(): Promise<void>;
}

/** Options for writing files. */
export interface FormatOptions {
  /** Keeps compressed frames of bases. */
  readonly cacheDirectory: string;
  /** For temporary files, which may hold secrets: they are in a directory of mode 0700 that is removed. */
  readonly workDirectory: string;
  readonly progress: Progress;
  /** Threads, and compressors at a time; by default one for each core, and no more than memory allows. */
  readonly jobs?: number;
  /** True makes each `.qcow2` a thin overlay of the base in the cache: an instant disk for a virtual machine. */
  readonly backing?: boolean;
  /** False leaves out the digest of the uncompressed image, except of one that is written uncompressed. */
  readonly imageChecksum?: boolean;
}

/** More compressors at a time would need more than 300 MB: each takes about 50. */
const usualJobs = 3;

/** Opens a writer; close it when the build ends. */
export async function openFormatWriter(options: FormatOptions): Promise<FormatWriter> {
  const { cacheDirectory, progress } = options;
  const temporary = await makePrivateTemporary(options.workDirectory);
  const jobs = options.jobs ?? Math.min(availableParallelism(), usualJobs);
  const assembler = createAssembler(jobs);
  const limiter = createLimiter(jobs);
  const context = { cacheDirectory, temporaryDirectory: temporary.path, assembler, limiter, progress };
  const writers = createWriters(context, options.backing === true);
  const plan = createPlanner(cacheDirectory);
  let written = 0;

  /** A raw image is hashed while it is written; patches and maps hold no image. */
  const digestOf = async (job: FormatJob, image: LayeredImage): Promise<string | null> => {
    if (job.imageSha256 !== undefined && job.imageSha256 !== null) return job.imageSha256;
    const isWanted = options.imageChecksum !== false && job.formats.some(isWholeImage);
    if (!isWanted || job.formats.includes('img')) return null;
    const pieces = image.plan.pieces(0, image.plan.sizeBytes);
    return (await assembler.run({ pieces, path: null, holes: true, digest: true }, job.onBytes)).sha256;
  };

  const write = async (job: FormatJob, directory: string): Promise<WrittenFormats> => {
    const image = await plan(job);
    const writing = job.formats.map(async (format): Promise<WrittenArtifact> => {
      const temporaryPath = join(directory, artifactName(job.fileName ?? job.name, format));
      const { sizeBytes, sha256 } = await writers[format].write(temporaryPath, image, job.signal);
      return { format, temporaryPath, sizeBytes, sha256: sha256 ?? '' };
    });
    const digest = digestOf(job, image);
    // Everything has ended before a failure is reported, so that nothing appears after it.
    await Promise.allSettled([...writing, digest]);
    job.signal?.throwIfAborted();
    const artifacts = await Promise.all(writing);
    const raw = artifacts.find(({ format }) => format === 'img');
    return {
      artifacts,
      imageSha256: raw?.sha256 ?? (await digest),
      patchBytes: image.plan.patch.reduce((sum, { piece }) => sum + pieceLength(piece), 0),
    };
  };

  return {
    async write(job) {
      job.signal?.throwIfAborted();
      const directory = join(temporary.path, `node-${(written += 1)}`);
      await mkdir(directory, { mode: 0o700 });
      try {
        return await write(job, directory);
      } catch (error) {
        await rm(directory, { recursive: true, force: true });
        throw isDiskFull(error) ? diskFull(options.workDirectory, `write ${job.name}`, error) : error;
      }
    },
    async close() {
      await assembler.close();
      await temporary.remove();
      await pruneFrames(cacheDirectory);
    },
  };
}

/** Programs that single formats need. */
export const toolsOfFormats: Readonly<Partial<Record<BuildFormat, ToolName>>> = {
  'img.zst': 'zstd',
  'img.xz': 'xz',
  vmdk: 'qemu-img',
  vdi: 'qemu-img',
  vhdx: 'qemu-img',
  'virtualbox-box': 'qemu-img',
};

function createWriters(context: WriterContext, backing: boolean): Record<WrittenFormat, ArtifactWriter> {
  return {
    img: createRawWriter(context),
    'img.zst': createFramedWriter(context, createZstdCodec()),
    'img.xz': createFramedWriter(context, createXzCodec()),
    'img.gz': createFramedWriter(context, createGzipCodec()),
    qcow2: createQcow2Writer(context, backing),
    vmdk: createConvertedWriter(context, 'vmdk'),
    vdi: createConvertedWriter(context, 'vdi'),
    vhdx: createConvertedWriter(context, 'vhdx'),
    'img.bmap': createBmapWriter(context),
    dlpatch: createDlpatchWriter(context),
    box: createLibvirtBoxWriter(),
    'virtualbox-box': createVirtualboxBoxWriter(context),
  };
}

/** Looks through each base once. */
function createPlanner(cacheDirectory: string): (job: FormatJob) => Promise<LayeredImage> {
  const dataRanges = new Map<string, Promise<readonly ByteRange[]>>();
  return async (job) => {
    const { base, name } = job;
    // A patch holds nothing of the base, so the base need not be looked through for it.
    const isPatch = job.formats.every((format) => format === 'dlpatch');
    const scan = () => dataRangesOf(base, framesDirectory(cacheDirectory, base.sha256));
    const known = isPatch ? Promise.resolve([]) : (dataRanges.get(base.sha256) ?? scan());
    if (!isPatch) dataRanges.set(base.sha256, known);
    const ranges = await known;
    const contents = { base, shared: job.shared.ranges, own: job.own.ranges };
    const layers = { shared: job.shared, own: job.own };
    const boxFiles = job.boxFiles ?? null;
    const planned = {
      name,
      base,
      boxFiles,
      layers,
      contents,
      plan: planImage(contents, ranges),
      dataRanges: ranges,
    };
    return { ...planned, onBytes: job.onBytes };
  };
}

function isWholeImage(format: WrittenFormat): boolean {
  return format !== 'dlpatch' && format !== 'img.bmap';
}
