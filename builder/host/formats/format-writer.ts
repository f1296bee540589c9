import { mkdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { DigestedBase, ImageContents, PatchRange } from '../../formats/image-contents.ts';
import { artifactName, type ImageFormat } from '../../formats/image-format.ts';
import { planImage, type ImagePlan } from '../../formats/image-pieces.ts';
import { mappedRanges } from '../../formats/mapped-ranges.ts';
import { planQcow2 } from '../../formats/qcow2.ts';
import { pieceLength } from '../../formats/piece.ts';
import type { ImageLayout } from '../../image/layout.ts';
import { patchedSource, type Patch } from '../../image/patch.ts';
import type { ByteRange } from '../../image/ranges.ts';
import { diskFull, isDiskFull } from '../image/copy-sparsely.ts';
import { withImage } from '../image/open-image.ts';
import { makePrivateTemporary } from '../image/private-temporary.ts';
import type { Progress } from '../progress.ts';
import type { AssembleResult } from './assemble.ts';
import { createAssembler } from './assembler.ts';
import { dataRangesOf } from './data-ranges.ts';
import { createGzipCodec } from './gzip-codec.ts';
import { createLimiter } from './limiter.ts';
import { loadLayer } from './load-layer.ts';
import { framesDirectory, pruneFrames } from './prune-frames.ts';
import { writeBmap, type RangeDigests } from './write-bmap.ts';
import { packLayer, writeDlpatch, type PackedLayer } from './write-dlpatch.ts';
import { createFramedWriter, type FramedWriter } from './write-framed.ts';
import { writeRaw } from './write-raw.ts';
import { createXzCodec } from './xz-codec.ts';
import { createZstdCodec } from './zstd-codec.ts';

/** A base as formats know it. */
export interface FormatBase extends DigestedBase {
  readonly key: string;
  readonly name: string;
  readonly layout: ImageLayout;
}

/** One node's image, to be written in one or several formats. */
export interface FormatJob {
  readonly base: FormatBase;
  /** What the cluster shares, made against the base; the same object for all nodes that share it. */
  readonly shared: Patch | null;
  /** What is the node's own, made against base and shared layer. */
  readonly own: Patch;
  /** Name of the image: files are called `<name>.<format>`. */
  readonly name: string;
  readonly formats: readonly ImageFormat[];
  /** Digest of the uncompressed image, where it is known already. */
  readonly imageSha256?: string | null;
  readonly signal?: AbortSignal;
}

/** A file that was written, under a name in a private directory: it is the caller's to move to its place. */
export interface WrittenArtifact {
  readonly format: ImageFormat;
  readonly temporaryPath: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** What came of a job. */
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

/** How files are written. */
export interface FormatOptions {
  /** Keeps compressed frames of bases. */
  readonly cacheDirectory: string;
  /** For temporary files, which may hold secrets: they are in a directory of mode 0700 that is removed. */
  readonly workDirectory: string;
  readonly progress: Progress;
  /** Threads, and compressors at a time; by default one for each core, and no more than memory allows. */
  readonly threads?: number;
  /** True makes each `.qcow2` a thin overlay of the base in the cache: an instant disk for a virtual machine. */
  readonly backing?: boolean;
  /** False leaves out the digest of the uncompressed image, except of one that is written uncompressed. */
  readonly imageDigest?: boolean;
}

/** More compressors at a time would need more than 300 MB; xz takes 100 MB each. */
const maximalThreads = 2;

/** Opens a writer; close it when the build ends. */
export async function openFormatWriter(options: FormatOptions): Promise<FormatWriter> {
  const temporary = await makePrivateTemporary(options.workDirectory);
  const threads = options.threads ?? Math.min(availableParallelism(), maximalThreads);
  const assembler = createAssembler(threads);
  const framed = createFramedWriters({
    cacheDirectory: options.cacheDirectory,
    temporaryDirectory: temporary.path,
    progress: options.progress,
    limiter: createLimiter(threads),
    assembler,
  });
  const perBase = new Map<string, Promise<readonly ByteRange[]>>();
  const digests = new Map<string, RangeDigests>();
  const layers = new WeakMap<Patch, Promise<readonly PatchRange[]>>();
  const packed = new WeakMap<readonly PatchRange[], Promise<PackedLayer>>();
  const noLayer: readonly PatchRange[] = [];

  const dataRanges = (base: FormatBase): Promise<readonly ByteRange[]> =>
    remember(perBase, base.sha256, () =>
      dataRangesOf(base, framesDirectory(options.cacheDirectory, base.sha256)),
    );
  const load = (patch: Patch | null): Promise<readonly PatchRange[]> =>
    patch === null
      ? Promise.resolve(noLayer)
      : remember(layers, patch, () => loadLayer(patch, temporary.path));

  const writeOne = async (job: FormatJob, image: PlannedImage, format: ImageFormat, path: string) => {
    const { contents, plan } = image;
    const write = async (): Promise<AssembleResult> => {
      switch (format) {
        case 'img':
          return writeRaw(path, { plan, basePath: job.base.path }, assembler);
        case 'qcow2': {
          const pieces = planOverlayOrDisk(image, options.backing === true ? job.base.path : null);
          return assembler.run({ pieces, path, holes: false, digest: true });
        }
        case 'img.bmap': {
          const known = digests.get(job.base.sha256) ?? new Map<string, Promise<string>>();
          digests.set(job.base.sha256, known);
          return writeBmap(path, { plan, mapped: await mappedRangesOf(job) }, assembler, known);
        }
        case 'dlpatch': {
          const shared = await remember(packed, contents.shared, () =>
            packLayer(contents.shared, temporary.path),
          );
          const own = await packLayer(contents.own, temporary.path);
          const { sha256, sizeBytes, key, name } = job.base;
          const identity = {
            base: { sha256, sizeBytes, key, name },
            image: { name: job.name, sizeBytes: plan.sizeBytes },
          };
          return writeDlpatch(path, identity, [shared, own], assembler);
        }
        default:
          return framed[format].write(path, contents, plan, job.signal);
      }
    };
    const result = await write();
    return { format, temporaryPath: path, sizeBytes: result.sizeBytes, sha256: result.sha256 ?? '' };
  };
  let jobs = 0;

  /** A raw image is hashed while it is written; patches and maps hold no image. */
  const digestOf = async (job: FormatJob, plan: ImagePlan): Promise<string | null> => {
    if (job.imageSha256 !== undefined && job.imageSha256 !== null) return job.imageSha256;
    if (options.imageDigest === false || job.formats.includes('img')) return null;
    return job.formats.some(isWholeImage) ? hashImage(plan, assembler) : null;
  };

  return {
    async write(job) {
      job.signal?.throwIfAborted();
      const directory = join(temporary.path, `node-${(jobs += 1)}`);
      await mkdir(directory, { mode: 0o700 });
      try {
        // A patch holds nothing of the base, so the base need not be looked through for it.
        const needsBase = job.formats.some((format) => format !== 'dlpatch');
        const image = await planJob(job, needsBase ? await dataRanges(job.base) : [], load);
        const writing = job.formats.map((format) =>
          writeOne(job, image, format, join(directory, artifactName(job.name, format))),
        );
        const digest = digestOf(job, image.plan);
        // Everything has ended before a failure is reported, so that nothing appears after it.
        await Promise.allSettled([...writing, digest]);
        const artifacts = await Promise.all(writing);
        const raw = artifacts.find(({ format }) => format === 'img');
        return {
          artifacts,
          imageSha256: raw?.sha256 ?? (await digest),
          patchBytes: image.plan.patch.reduce((sum, { piece }) => sum + pieceLength(piece), 0),
        };
      } catch (error) {
        await rm(directory, { recursive: true, force: true });
        throw isDiskFull(error) ? diskFull(options.workDirectory, `write ${job.name}`, error) : error;
      }
    },
    async close() {
      await assembler.close();
      await temporary.remove();
      await pruneFrames(options.cacheDirectory);
    },
  };
}

interface PlannedImage {
  readonly contents: ImageContents;
  readonly plan: ImagePlan;
  readonly dataRanges: readonly ByteRange[];
}

async function planJob(
  { base, shared, own }: FormatJob,
  dataRanges: readonly ByteRange[],
  load: (patch: Patch | null) => Promise<readonly PatchRange[]>,
): Promise<PlannedImage> {
  const contents = { base, shared: await load(shared), own: await load(own) };
  return { contents, plan: planImage(contents, dataRanges), dataRanges };
}

function createFramedWriters(
  options: Omit<Parameters<typeof createFramedWriter>[0], 'codec'>,
): Record<'img.zst' | 'img.xz' | 'img.gz', FramedWriter> {
  return {
    'img.zst': createFramedWriter({ ...options, codec: createZstdCodec() }),
    'img.xz': createFramedWriter({ ...options, codec: createXzCodec() }),
    'img.gz': createFramedWriter({ ...options, codec: createGzipCodec() }),
  };
}

function planOverlayOrDisk({ plan, dataRanges }: PlannedImage, backingPath: string | null) {
  const patched = plan.patch.map(({ offsetBytes, piece }) => ({
    offsetBytes,
    lengthBytes: pieceLength(piece),
  }));
  const disk = { sizeBytes: plan.sizeBytes, contents: plan.pieces };
  if (backingPath !== null) {
    return planQcow2({ ...disk, ranges: patched, backing: { path: backingPath, format: 'raw' } });
  }
  const ranges = [...dataRanges, ...patched].toSorted((a, b) => a.offsetBytes - b.offsetBytes);
  return planQcow2({ ...disk, ranges });
}

/** The allocation is that of the finished image: the patch itself takes and frees blocks. */
async function mappedRangesOf({ base, shared, own }: FormatJob): Promise<ByteRange[]> {
  return withImage(base.path, async (image) => {
    const clustered = shared === null ? image : patchedSource(image, shared);
    return mappedRanges(patchedSource(clustered, own), base.layout);
  });
}

function isWholeImage(format: ImageFormat): boolean {
  return format !== 'dlpatch' && format !== 'img.bmap';
}

async function hashImage(
  plan: ImagePlan,
  assembler: ReturnType<typeof createAssembler>,
): Promise<string | null> {
  const pieces = plan.pieces(0, plan.sizeBytes);
  return (await assembler.run({ pieces, path: null, holes: true, digest: true })).sha256;
}

/** What a map holds for a key, or what `make` makes for it. */
function remember<K extends object | string, V>(
  map: { get(key: K): V | undefined; set(key: K, value: V): unknown },
  key: K,
  make: () => V,
): V {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}
